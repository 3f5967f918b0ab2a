package dev.ragkit.testkit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockResponseBody;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import mockwebserver3.SocketEffect;
import okhttp3.Headers;
import okio.BufferedSink;

/** Carries requests and replies over HTTP/2 by OkHttp's server. */
final class FakeHttp2 extends Dispatcher implements FakeOpenAi.FakeTransport {
    /** "The stream is no longer needed" in RFC 9113, section 7. */
    private static final int CANCEL = 8;

    private final FakeOpenAi server;
    private final MockWebServer http = new MockWebServer();
    private final AtomicInteger connections = new AtomicInteger();

    private FakeHttp2(FakeOpenAi server) {
        this.server = server;
    }

    static FakeHttp2 start(FakeOpenAi server, SSLContext certificates) throws IOException {
        FakeHttp2 transport = new FakeHttp2(server);
        transport.http.useHttps(certificates.getSocketFactory());
        transport.http.setDispatcher(transport);
        transport.http.start(InetAddress.getByAddress("localhost", new byte[] {127, 0, 0, 1}), 0);
        return transport;
    }

    @Override
    public URI uri() {
        return URI.create("https://localhost:" + http.getPort());
    }

    @Override
    public int connections() {
        return connections.get();
    }

    /** Asked for before the request's body is read. */
    @Override
    public MockResponse peek() {
        FakeReply early = server.early();
        return early == null ? new MockResponse.Builder().build() : response(early);
    }

    @Override
    public MockResponse dispatch(RecordedRequest recorded) {
        if (recorded.getExchangeIndex() == 0) {
            connections.incrementAndGet();
        }
        Map<String, String> headers = new LinkedHashMap<>();
        for (var header : recorded.getHeaders()) {
            headers.put(header.getFirst().toLowerCase(Locale.ROOT), header.getSecond());
        }
        String body = recorded.getBody() == null ? "" : recorded.getBody().string(StandardCharsets.UTF_8);
        try {
            return response(server.answer(new FakeRequest(recorded.getMethod(), recorded.getTarget(), headers, body)));
        } catch (IOException unreadable) {
            return new MockResponse.Builder().code(400).build();
        }
    }

    private MockResponse response(FakeReply reply) {
        FakeReply.Fault fault = reply.fault();
        MockResponse.Builder response = new MockResponse.Builder();
        if (!reply.isOpen()) {
            response.code(reply.status()).body(new Body(reply.body()));
            response.headers(Headers.of(reply.headers()));
        }
        if (fault != null) {
            SocketEffect effect = effect(fault.effect());
            switch (fault.phase()) {
                case REQUEST_START -> response.onRequestStart(effect);
                case REQUEST_BODY -> response.onRequestBody(effect);
                case RESPONSE_START -> response.onResponseStart(effect);
                case RESPONSE_BODY -> response.onResponseBody(effect);
                case RESPONSE_END -> response.onResponseEnd(effect);
            }
        }
        return response.build();
    }

    private static SocketEffect effect(FakeReply.Effect effect) {
        return switch (effect) {
            case CLOSE -> new SocketEffect.CloseSocket(true, false, false);
            case RESET -> new SocketEffect.CloseStream(CANCEL);
            case STALL -> SocketEffect.Stall.INSTANCE;
            case HALF_CLOSE -> new SocketEffect.CloseSocket(false, false, true);
        };
    }

    private record Body(FakeReply.Body body) implements MockResponseBody {
        @Override
        public long getContentLength() {
            return -1;
        }

        @Override
        public void writeTo(BufferedSink sink) throws IOException {
            body.writeTo(sink.outputStream());
        }
    }

    @Override
    public void close() {
        http.close();
    }
}
