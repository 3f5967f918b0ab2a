package dev.ragkit.openai;

import dev.ragkit.ModelException;
import dev.ragkit.intercept.AllowanceListener;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.time.Clock;
import okhttp3.Call;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okio.BufferedSink;

/** Sends requests, one try each, and reads the replies; the only place that calls OkHttp. Safe for use by several threads. */
final class Wire implements AutoCloseable {
    private static final MediaType JSON = MediaType.get("application/json");

    private final OkHttpClient client;
    private final Endpoint endpoint;
    private final Credentials credentials;
    private final Terms terms;
    private final Watch watch = new Watch();
    private volatile boolean closed;

    /** How long things may take, and who hears what the server still allows. */
    record Terms(Timeouts timeouts, AllowanceListener allowances) {}

    Wire(OkHttpClient client, Endpoint endpoint, Credentials credentials, Terms terms) {
        this.client = client;
        this.endpoint = endpoint;
        this.credentials = credentials;
        this.terms = terms;
    }

    Timeouts timeouts() {
        return terms.timeouts;
    }

    Endpoint endpoint() {
        return endpoint;
    }

    /** Connections that carry a request at this moment, or whose reply was not closed. */
    int busyConnections() {
        return client.connectionPool().connectionCount()
                - client.connectionPool().idleConnectionCount();
    }

    /**
     * Sends a request and reads its reply on this thread.
     *
     * @throws ModelException if it fails
     * @throws java.util.concurrent.CancellationException if it is not wanted any more
     */
    <T> T post(Ask ask, WatchedCall.Limit first, Answer<T> answer) {
        String key = credentials.key();
        Failures failures = new Failures(ask, endpoint, key);
        if (ask.cancelled().getAsBoolean()) {
            throw failures.cancelled();
        }
        if (closed) {
            throw new IllegalStateException("the connection to " + endpoint.host() + " is closed");
        }
        Call call = client.newCall(request(ask, answer, key));
        WatchedCall watched =
                new WatchedCall(call::cancel, ask.cancelled(), new WatchedCall.Limit("call", terms.timeouts.call()));
        watched.expect(first);
        watch.begin(watched);
        try {
            return exchange(call, watched, answer, failures);
        } catch (IOException e) {
            throw failures.of(e, watched, answer.partial());
        } finally {
            watch.end(watched);
        }
    }

    private <T> T exchange(Call call, WatchedCall watched, Answer<T> answer, Failures failures) throws IOException {
        boolean whole = false;
        try (Response response = call.execute()) {
            try {
                ReplyHeaders headers = new ReplyHeaders(response.headers(), Clock.systemUTC());
                headers.tell(terms.allowances);
                if (!response.isSuccessful()) {
                    throw failures.of(
                            ServerError.read(response.code(), response.body().byteStream()), headers);
                }
                failures.replied(headers);
                T result = answer.read(new LimitedStream(content(response), answer.maxBytes()), watched);
                whole = true;
                return result;
            } finally {
                if (!whole) {
                    // Closing would read on for a while, to use the connection again.
                    call.cancel();
                }
            }
        }
    }

    private static InputStream content(Response response) throws UnusableContent {
        if (response.code() == HttpURLConnection.HTTP_NO_CONTENT || response.code() == HttpURLConnection.HTTP_RESET) {
            throw new UnusableContent("the reply has status " + response.code() + ", which holds nothing");
        }
        String encoding = response.header("content-encoding", "identity");
        if (!"identity".equalsIgnoreCase(encoding)) {
            throw new UnusableContent("the reply is compressed, which was not asked for");
        }
        return response.body().byteStream();
    }

    private Request request(Ask ask, Answer<?> answer, String key) {
        Request.Builder request = new Request.Builder()
                .url(endpoint.url(ask.operation(), ask.model()))
                .header("Accept", answer.accept())
                // Also keeps OkHttp from inflating what a server compresses: a few bytes can become gigabytes.
                .header("Accept-Encoding", "identity")
                .header("User-Agent", "ragkit")
                .post(new Body(ask.body()));
        credentials.sign(request, key);
        return request.build();
    }

    /** Written straight to the socket; its length is found by writing it to nowhere first. */
    private static final class Body extends RequestBody {
        private final JsonOutput.Part part;

        Body(JsonOutput.Part part) {
            this.part = part;
        }

        @Override
        public MediaType contentType() {
            return JSON;
        }

        @Override
        public long contentLength() throws IOException {
            Counting counting = new Counting();
            JsonOutput.write(counting, part);
            return counting.bytes;
        }

        @Override
        public void writeTo(BufferedSink sink) throws IOException {
            JsonOutput.write(sink.outputStream(), part);
        }

        /** OkHttp repeats some requests by itself, unless their body can be sent only once. */
        @Override
        public boolean isOneShot() {
            return true;
        }
    }

    private static final class Counting extends OutputStream {
        private long bytes;

        @Override
        public void write(int b) {
            bytes++;
        }

        @Override
        public void write(byte[] buffer, int offset, int length) {
            bytes += length;
        }
    }

    @Override
    public void close() {
        closed = true;
        watch.close();
        client.connectionPool().evictAll();
    }
}
