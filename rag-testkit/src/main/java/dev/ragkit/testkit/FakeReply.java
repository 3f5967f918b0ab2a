package dev.ragkit.testkit;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link FakeOpenAi} is to say to one request, and how it is to break off.
 *
 * <pre>{@code
 * server.reply(
 *         FakeReply.error(429, "rate_limit_exceeded", "slow down").header("retry-after", "2"),
 *         FakeReply.text("The Rhine [1].").cutAfter(300, FakeReply.Effect.RESET));
 * }</pre>
 *
 * <p>Immutable and safe for use by several threads.
 */
public final class FakeReply {
    /** When a reply breaks off. */
    public enum Phase {
        /** Before the request's body is read. */
        REQUEST_START,
        /** When half of the request's body is read. */
        REQUEST_BODY,
        /** Before the first byte of the reply. */
        RESPONSE_START,
        /** When half of the reply's body is sent. */
        RESPONSE_BODY,
        /** When the reply is sent: the next request on this connection finds it broken. */
        RESPONSE_END
    }

    /** How a reply breaks off. */
    public enum Effect {
        /** The connection is closed in good order. */
        CLOSE,
        /** The connection is reset. */
        RESET,
        /** Nothing is sent any more, and the connection stays open. */
        STALL,
        /** Nothing is sent any more, which the client is told; the connection stays open the other way. */
        HALF_CLOSE
    }

    /** Writes the body of a reply. */
    @FunctionalInterface
    public interface Body {
        /**
         * Writes all bytes, flushing where a client is to see them at once.
         *
         * @param out to the client
         * @throws IOException if the client is gone
         */
        void writeTo(OutputStream out) throws IOException;
    }

    /** Where it breaks off: in a phase, or after a number of bytes of the body, which is then not negative. */
    record Fault(Phase phase, int bytes, Effect effect) {}

    private static final FakeReply USUAL = new FakeReply(0, Map.of(), null);

    private final int status;
    private final Map<String, String> headers;
    private final @Nullable Body body;
    private @Nullable String text;
    private @Nullable String refusal;
    private @Nullable Fault fault;
    private boolean drips;

    private FakeReply(int status, Map<String, String> headers, @Nullable Body body) {
        this.status = status;
        this.headers = headers;
        this.body = body;
    }

    /**
     * What a healthy server would say.
     *
     * @return the reply
     */
    public static FakeReply usual() {
        return USUAL;
    }

    /**
     * A completion, whole or as a stream, as the request asks.
     *
     * @param text what the model says
     * @return the reply
     */
    public static FakeReply text(String text) {
        FakeReply reply = USUAL.copy(Map.of());
        reply.text = text;
        return reply;
    }

    /**
     * A completion in which the model refuses, whole or as a stream, as the request asks.
     *
     * @param refusal what the model says
     * @return the reply
     */
    public static FakeReply refusal(String refusal) {
        FakeReply reply = USUAL.copy(Map.of());
        reply.refusal = refusal;
        return reply;
    }

    /**
     * A reply with this body, as {@code application/json} unless a header says otherwise.
     *
     * @param status 100 to 599
     * @param body the whole body
     * @return the reply
     */
    public static FakeReply of(int status, String body) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        return new FakeReply(
                status,
                Map.of("content-type", "application/json", "content-length", "" + bytes.length),
                out -> out.write(bytes));
    }

    /**
     * An error as OpenAI words it.
     *
     * @param status 400 to 599
     * @param code such as {@code rate_limit_exceeded}
     * @param message for people
     * @return the reply
     */
    public static FakeReply error(int status, String code, String message) {
        return of(
                status,
                "{\"error\":{\"message\":" + JsonTree.quote(message) + ",\"type\":" + JsonTree.quote(code)
                        + ",\"param\":null,\"code\":" + JsonTree.quote(code) + "}}");
    }

    /**
     * A stream of server-sent events with status 200, one for each text, each sent at once.
     *
     * @param data what stands behind {@code data:}, one event each
     * @return the reply
     */
    public static FakeReply events(String... data) {
        return streaming(out -> {
            for (String event : data) {
                out.write(("data: " + event + "\n\n").getBytes(StandardCharsets.UTF_8));
                out.flush();
            }
        });
    }

    /**
     * A body of unknown length with status 200, as {@code text/event-stream} unless a header says otherwise.
     *
     * @param body writes it
     * @return the reply
     */
    public static FakeReply streaming(Body body) {
        return new FakeReply(200, Map.of("content-type", "text/event-stream"), body);
    }

    /**
     * A copy with a header more.
     *
     * @param name its name; replaces one of the same name
     * @param value its value
     * @return the copy
     */
    public FakeReply header(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return copy(more);
    }

    /**
     * A copy that breaks off in a phase.
     *
     * @param phase when
     * @param effect how
     * @return the copy
     */
    public FakeReply fault(Phase phase, Effect effect) {
        FakeReply copy = copy(headers);
        copy.fault = new Fault(phase, -1, effect);
        return copy;
    }

    /**
     * A copy that breaks off after some bytes of the body.
     *
     * @param bytes 0 or more; a body that is shorter is sent whole
     * @param effect how
     * @return the copy
     * @throws IllegalArgumentException if the number is negative
     */
    public FakeReply cutAfter(int bytes, Effect effect) {
        if (bytes < 0) {
            throw new IllegalArgumentException("bytes must not be negative, was " + bytes);
        }
        FakeReply copy = copy(headers);
        copy.fault = new Fault(Phase.RESPONSE_BODY, bytes, effect);
        return copy;
    }

    /**
     * A copy whose body is sent byte by byte.
     *
     * @return the copy
     */
    public FakeReply dripping() {
        FakeReply copy = copy(headers);
        copy.drips = true;
        return copy;
    }

    private FakeReply copy(Map<String, String> headers) {
        FakeReply copy = new FakeReply(status, headers, body);
        copy.text = text;
        copy.refusal = refusal;
        copy.fault = fault;
        copy.drips = drips;
        return copy;
    }

    /** The same, with what a healthy server says filled in. */
    FakeReply answered(FakeReply usual) {
        Map<String, String> all = new LinkedHashMap<>(usual.headers);
        all.putAll(headers);
        FakeReply copy = new FakeReply(usual.status, all, usual.body);
        copy.fault = fault;
        copy.drips = drips;
        return copy;
    }

    /** Whether a healthy server's answer has to be filled in. */
    boolean isOpen() {
        return body == null;
    }

    int status() {
        return status;
    }

    Map<String, String> headers() {
        return headers;
    }

    Body body() {
        return Objects.requireNonNull(body);
    }

    @Nullable
    String text() {
        return text;
    }

    @Nullable
    String refusal() {
        return refusal;
    }

    @Nullable
    Fault fault() {
        return fault;
    }

    boolean drips() {
        return drips;
    }

    /** Shows the status and the fault. */
    @Override
    public String toString() {
        return "FakeReply[status=" + (isOpen() ? "usual" : status) + ", fault=" + fault + "]";
    }
}
