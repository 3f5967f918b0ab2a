package dev.ragkit.testkit;

import static dev.ragkit.testkit.Found.assertCount;
import static dev.ragkit.testkit.Found.ids;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.ragkit.EmbeddedDocument;
import dev.ragkit.Embedding;
import dev.ragkit.Hit;
import dev.ragkit.Metric;
import dev.ragkit.SearchOptions;
import dev.ragkit.SearchResult;
import dev.ragkit.VectorStore;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** How a store searches: order, scores, ties, limits. */
abstract class StoreSearching {
    /** In code point order, which is neither that of UTF-16 units, nor that of any language. */
    private static final List<String> IDS_IN_ORDER = List.of(
            " a",
            "10",
            "9",
            "A",
            "Z",
            "_",
            "a",
            "a b",
            "aa",
            "a\u0301",
            "b",
            "\u00e9",
            "\ue000",
            "\ufffd",
            "\ud83d\ude00",
            "\udbff\udffd");

    private final VectorStoreContract contract;
    private final Metric metric;

    StoreSearching(VectorStoreContract contract) {
        this.contract = contract;
        this.metric = contract.metric();
    }

    @Test
    final void tellsItsSpaceAndItsMetric() {
        VectorStore store = contract.store();
        assertThat(store.space()).isEqualTo(Vectors.space(metric));
        assertThat(store.metric()).isEqualTo(metric);
    }

    @Test
    final void anEmptyStoreFindsNothing() {
        assertCount(Found.best(contract.store(), 10), 0);
    }

    @Test
    final void theNearestComeFirst() {
        VectorStore store = filled(30);
        assertThat(ids(Found.all(store))).isEqualTo(names(0, 30));
    }

    @Test
    final void aLimitKeepsTheNearest() {
        SearchResult result = Found.best(filled(30), 7);
        assertCount(result, 7);
        if (contract.isExact(result)) {
            assertThat(ids(result.hits())).isEqualTo(names(0, 7));
        }
    }

    @Test
    final void everyLimitIsReached() {
        VectorStore store = filled(60);
        for (int limit : new int[] {1, 2, 10, 41, 59, 60, 61, SearchOptions.MAX_LIMIT}) {
            assertCount(Found.best(store, limit), Math.min(limit, 60));
        }
    }

    @Test
    final void tenHitsAreTheDefault() {
        assertCount(filled(30).search(Vectors.QUERY, SearchOptions.ofDefaults()), 10);
    }

    @Test
    final void theLargestLimitIsReached() {
        VectorStore store = contract.store();
        List<EmbeddedDocument> documents = new ArrayList<>();
        for (int i = 0; i < 24; i++) {
            documents.add(Sample.of("doc-" + i)
                    .chunks(50, "part", Vectors.step(i, 24))
                    .build());
        }
        store.replace(documents);
        assertCount(Found.best(store, SearchOptions.MAX_LIMIT), SearchOptions.MAX_LIMIT);
    }

    @Test
    final void scoresAreThoseOfTheMetric() {
        Random random = new Random(Seed.of("scoresAreThoseOfTheMetric", 4_711));
        VectorStore store = contract.store();
        List<Embedding> embeddings =
                Stream.generate(() -> Vectors.random(random, metric)).limit(40).toList();
        store.replace(IntStream.range(0, 40)
                .mapToObj(
                        i -> Sample.of(name(i)).chunk("text", embeddings.get(i)).build())
                .toList());
        for (int i = 0; i < 5; i++) {
            Embedding query = Vectors.random(random, metric);
            SearchResult result = store.search(query, Found.ALL);
            assertCount(result, 40);
            for (Hit hit : result.hits()) {
                int number = Integer.parseInt(hit.chunk().documentId().substring(4));
                double expected = metric.score(query, embeddings.get(number));
                assertThat(hit.score()).as("score of %s", hit).isCloseTo(expected, within(contract.scoreTolerance()));
            }
        }
    }

    @Test
    final void scoresAreNotRescaled() {
        VectorStore store = contract.store();
        store.replace(List.of(Sample.at("same", 1), Sample.at("square", 0), Sample.at("opposite", -1)));
        List<Double> expected = metric == Metric.L2 ? List.of(0.0, -Math.sqrt(2), -2.0) : List.of(1.0, 0.0, -1.0);
        List<Hit> hits = Found.all(store);
        assertThat(ids(hits)).containsExactly("same", "square", "opposite");
        for (int i = 0; i < 3; i++) {
            assertThat(hits.get(i).score())
                    .as("score of %s", hits.get(i))
                    .isCloseTo(expected.get(i), within(contract.scoreTolerance()));
        }
    }

    @Test
    final void theScoreIsCalledVector() {
        for (Hit hit : Found.all(filled(5))) {
            assertThat(hit.scores()).isEqualTo(Map.of(VectorStore.SCORE, hit.score()));
        }
    }

    @Test
    final void equalScoresAreOrderedByDocumentIdInCodePointOrder() {
        VectorStore store = contract.store();
        store.replace(withEqualScores());
        assertThat(ids(Found.all(store))).isEqualTo(IDS_IN_ORDER);
    }

    @Test
    final void equalScoresInOneDocumentAreOrderedByOrdinal() {
        VectorStore store = contract.store();
        store.replace(List.of(Sample.of("a").chunks(12, "part", Vectors.at(0.5)).build()));
        assertThat(Found.all(store))
                .extracting(hit -> hit.chunk().ordinal())
                .isEqualTo(IntStream.range(0, 12).boxed().toList());
    }

    @Test
    final void aLimitCutsEqualScoresInOrder() {
        VectorStore store = contract.store();
        store.replace(withEqualScores());
        SearchResult result = Found.best(store, 5);
        assertCount(result, 5);
        if (contract.isExact(result)) {
            assertThat(ids(result.hits())).isEqualTo(IDS_IN_ORDER.subList(0, 5));
        }
    }

    @Test
    final void equalVectorsAreAllFound() {
        VectorStore store = contract.store();
        store.replace(IntStream.range(0, 150)
                .mapToObj(i -> Sample.at("doc-" + i, 0.5))
                .toList());
        assertCount(Found.best(store, 100), 100);
        assertCount(Found.best(store, SearchOptions.MAX_LIMIT), 150);
    }

    @Test
    final void theSameSearchFindsTheSame() {
        VectorStore store = filled(40);
        assertThat(Found.best(store, 10).hits()).isEqualTo(Found.best(store, 10).hits());
    }

    @Test
    final void theLeastScoreIsInclusive() {
        VectorStore store = contract.store();
        store.replace(List.of(Sample.at("same", 1), Sample.at("square", 0), Sample.at("opposite", -1)));
        String boundary = metric == Metric.L2 ? "opposite" : "square";
        double score = metric == Metric.L2 ? -2 : 0;
        assertThat(ids(atLeast(store, score).hits())).contains(boundary);
        assertThat(ids(atLeast(store, score + 0.01).hits())).contains("same").doesNotContain(boundary);
    }

    @Test
    final void nothingBelowTheLeastScoreIsFound() {
        VectorStore store = filled(40);
        double half = Found.all(store).get(19).score() - 2 * contract.scoreTolerance();
        SearchResult result = atLeast(store, half);
        assertCount(result, 20);
        assertThat(ids(result.hits())).isEqualTo(names(0, 20));
    }

    @Test
    final void aLeastScoreAboveAllFindsNothing() {
        assertCount(atLeast(filled(40), 1.5), 0);
    }

    @Test
    final void deletedChunksTakeNoPlace() {
        VectorStore store = filled(100);
        store.delete(names(0, 70));
        assertCount(Found.best(store, 10), 10);
        assertThat(ids(Found.all(store))).isEqualTo(names(70, 100));
    }

    @Test
    final void replacedChunksTakeNoPlace() {
        VectorStore store = filled(100);
        List<EmbeddedDocument> emptied =
                names(0, 70).stream().map(id -> Sample.of(id).build()).toList();
        store.replace(emptied);
        assertCount(Found.best(store, 10), 10);
        assertThat(ids(Found.all(store))).isEqualTo(names(70, 100));
    }

    @Test
    final void anEmbeddingOfOtherDimensionsIsRefused() {
        VectorStore store = filled(3);
        assertThatThrownBy(() -> store.search(Embedding.of(1, 0, 0, 0, 0, 0, 0), SearchOptions.ofDefaults()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("dimensions")
                .hasMessageContaining("4")
                .hasMessageContaining("7");
    }

    @Test
    final void aZeroEmbeddingIsRefusedUnderCosineAndTakenUnderL2() {
        VectorStore store = filled(3);
        if (metric == Metric.L2) {
            assertCount(store.search(Vectors.ZERO, SearchOptions.ofDefaults()), 3);
        } else if (metric == Metric.COSINE) {
            assertThatThrownBy(() -> store.search(Vectors.ZERO, SearchOptions.ofDefaults()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("zero");
        } else {
            assertThatCode(() -> assertCount(store.search(Vectors.ZERO, SearchOptions.ofDefaults()), 3))
                    .satisfiesAnyOf(
                            failure -> assertThat(failure).isNull(),
                            failure -> assertThat(failure).isInstanceOf(IllegalArgumentException.class));
        }
    }

    private static SearchResult atLeast(VectorStore store, double score) {
        return store.search(Vectors.QUERY, Found.ALL.toBuilder().minScore(score).build());
    }

    private List<EmbeddedDocument> withEqualScores() {
        List<String> reversed = new ArrayList<>(IDS_IN_ORDER);
        Collections.reverse(reversed);
        return reversed.stream().map(id -> Sample.at(id, 0.5)).toList();
    }

    /** A store with documents of one chunk each, added in any order, the first of {@link #names} nearest. */
    private VectorStore filled(int count) {
        VectorStore store = contract.store();
        List<EmbeddedDocument> documents = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            documents.add(
                    Sample.of(name(i)).chunk("text", Vectors.step(i, count)).build());
        }
        Collections.shuffle(documents, new Random(count));
        store.replace(documents);
        return store;
    }

    private static List<String> names(int from, int to) {
        return IntStream.range(from, to).mapToObj(StoreSearching::name).toList();
    }

    private static String name(int i) {
        return String.format(Locale.ROOT, "doc-%03d", i);
    }
}
