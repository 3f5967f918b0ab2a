package dev.ragkit.testkit;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a healthy server says: vectors made from the texts, and short replies. */
final class FakeModel {
    private static final int MAX_INPUTS = 2_048;
    private static final int MAX_TEXT_TOKENS = 8_192;
    private static final int MAX_REQUEST_TOKENS = 300_000;

    private final int dimensions;

    FakeModel(int dimensions) {
        this.dimensions = dimensions;
    }

    FakeReply reply(FakeRequest request, FakeReply scripted) throws IOException {
        Map<String, @Nullable Object> json = JsonTree.object(request.body().getBytes(StandardCharsets.UTF_8));
        if (request.asks("embeddings")) {
            return embeddings(json);
        }
        if (request.asks("chat/completions") || request.asks("responses")) {
            return new FakeWriting(json, scripted, request.asks("responses")).reply();
        }
        if (request.asks("rerank")) {
            return rerank(json);
        }
        return FakeReply.error(404, "not_found", "no such path");
    }

    static int tokens(String text) {
        return (text.length() + 3) / 4;
    }

    /** How many tokens a request takes from a limit. */
    static int tokens(FakeRequest request) {
        return tokens(request.body());
    }

    /** A direction of length 1 that depends on every character of the text. */
    static float[] vector(String text, int dimensions) {
        long state = 0x9e3779b97f4a7c15L;
        for (int i = 0; i < text.length(); i++) {
            state = (state ^ text.charAt(i)) * 0x100000001b3L;
        }
        float[] values = new float[dimensions];
        double squares = 0;
        for (int i = 0; i < dimensions; i++) {
            state += 0x9e3779b97f4a7c15L;
            long z = (state ^ (state >>> 30)) * 0xbf58476d1ce4e5b9L;
            z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
            values[i] = (z >> 40) / (float) (1 << 23);
            squares += values[i] * values[i];
        }
        float length = (float) Math.sqrt(squares);
        for (int i = 0; i < dimensions; i++) {
            values[i] /= length;
        }
        return values;
    }

    private FakeReply embeddings(Map<String, @Nullable Object> json) throws IOException {
        List<String> texts = JsonTree.texts(json.get("input"));
        FakeReply refusal = refusal(texts);
        if (refusal != null) {
            return refusal;
        }
        int size = json.get("dimensions") instanceof Double asked ? asked.intValue() : dimensions;
        ByteArrayOutputStream out = new ByteArrayOutputStream(64 + texts.size() * (size * 6 + 64));
        print(out, "{\"object\":\"list\",\"data\":[");
        long tokens = 0;
        for (int i = 0; i < texts.size(); i++) {
            print(out, (i == 0 ? "" : ",") + "{\"object\":\"embedding\",\"index\":" + i + ",\"embedding\":");
            float[] vector = vector(texts.get(i), size);
            out.write("base64".equals(json.get("encoding_format")) ? base64(vector) : floats(vector));
            print(out, "}");
            tokens += tokens(texts.get(i));
        }
        print(
                out,
                "],\"model\":" + JsonTree.quote(String.valueOf(json.get("model"))) + ",\"usage\":{\"prompt_tokens\":"
                        + tokens + ",\"total_tokens\":" + tokens + "}}");
        return json(out.toByteArray());
    }

    private static @Nullable FakeReply refusal(List<String> texts) {
        if (texts.isEmpty() || texts.contains("")) {
            return FakeReply.error(400, "invalid_request_error", "'input' cannot be an empty string.");
        }
        if (texts.size() > MAX_INPUTS) {
            return FakeReply.error(400, "array_above_max_length", "'input' has more than " + MAX_INPUTS + " items.");
        }
        long total = 0;
        for (String text : texts) {
            if (tokens(text) > MAX_TEXT_TOKENS) {
                return FakeReply.error(
                        400,
                        "context_length_exceeded",
                        "This model's maximum context length is " + MAX_TEXT_TOKENS + " tokens, however you requested "
                                + tokens(text) + " tokens.");
            }
            total += tokens(text);
        }
        return total <= MAX_REQUEST_TOKENS
                ? null
                : FakeReply.error(
                        400,
                        "max_tokens_per_request",
                        "Requested " + total + " tokens, max " + MAX_REQUEST_TOKENS + " tokens per request");
    }

    private static byte[] base64(float[] vector) {
        ByteBuffer bytes = ByteBuffer.allocate(vector.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(vector);
        return ("\"" + Base64.getEncoder().encodeToString(bytes.array()) + "\"").getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] floats(float[] vector) {
        StringBuilder text = new StringBuilder("[");
        for (int i = 0; i < vector.length; i++) {
            text.append(i == 0 ? "" : ",").append(vector[i]);
        }
        return text.append(']').toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    /** Scores by the share of the query's words that a text has; the best comes first, as real servers have it. */
    private static FakeReply rerank(Map<String, @Nullable Object> json) {
        boolean bare = json.containsKey("texts");
        List<String> texts = JsonTree.texts(bare ? json.get("texts") : json.get("documents"));
        Set<String> query = words(String.valueOf(json.get("query")));
        record Scored(int index, double score) {}
        List<Scored> scored = new ArrayList<>();
        for (int i = 0; i < texts.size(); i++) {
            Set<String> common = words(texts.get(i));
            common.retainAll(query);
            scored.add(new Scored(i, (double) common.size() / Math.max(1, query.size())));
        }
        scored.sort(Comparator.comparingDouble(Scored::score).reversed());
        List<String> items = scored.stream()
                .map(item -> "{\"index\":" + item.index() + ",\"" + (bare ? "score" : "relevance_score") + "\":"
                        + item.score() + "}")
                .toList();
        String list = "[" + String.join(",", items) + "]";
        return FakeReply.of(200, bare ? list : "{\"id\":\"rerank-1\",\"results\":" + list + "}");
    }

    private static Set<String> words(String text) {
        return new HashSet<>(List.of(text.toLowerCase(Locale.ROOT).split("\\W+")));
    }

    private static FakeReply json(byte[] body) {
        return FakeReply.streaming(out -> out.write(body))
                .header("content-type", "application/json")
                .header("content-length", "" + body.length);
    }

    private static void print(ByteArrayOutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
    }
}
