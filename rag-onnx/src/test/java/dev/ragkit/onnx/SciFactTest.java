package dev.ragkit.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.ragkit.Embedding;
import dev.ragkit.eval.Judgements;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/**
 * All of SciFact against the vectors that another implementation made of it. Needs {@code ../shared/data/scifact}, which is not
 * part of the repository: the tests run where it is there, and always where {@code CI} is {@code true}, where they fail without
 * it; {@link ReferenceVectorsTest} runs everywhere.
 *
 * <p>{@code -Pdeep} embeds all 5,183 documents with both models, which takes some minutes; otherwise it is every 50th, and the
 * others have the vectors of the reference.
 */
@EnabledIf("dev.ragkit.onnx.SciFact#isWanted")
class SciFactTest {
    private static final boolean DEEP = Boolean.getBoolean("rag.deep");
    /** The reference was made in batches of at most 16 texts of equal length, which are made again for the strict comparison. */
    private static final int REFERENCE_BATCH = 16;

    private static final double NDCG_WITHIN = 0.005;
    private static final int K = 10;
    private static final int STEP = DEEP ? 1 : 50;
    private static final int SHORT = 120;
    private static final List<OnnxModel> MODELS = List.of(OnnxModel.miniLm(), OnnxModel.bgeSmall());

    private static void print(String format, Object... values) {
        System.out.println("SciFact " + String.format(Locale.ROOT, format, values));
    }

    @Test
    void queriesHaveTheVectorsOfTheReference() throws IOException {
        Map<String, String> queries = SciFact.queries();
        for (OnnxModel model : MODELS) {
            try (OnnxEmbedder embedder =
                    OnnxEmbedder.builder(model).batchSize(REFERENCE_BATCH).build()) {
                List<Embedding> found =
                        embedder.embedQueries(List.copyOf(queries.values())).list();
                compare(model.name() + " queries", ids(queries), found, SciFact.vectors(model, "queries"))
                        .assertTheSame();
            }
        }
    }

    @Test
    void documentsThatFitHaveTheVectorsOfTheReference() throws IOException {
        for (OnnxModel model : MODELS) {
            try (OnnxEmbedder embedder =
                    OnnxEmbedder.builder(model).batchSize(REFERENCE_BATCH).build()) {
                int most = DEEP ? embedder.maxDocumentTokens() - 1 : SHORT;
                Map<String, String> fit = SciFact.documents();
                fit.values().removeIf(text -> embedder.tokenCounter().count(text) > most);
                List<Embedding> found =
                        embedder.embedDocuments(List.copyOf(fit.values())).list();
                compare(model.name() + " documents that fit", ids(fit), found, SciFact.vectors(model, "docs"))
                        .assertTheSame();
            }
        }
    }

    private static List<String> ids(Map<String, String> texts) {
        return List.copyOf(texts.keySet());
    }

    private static Cosines compare(
            String name, List<String> ids, List<Embedding> found, Map<String, float[]> reference) {
        Cosines cosines = new Cosines("SciFact " + name);
        for (int i = 0; i < ids.size(); i++) {
            cosines.add(found.get(i), reference.get(ids.get(i)));
        }
        return cosines.print();
    }

    @Test
    void queriesFindAsWellAsThoseOfTheReference() throws IOException {
        Map<String, String> queries = SciFact.queries();
        for (OnnxModel model : MODELS) {
            Map<String, Embedding> documents = embeddings(SciFact.vectors(model, "docs"));
            double expected = ndcg(documents, embeddings(SciFact.vectors(model, "queries")));
            try (OnnxEmbedder embedder = OnnxEmbedder.builder(model).build()) {
                double found = ndcg(documents, queries(embedder, queries));
                print(
                        "%s nDCG@10, documents of the reference: queries of the reference %.4f, ours %.4f",
                        model.name(), expected, found);
                assertThat(found).isCloseTo(expected, within(NDCG_WITHIN));
            }
        }
    }

    @Test
    void documentsAreFoundAsWellAsThoseOfTheReference() throws IOException {
        Map<String, String> documents = everyNth(SciFact.documents());
        Map<String, String> queries = SciFact.queries();
        for (OnnxModel model : MODELS) {
            Map<String, Embedding> reference = embeddings(SciFact.vectors(model, "docs"));
            double expected = ndcg(reference, embeddings(SciFact.vectors(model, "queries")));
            try (OnnxEmbedder embedder = OnnxEmbedder.builder(model).build()) {
                Map<String, Embedding> asked = queries(embedder, queries);
                Map<String, Embedding> whole = replace(reference, documents(embedder, documents));
                double found = ndcg(whole, asked);
                double cut = ndcg(replace(whole, cut(embedder, documents)), asked);
                print(
                        "%s nDCG@10: reference %.4f; %d documents of ours, cut as the reference was %.4f, whole %.4f",
                        model.name(), expected, documents.size(), cut, found);
                assertThat(cut).isCloseTo(expected, within(NDCG_WITHIN));
                assertThat(found).isGreaterThan(expected - NDCG_WITHIN);
            }
        }
    }

    private static Map<String, String> everyNth(Map<String, String> texts) {
        Map<String, String> some = new LinkedHashMap<>();
        int at = 0;
        for (Map.Entry<String, String> text : texts.entrySet()) {
            if (at++ % STEP == 0) {
                some.put(text.getKey(), text.getValue());
            }
        }
        return some;
    }

    private static Map<String, Embedding> replace(Map<String, Embedding> all, Map<String, Embedding> some) {
        Map<String, Embedding> replaced = new LinkedHashMap<>(all);
        replaced.putAll(some);
        return replaced;
    }

    private static Map<String, Embedding> queries(OnnxEmbedder embedder, Map<String, String> texts) {
        return byId(texts, embedder.embedQueries(List.copyOf(texts.values())).list());
    }

    private static Map<String, Embedding> documents(OnnxEmbedder embedder, Map<String, String> texts) {
        long start = System.nanoTime();
        List<Embedding> found =
                embedder.embedDocuments(List.copyOf(texts.values())).list();
        double seconds = (System.nanoTime() - start) / 1e9;
        print(
                "%s: %d documents in %.1f s, %.1f a second",
                embedder.space().model(), texts.size(), seconds, texts.size() / seconds);
        return byId(texts, found);
    }

    private static Map<String, Embedding> byId(Map<String, String> texts, List<Embedding> found) {
        Map<String, Embedding> embeddings = new LinkedHashMap<>();
        texts.keySet().forEach(id -> embeddings.put(id, found.get(embeddings.size())));
        return embeddings;
    }

    /** The documents that are longer than the model reads at once, cut off there, as those of the reference were. */
    private static Map<String, Embedding> cut(OnnxEmbedder embedder, Map<String, String> texts) {
        Map<String, String> cut = new LinkedHashMap<>();
        texts.forEach((id, text) -> {
            if (embedder.tokenCounter().count(text) > embedder.maxDocumentTokens()) {
                cut.put(id, start(embedder, text));
            }
        });
        return byId(cut, embedder.embedDocuments(List.copyOf(cut.values())).list());
    }

    /** The longest start of a text that fits, found by halving. */
    private static String start(OnnxEmbedder embedder, String text) {
        int fits = 0;
        int tooLong = text.length();
        while (tooLong - fits > 1) {
            int middle = (fits + tooLong) / 2;
            if (embedder.tokenCounter().count(text.substring(0, middle)) <= embedder.maxDocumentTokens()) {
                fits = middle;
            } else {
                tooLong = middle;
            }
        }
        return text.substring(0, fits);
    }

    private static Map<String, Embedding> embeddings(Map<String, float[]> vectors) {
        Map<String, Embedding> embeddings = new LinkedHashMap<>();
        vectors.forEach((id, vector) -> embeddings.put(id, Embedding.of(vector)));
        return embeddings;
    }

    private static double ndcg(Map<String, Embedding> documents, Map<String, Embedding> queries) throws IOException {
        double sum = 0;
        Map<String, Map<String, Integer>> judgements = SciFact.judgements();
        for (Map.Entry<String, Embedding> query : queries.entrySet()) {
            Map<String, Double> scores = new LinkedHashMap<>();
            documents.forEach((id, document) -> scores.put(id, document.dot(query.getValue())));
            List<String> ranking = new ArrayList<>(scores.keySet());
            ranking.sort(Comparator.comparing((String id) -> -scores.get(id)));
            sum += Judgements.of(judgements.get(query.getKey())).ndcg(ranking.subList(0, K), K);
        }
        return sum / queries.size();
    }
}
