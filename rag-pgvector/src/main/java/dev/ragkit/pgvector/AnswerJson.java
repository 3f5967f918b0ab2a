package dev.ragkit.pgvector;

import dev.ragkit.Answer;
import dev.ragkit.Chunk;
import dev.ragkit.Citation;
import dev.ragkit.Completion;
import dev.ragkit.Hit;
import dev.ragkit.Metadata;
import dev.ragkit.TokenUsage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An answer as a text, and back: the same text, citations and hits, but for the usage, which is that of the call that made it. Each
 * citation is a JSON of its own within the answer's.
 */
final class AnswerJson {
    private AnswerJson() {}

    static String write(Answer answer) {
        Completion completion = answer.completion();
        return MetadataJson.write(Metadata.of("text", answer.text())
                .with("rejected", answer.rejected())
                .with("completion", completion.text())
                .with("finish", completion.finish().name())
                .with("model", completion.model())
                .with(
                        "citations",
                        answer.citations().stream().map(AnswerJson::write).toList()));
    }

    private static String write(Citation citation) {
        Hit hit = citation.hit();
        Chunk chunk = hit.chunk();
        return MetadataJson.write(Metadata.of("marker", citation.marker())
                .with("start", citation.start())
                .with("quote", citation.quote())
                .with("document", chunk.documentId())
                .with("ordinal", chunk.ordinal())
                .with("offset", chunk.start())
                .with("chunk", chunk.text())
                .with("source", chunk.source())
                .with("metadata", MetadataJson.write(chunk.metadata()))
                .with("score", Double.toString(hit.score()))
                .with("origins", List.copyOf(hit.scores().keySet()))
                .with(
                        "scores",
                        hit.scores().values().stream().map(String::valueOf).toList()));
    }

    static Answer read(String json) {
        Metadata answer = MetadataJson.read(json);
        List<Citation> citations = new ArrayList<>();
        texts(answer, "citations").forEach(citation -> citations.add(citation(MetadataJson.read(citation))));
        Completion completion = new Completion(
                text(answer, "completion"),
                Completion.Finish.valueOf(text(answer, "finish")),
                TokenUsage.NONE,
                text(answer, "model"));
        return new Answer(text(answer, "text"), citations, texts(answer, "rejected"), completion);
    }

    private static Citation citation(Metadata citation) {
        Chunk chunk = Chunk.of(
                        text(citation, "document"),
                        number(citation, "ordinal"),
                        number(citation, "offset"),
                        text(citation, "chunk"))
                .described(text(citation, "source"), MetadataJson.read(text(citation, "metadata")));
        Hit hit = new Hit(
                chunk,
                Double.parseDouble(text(citation, "score")),
                scores(texts(citation, "origins"), texts(citation, "scores")));
        return new Citation(text(citation, "marker"), hit, number(citation, "start"), text(citation, "quote"));
    }

    private static Map<String, Double> scores(List<String> origins, List<String> values) {
        Map<String, Double> scores = new LinkedHashMap<>();
        for (int i = 0; i < origins.size(); i++) {
            scores.put(origins.get(i), Double.valueOf(values.get(i)));
        }
        return scores;
    }

    private static String text(Metadata values, String key) {
        if (values.value(key) instanceof String text) {
            return text;
        }
        throw new IllegalArgumentException("it has no text '" + key + "'");
    }

    private static int number(Metadata values, String key) {
        if (values.value(key) instanceof Long number) {
            return Math.toIntExact(number);
        }
        throw new IllegalArgumentException("it has no whole number '" + key + "'");
    }

    private static List<String> texts(Metadata values, String key) {
        if (values.value(key) instanceof List<?> list) {
            return list.stream().map(String::valueOf).toList();
        }
        throw new IllegalArgumentException("it has no list '" + key + "'");
    }
}
