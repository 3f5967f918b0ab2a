package dev.ragkit.benchmarks;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.ragkit.testkit.FakeOpenAi;
import dev.ragkit.testkit.FakeReply;
import dev.ragkit.testkit.FakeRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Answers requests for embeddings with bodies that were made before, so that a server spends its time on reading and sending. The
 * vector at an index is always the same. Requests beyond a limit are left to the server, which refuses them.
 */
final class RenderedEmbeddings {
    static final int DIMENSIONS = 1_536;
    static final int REQUEST_TEXTS = 2_048;
    static final int REQUEST_TOKENS = 300_000;
    static final int TOKEN_CHARACTERS = 4;

    private static final int VECTORS = 64;
    private static final JsonFactory JSON = new JsonFactory();

    private final Map<Asked, byte[]> bodies = new ConcurrentHashMap<>();
    private final AtomicLong texts = new AtomicLong();

    /** What a request asks for. */
    private record Asked(int texts, long tokens, boolean base64) {}

    static float[] vector(int index) {
        return FakeOpenAi.vector("vector " + index % VECTORS, DIMENSIONS);
    }

    FakeReply reply(FakeRequest request) {
        Asked asked = read(request.body());
        if (asked.texts > REQUEST_TEXTS || asked.tokens > REQUEST_TOKENS) {
            return FakeReply.usual();
        }
        texts.addAndGet(asked.texts);
        byte[] body = bodies.computeIfAbsent(asked, RenderedEmbeddings::render);
        return FakeReply.streaming(out -> out.write(body))
                .header("content-type", "application/json")
                .header("content-length", String.valueOf(body.length));
    }

    /** How many texts were embedded since the last call. */
    long texts() {
        return texts.getAndSet(0);
    }

    private static Asked read(String body) {
        int texts = 0;
        long tokens = 0;
        boolean base64 = false;
        try (JsonParser parser = JSON.createParser(body)) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (token == JsonToken.VALUE_STRING && "encoding_format".equals(parser.currentName())) {
                    base64 = parser.getText().equals("base64");
                } else if (token == JsonToken.VALUE_STRING && !"model".equals(parser.currentName())) {
                    texts++;
                    tokens += (parser.getTextLength() + TOKEN_CHARACTERS - 1) / TOKEN_CHARACTERS;
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("a client sent what is no JSON", e);
        }
        return new Asked(texts, tokens, base64);
    }

    private static byte[] render(Asked asked) {
        StringBuilder body = new StringBuilder("{\"object\":\"list\",\"data\":[");
        for (int i = 0; i < asked.texts; i++) {
            body.append(i == 0 ? "" : ",")
                    .append("{\"object\":\"embedding\",\"index\":")
                    .append(i)
                    .append(",\"embedding\":")
                    .append(asked.base64 ? base64(vector(i)) : floats(vector(i)))
                    .append('}');
        }
        return body.append("],\"model\":\"text-embedding-3-small\",\"usage\":{\"prompt_tokens\":")
                .append(asked.tokens)
                .append(",\"total_tokens\":")
                .append(asked.tokens)
                .append("}}")
                .toString()
                .getBytes(StandardCharsets.ISO_8859_1);
    }

    private static String base64(float[] vector) {
        ByteBuffer bytes = ByteBuffer.allocate(vector.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(vector);
        return "\"" + Base64.getEncoder().encodeToString(bytes.array()) + "\"";
    }

    private static String floats(float[] vector) {
        StringBuilder text = new StringBuilder("[");
        for (int i = 0; i < vector.length; i++) {
            text.append(i == 0 ? "" : ",").append(vector[i]);
        }
        return text.append(']').toString();
    }
}
