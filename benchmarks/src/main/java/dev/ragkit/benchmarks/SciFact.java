package dev.ragkit.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ragkit.Document;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/**
 * The SciFact collection (Wadden et al. 2020) in the split of BEIR, read from a folder: documents, queries, judgements, and
 * embeddings made by another implementation. It is not part of this repository; {@code -Drag.shared=…} names the folder that
 * holds {@code data/scifact}, which is looked for beside the checkout otherwise.
 */
final class SciFact {
    private static final int DIMENSIONS = 384;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path folder;

    private SciFact(Path folder) {
        this.folder = folder;
    }

    static SciFact load() {
        Path folder = folder();
        if (!Files.isDirectory(folder)) {
            throw new IllegalStateException(
                    "the SciFact collection is not there; name the folder that holds data/scifact"
                            + " with -Drag.shared=");
        }
        return new SciFact(folder);
    }

    static boolean isThere() {
        return Files.isDirectory(folder());
    }

    private static Path folder() {
        return SharedData.folder("scifact");
    }

    /** Documents as their embeddings were made: title, space, text. */
    List<Document> documents() {
        return lines("corpus.jsonl")
                .map(SciFact::json)
                .map(line -> Document.of(
                        line.get("_id").asText(),
                        line.get("title").asText() + " " + line.get("text").asText()))
                .toList();
    }

    /** Query texts by id; {@code part} is empty for the test queries, or {@code train/}. */
    Map<String, String> queries(String part) {
        Map<String, String> queries = new LinkedHashMap<>();
        lines(part + "queries.jsonl")
                .map(SciFact::json)
                .forEach(line ->
                        queries.put(line.get("_id").asText(), line.get("text").asText()));
        return queries;
    }

    /** Relevance by document id, by query id. */
    Map<String, Map<String, Integer>> judgements(String part) {
        Map<String, Map<String, Integer>> judgements = new HashMap<>();
        lines(part + "qrels.tsv")
                .skip(1)
                .map(line -> line.split("\t"))
                .forEach(row -> judgements
                        .computeIfAbsent(row[0], id -> new HashMap<>())
                        .put(row[1], Integer.parseInt(row[2])));
        return judgements;
    }

    /** Given embeddings by id; {@code set} such as {@code BGE_Q.docs}. */
    Map<String, float[]> embeddings(String set) {
        List<String> ids = lines("embeddings/scifact." + set + ".ids.gz").toList();
        ByteBuffer halves =
                ByteBuffer.wrap(bytes("embeddings/scifact." + set + ".f16")).order(ByteOrder.LITTLE_ENDIAN);
        Map<String, float[]> embeddings = new HashMap<>();
        for (String id : ids) {
            float[] values = new float[DIMENSIONS];
            for (int i = 0; i < DIMENSIONS; i++) {
                values[i] = widen(halves.getShort());
            }
            embeddings.put(id, values);
        }
        return embeddings;
    }

    /** IEEE 754 binary16 to binary32; Java has it from version 20 on. */
    static float widen(short half) {
        int exponent = (half >> 10) & 0x1f;
        int fraction = half & 0x3ff;
        float value = exponent == 0 ? fraction * 0x1p-24f : (1 + fraction * 0x1p-10f) * Math.scalb(1f, exponent - 15);
        return half < 0 ? -value : value;
    }

    private static JsonNode json(String line) {
        try {
            return JSON.readTree(line);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Stream<String> lines(String name) {
        try {
            InputStream in = new ByteArrayInputStream(bytes(name));
            InputStream plain = name.endsWith(".gz") ? new GZIPInputStream(in) : in;
            return new BufferedReader(new InputStreamReader(plain, StandardCharsets.UTF_8)).lines();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private byte[] bytes(String name) {
        try {
            return Files.readAllBytes(folder.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
