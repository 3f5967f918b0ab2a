package dev.ragkit.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * A server on the loopback interface that speaks as OpenAI does: embeddings, chat completions and responses, whole and as streams, and
 * reranking as Cohere and text-embeddings-inference have it. Its vectors are made from the texts, so that a mixed-up order shows:
 * {@link #vector}. It keeps what it receives, and says and breaks off what it is told to.
 *
 * <pre>{@code
 * try (FakeOpenAi server = FakeOpenAi.start()) {
 *     server.reply(FakeReply.error(503, "overloaded", "try later"), FakeReply.text("The Rhine."));
 *     // point the client at server.baseUrl()
 *     assertThat(server.requests()).hasSize(2);
 * }
 * }</pre>
 *
 * <p>It refuses what OpenAI refuses: more than 2,048 inputs, 8,192 tokens a text and 300,000 a request, empty texts. A started four
 * characters are a token. Safe for use by several threads; {@link #close} ends its threads and connections.
 */
public final class FakeOpenAi implements AutoCloseable {
    /** The dimensions of its vectors, unless told otherwise: {@value}. */
    public static final int DIMENSIONS = 1_536;

    private final Deque<FakeReply> queue = new ArrayDeque<>();
    private final List<FakeRequest> requests = new ArrayList<>();
    private final AtomicInteger abandoned = new AtomicInteger();
    private final AtomicInteger numbers = new AtomicInteger();
    private Function<FakeRequest, FakeReply> script = request -> FakeReply.usual();
    private FakeModel model = new FakeModel(DIMENSIONS);
    private FakeLimit limit = FakeLimit.none();
    private @Nullable String key;
    private FakeTransport transport = FakeTransport.NONE;

    /** What carries the requests and replies. */
    interface FakeTransport extends AutoCloseable {
        FakeTransport NONE = new FakeTransport() {
            @Override
            public URI uri() {
                return URI.create("http://127.0.0.1:1");
            }

            @Override
            public int connections() {
                return 0;
            }

            @Override
            public void close() {}
        };

        URI uri();

        int connections();

        @Override
        void close();
    }

    private FakeOpenAi() {}

    /**
     * A server for HTTP/1.1 on a free port.
     *
     * @return the server, to be closed by the caller
     */
    public static FakeOpenAi start() {
        return start(server -> FakeHttp1.start(server));
    }

    /**
     * A server for HTTP/1.1 over TLS on a free port.
     *
     * @param certificates what it shows of itself
     * @return the server, to be closed by the caller
     */
    public static FakeOpenAi startTls(SSLContext certificates) {
        return start(server -> FakeHttp1.startTls(server, certificates));
    }

    /**
     * A server for HTTP/2 over TLS on a free port, and for HTTP/1.1 where a client does not offer HTTP/2. It needs {@code
     * com.squareup.okhttp3:mockwebserver3} on the class path. Of a fault it takes the phase; the bytes of
     * {@link FakeReply#cutAfter} are half of the body here, and {@link FakeReply#dripping} has no effect.
     *
     * @param certificates what it shows of itself
     * @return the server, to be closed by the caller
     */
    public static FakeOpenAi startHttp2(SSLContext certificates) {
        return start(server -> FakeHttp2.start(server, certificates));
    }

    private interface Opening {
        FakeTransport open(FakeOpenAi server) throws IOException;
    }

    private static FakeOpenAi start(Opening opening) {
        FakeOpenAi server = new FakeOpenAi();
        try {
            server.transport = opening.open(server);
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException("the fake OpenAI server did not start", e);
        }
    }

    /**
     * The vector that it gives for a text.
     *
     * @param text any text
     * @param dimensions of the vector, at least 1
     * @return a new array of length 1 in the Euclidean sense
     */
    public static float[] vector(String text, int dimensions) {
        return FakeModel.vector(text, dimensions);
    }

    /**
     * Where it listens, as clients want it.
     *
     * @return such as {@code http://127.0.0.1:40123/v1}
     */
    public String baseUrl() {
        return transport.uri() + "/v1";
    }

    /**
     * Where it listens, without a path.
     *
     * @return such as {@code http://127.0.0.1:40123}
     */
    public URI uri() {
        return transport.uri();
    }

    /**
     * Sets the replies to the next requests, in the order in which they arrive; behind those that are still waiting.
     *
     * @param replies one a request
     * @return this
     */
    public synchronized FakeOpenAi reply(FakeReply... replies) {
        queue.addAll(List.of(replies));
        return this;
    }

    /**
     * Sets how requests are answered for which no {@link #reply} waits. Default: as a healthy server would.
     *
     * @param script gives the reply to a request; called by several threads
     * @return this
     */
    public synchronized FakeOpenAi script(Function<FakeRequest, FakeReply> script) {
        this.script = script;
        return this;
    }

    /**
     * Sets the dimensions of its vectors where a request does not. Default: {@value #DIMENSIONS}.
     *
     * @param dimensions at least 1
     * @return this
     */
    public synchronized FakeOpenAi dimensions(int dimensions) {
        this.model = new FakeModel(dimensions);
        return this;
    }

    /**
     * Refuses requests without this key with status 401, whether it comes as {@code Authorization: Bearer} or {@code api-key}. Default:
     * no key is asked for.
     *
     * @param key the key
     * @return this
     */
    public synchronized FakeOpenAi requireKey(String key) {
        this.key = key;
        return this;
    }

    /**
     * Refuses what goes beyond a limit with status 429, and tells in {@code x-ratelimit} headers what is left. Both fill up again
     * evenly within the period. Default: no limit and no such headers.
     *
     * @param requests in a period, at least 1
     * @param tokens in a period, at least 1; a request takes one for each started four characters of its body
     * @param period more than 0; 1 minute at OpenAI
     * @return this
     */
    public synchronized FakeOpenAi limit(int requests, int tokens, Duration period) {
        this.limit = FakeLimit.of(requests, tokens, period);
        return this;
    }

    /**
     * What it received, the refused and broken off included.
     *
     * @return a copy, in the order of arrival
     */
    public synchronized List<FakeRequest> requests() {
        return List.copyOf(requests);
    }

    /**
     * How many replies clients went away from before they were sent: cancelled, timed out, or closed while the reply stalled.
     *
     * @return 0 or more
     */
    public int abandoned() {
        return abandoned.get();
    }

    /**
     * How many connections clients have opened so far.
     *
     * @return 0 or more
     */
    public int connections() {
        return transport.connections();
    }

    void abandon() {
        abandoned.incrementAndGet();
    }

    /** The next reply if it breaks off before the body of its request is read; it stays the next. */
    synchronized @Nullable FakeReply early() {
        FakeReply next = queue.peek();
        boolean early = next != null
                && next.fault() != null
                && next.fault().phase().compareTo(FakeReply.Phase.REQUEST_BODY) <= 0;
        return early ? next : null;
    }

    /** The same, taken by a request. */
    synchronized @Nullable FakeReply early(FakeRequest head) {
        FakeReply next = early();
        if (next != null) {
            requests.add(head);
            queue.remove();
        }
        return next;
    }

    FakeReply answer(FakeRequest request) throws IOException {
        FakeReply scripted;
        FakeReply denied;
        FakeModel answering;
        FakeLimit limiting;
        Function<FakeRequest, FakeReply> otherwise;
        synchronized (this) {
            requests.add(request);
            scripted = queue.poll();
            denied = denied(request);
            answering = model;
            limiting = limit;
            otherwise = script;
        }
        FakeReply reply = scripted != null ? scripted : denied != null ? denied : otherwise.apply(request);
        if (reply.isOpen()) {
            FakeReply refused = limiting.take(FakeModel.tokens(request));
            reply = reply.answered(refused != null ? refused : answering.reply(request, reply));
            reply = limiting.tell(reply);
        }
        return reply.header("x-request-id", "req-" + numbers.incrementAndGet());
    }

    private @Nullable FakeReply denied(FakeRequest request) {
        if (key == null
                || request.header("authorization").equals("Bearer " + key)
                || request.header("api-key").equals(key)) {
            return null;
        }
        return FakeReply.error(401, "invalid_api_key", "Incorrect API key provided");
    }

    /** Ends its connections and threads. Closing again does nothing. */
    @Override
    public void close() {
        transport.close();
    }

    /** Shows the address. */
    @Override
    public String toString() {
        return "FakeOpenAi[" + transport.uri() + "]";
    }
}
