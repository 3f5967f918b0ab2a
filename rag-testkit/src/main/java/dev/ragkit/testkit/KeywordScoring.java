package dev.ragkit.testkit;

import static dev.ragkit.testkit.Found.assertCount;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.ragkit.Filter;
import dev.ragkit.Hit;
import dev.ragkit.Metadata;
import dev.ragkit.SearchOptions;
import dev.ragkit.SearchResult;
import dev.ragkit.VectorStore;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** How an index scores: BM25 over the chunks of the tenant. */
abstract class KeywordScoring {
    /** No stemmer changes them, no list of stop words has them. */
    private static final List<String> WORDS = List.of(
            "zorv", "plimk", "quoxt", "brolm", "grask", "vlunt", "drimp", "skarb", "trolf", "fwip", "jolk", "krimb");

    private static final double TOLERANCE = 1e-4;

    private final KeywordIndexContract contract;

    KeywordScoring(KeywordIndexContract contract) {
        this.contract = contract;
    }

    @Test
    final void scoresAreThoseOfBm25() {
        Random random = new Random(Seed.of("scoresAreThoseOfBm25", 25));
        Map<String, String> texts = corpus(random, 50);
        VectorStore store = filled(contract.store(), texts);
        Bm25 expected = new Bm25(texts);
        for (int i = 0; i < 25; i++) {
            List<String> query = new ArrayList<>();
            for (int word = 0; word <= i % 4; word++) {
                query.add(WORDS.get((i + word * 5) % WORDS.size()));
            }
            assertScores(scores(store, String.join(" ", query)), expected.scores(query));
        }
    }

    @Test
    final void aRareWordWeighsMoreThanACommonOne() {
        Map<String, Double> scores = scores(
                filled(
                        contract.store(),
                        Map.of(
                                "rare",
                                "zorv grask",
                                "common",
                                "plimk grask",
                                "more",
                                "plimk grask",
                                "most",
                                "plimk jolk")),
                "zorv plimk");
        assertThat(score(scores, "rare")).isGreaterThan(score(scores, "common"));
    }

    @Test
    final void aWordThatStandsTwiceWeighsMoreButNotDouble() {
        Map<String, Double> scores = scores(
                filled(
                        contract.store(),
                        Map.of(
                                "once",
                                "zorv grask",
                                "twice",
                                "zorv zorv",
                                "none",
                                "plimk jolk",
                                "other",
                                "trolf fwip")),
                "zorv");
        assertThat(score(scores, "twice")).isGreaterThan(score(scores, "once")).isLessThan(2 * score(scores, "once"));
    }

    @Test
    final void aShorterChunkScoresHigher() {
        Map<String, Double> scores = scores(
                filled(
                        contract.store(),
                        Map.of(
                                "short",
                                "zorv grask",
                                "long",
                                "zorv grask grask plimk plimk trolf trolf",
                                "none",
                                "jolk")),
                "zorv");
        assertThat(score(scores, "short")).isGreaterThan(score(scores, "long"));
    }

    @Test
    final void moreWordsInCommonScoreHigher() {
        Map<String, Double> scores = scores(
                filled(
                        contract.store(),
                        Map.of("both", "zorv plimk", "one", "zorv grask", "other", "plimk jolk", "none", "trolf fwip")),
                "zorv plimk");
        assertThat(score(scores, "both"))
                .isCloseTo(score(scores, "one") + score(scores, "other"), within(TOLERANCE))
                .isGreaterThan(score(scores, "one"));
    }

    @Test
    final void aWordThatEveryChunkHoldsStillScoresAboveZero() {
        Map<String, Double> scores =
                scores(filled(contract.store(), Map.of("a", "zorv plimk", "b", "zorv grask")), "zorv");
        assertThat(scores)
                .hasSize(2)
                .allSatisfy((id, score) -> assertThat(score).isPositive());
    }

    @Test
    final void otherTenantsDoNotCount() {
        Random random = new Random(Seed.of("otherTenantsDoNotCount", 26));
        Map<String, String> texts = corpus(random, 20);
        VectorStore store = contract.store();
        filled(store.tenant("other"), corpus(random, 20));
        filled(store.tenant("own"), texts);
        filled(store.tenant("another"), corpus(random, 30));
        assertScores(scores(store.tenant("own"), "zorv plimk"), new Bm25(texts).scores(List.of("zorv", "plimk")));
    }

    @Test
    final void whatWasReplacedOrDeletedDoesNotCount() {
        Random random = new Random(Seed.of("whatWasReplacedOrDeletedDoesNotCount", 27));
        VectorStore store = filled(contract.store(), corpus(random, 40));
        Map<String, String> left = new LinkedHashMap<>(corpus(random, 30));
        filled(store, left);
        List<String> gone = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            if (i % 3 == 0 || i >= 30) {
                gone.add("doc-" + i);
            }
        }
        store.delete(gone);
        left.keySet().removeAll(gone);
        assertScores(scores(store, "zorv plimk quoxt"), new Bm25(left).scores(List.of("zorv", "plimk", "quoxt")));
    }

    @Test
    final void replacingTheSameAgainLeavesTheScores() {
        Map<String, String> texts = corpus(new Random(Seed.of("replacingTheSameAgainLeavesTheScores", 28)), 20);
        VectorStore store = filled(contract.store(), texts);
        filled(store, texts);
        assertScores(scores(store, "zorv plimk"), new Bm25(texts).scores(List.of("zorv", "plimk")));
    }

    @Test
    final void aFilterLeavesTheScores() {
        Map<String, String> texts = corpus(new Random(Seed.of("aFilterLeavesTheScores", 29)), 30);
        VectorStore store = filled(contract.store(), texts);
        Map<String, Double> expected = new Bm25(texts).scores(List.of("zorv", "plimk"));
        expected.keySet().removeIf(id -> Integer.parseInt(id.substring(4)) >= 10);
        SearchResult result = contract.index(store)
                .search(
                        "zorv plimk",
                        Found.ALL.toBuilder().filter(Filter.lt("n", 10)).build());
        assertScores(scores(result), expected);
    }

    @Test
    final void theChunksOfADocumentCountEachByItself() {
        Map<String, String> texts = corpus(new Random(Seed.of("theChunksOfADocumentCountEachByItself", 30)), 12);
        Sample whole = Sample.of("doc");
        texts.values().forEach(text -> whole.chunk(text, Vectors.QUERY));
        VectorStore store = contract.store();
        store.replace(List.of(whole.build()));
        Map<String, Double> found = new LinkedHashMap<>();
        for (Hit hit : contract.index(store).search("zorv plimk", Found.ALL).hits()) {
            found.put("doc-" + hit.chunk().ordinal(), hit.score());
        }
        assertScores(found, new Bm25(texts).scores(List.of("zorv", "plimk")));
    }

    private static double score(Map<String, Double> scores, String id) {
        return scores.getOrDefault(id, Double.NaN);
    }

    private static void assertScores(Map<String, Double> found, Map<String, Double> expected) {
        assertThat(found.keySet()).containsExactlyInAnyOrderElementsOf(expected.keySet());
        assertThat(found)
                .allSatisfy((id, score) -> assertThat(score)
                        .as("score of %s", id)
                        .isCloseTo(expected.getOrDefault(id, 0.0), within(TOLERANCE)));
    }

    private Map<String, Double> scores(VectorStore store, String text) {
        return scores(contract.index(store).search(text, SearchOptions.ofLimit(SearchOptions.MAX_LIMIT)));
    }

    private static Map<String, Double> scores(SearchResult result) {
        assertCount(result, result.hits().size());
        Map<String, Double> scores = new LinkedHashMap<>();
        result.hits().forEach(hit -> scores.put(hit.chunk().documentId(), hit.score()));
        return scores;
    }

    /** Texts of 1 to 30 words by id; the first words are common, the last rare. */
    private static Map<String, String> corpus(Random random, int count) {
        Map<String, String> texts = new LinkedHashMap<>();
        for (int i = 0; i < count; i++) {
            List<String> text = new ArrayList<>();
            for (int word = random.nextInt(30); word >= 0; word--) {
                text.add(WORDS.get(random.nextInt(1 + random.nextInt(WORDS.size()))));
            }
            texts.put("doc-" + i, String.join(" ", text));
        }
        return texts;
    }

    private static VectorStore filled(VectorStore store, Map<String, String> texts) {
        store.replace(texts.entrySet().stream()
                .map(entry -> Sample.of(entry.getKey())
                        .metadata(Metadata.of(
                                "n",
                                texts.size() < 6
                                        ? 0
                                        : Integer.parseInt(entry.getKey().substring(4))))
                        .chunk(entry.getValue(), Vectors.QUERY)
                        .build())
                .toList());
        return store;
    }
}
