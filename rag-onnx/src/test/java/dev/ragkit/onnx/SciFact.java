package dev.ragkit.onnx;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;

/**
 * The SciFact collection, with embeddings made by another implementation, in {@code shared/data/scifact} beside the checkout, or
 * in the folder named by {@code -Drag.shared}.
 */
final class SciFact {
    private static final int DIMENSIONS = 384;
    private static final ObjectMapper JSON = new ObjectMapper();

    private SciFact() {}

    /** Whether its tests run: where the collection is, and always in CI, where they fail without it. */
    static boolean isWanted() {
        return Files.isDirectory(folder()) || "true".equals(System.getenv("CI"));
    }

    private static Path folder() {
        String shared = System.getProperty("rag.shared");
        if (shared != null) {
            return Path.of(shared, "data", "scifact");
        }
        Path at = Path.of("").toAbsolutePath();
        while (at.getParent() != null && !Files.isDirectory(at.resolve("shared/data/scifact"))) {
            at = at.getParent();
        }
        return at.resolve("shared/data/scifact");
    }

    /** Texts by id, in the order of the file: title, space, text. */
    static Map<String, String> documents() throws IOException {
        return texts("corpus.jsonl");
    }

    /** The test queries by id, in the order of the file. */
    static Map<String, String> queries() throws IOException {
        return texts("queries.jsonl");
    }

    private static Map<String, String> texts(String file) throws IOException {
        Map<String, String> texts = new LinkedHashMap<>();
        for (String line : Files.readAllLines(folder().resolve(file))) {
            JsonNode json = JSON.readTree(line);
            String title = json.has("title") ? json.get("title").asText() + " " : "";
            texts.put(json.get("_id").asText(), title + json.get("text").asText());
        }
        return texts;
    }

    /** Relevance by document, by query. */
    static Map<String, Map<String, Integer>> judgements() throws IOException {
        Map<String, Map<String, Integer>> judgements = new HashMap<>();
        for (String line : Files.readAllLines(folder().resolve("qrels.tsv"))) {
            List<String> columns = List.of(line.split("\t"));
            if (!columns.get(0).equals("query-id")) {
                judgements
                        .computeIfAbsent(columns.get(0), query -> new HashMap<>())
                        .put(columns.get(1), Integer.valueOf(columns.get(2)));
            }
        }
        return judgements;
    }

    /** The other implementation's vectors by id; {@code kind} is {@code docs} or {@code queries}. */
    static Map<String, float[]> vectors(OnnxModel model, String kind) {
        String name = "embeddings/scifact." + (model.name().startsWith("bge") ? "BGE_Q" : "MINILM_Q") + "." + kind;
        try (InputStream ids = new GZIPInputStream(Files.newInputStream(folder().resolve(name + ".ids.gz")))) {
            float[][] rows = HalfFloats.rows(Files.readAllBytes(folder().resolve(name + ".f16")), DIMENSIONS);
            Map<String, float[]> vectors = new LinkedHashMap<>();
            for (String id : new String(ids.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList()) {
                vectors.put(id, rows[vectors.size()]);
            }
            return vectors;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
