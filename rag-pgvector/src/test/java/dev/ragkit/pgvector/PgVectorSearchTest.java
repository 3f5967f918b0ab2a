package dev.ragkit.pgvector;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ragkit.Document;
import dev.ragkit.EmbeddedDocument;
import dev.ragkit.Embedding;
import dev.ragkit.EmbeddingSpace;
import dev.ragkit.Filter;
import dev.ragkit.Hit;
import dev.ragkit.Metadata;
import dev.ragkit.Metric;
import dev.ragkit.SearchOptions;
import dev.ragkit.SearchResult;
import dev.ragkit.SearchResult.Path;
import dev.ragkit.VectorStore;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which way a search goes, what it says of it, and that it always gives as many hits as there are. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PgVectorSearchTest {
    private static final long SEED = Long.getLong("seed", 2_024);
    private static final int ROWS = 3_000;
    private static final int DIMENSIONS = 16;
    private static final EmbeddingSpace SPACE =
            EmbeddingSpace.builder("test", "search", DIMENSIONS).normalized().build();

    private Filled shared;

    /** A collection with rows and an index. */
    private record Filled(String collection, PgVectorStore store) {
        SearchResult search(Embedding query, int limit) {
            return store.search(query, SearchOptions.ofLimit(limit));
        }
    }

    @BeforeAll
    void fill() {
        System.out.println("PgVectorSearchTest: seed " + SEED);
        shared = filled(schema -> schema);
        TestCollection.execute("ANALYZE");
    }

    private static Filled filled(UnaryOperator<PgVectorSchema.Builder> settings) {
        String name = TestCollection.name();
        PgVectorSchema schema =
                settings.apply(PgVectorSchema.builder(SPACE, name).deferIndex()).build();
        schema.apply(TestCollection.POOL);
        PgVectorStore store =
                PgVectorStore.builder(TestCollection.POOL, SPACE, name).build();
        store.replace(documents(ROWS));
        schema.buildIndex(TestCollection.POOL);
        return new Filled(name, store);
    }

    private static List<EmbeddedDocument> documents(int count) {
        Random random = new Random(SEED);
        return IntStream.range(0, count)
                .mapToObj(i -> {
                    Metadata metadata = Metadata.of("n", i).with("half", i % 2).with("fiftieth", i % 50);
                    return TestCollection.document(
                            Document.of(id(i), "text " + i).withMetadata(metadata),
                            TestCollection.direction(random, DIMENSIONS));
                })
                .toList();
    }

    private static String id(int i) {
        return String.format("%05d", i);
    }

    private static Embedding query(int i) {
        return TestCollection.direction(new Random(SEED + 1 + i), DIMENSIONS);
    }

    @ParameterizedTest
    @CsvSource({
        "COSINE, VECTOR, hnsw",
        "INNER_PRODUCT, VECTOR, hnsw",
        "L2, VECTOR, hnsw",
        "COSINE, HALFVEC, hnsw",
        "COSINE, VECTOR, ivfflat",
        "L2, HALFVEC, ivfflat"
    })
    void theIndexFindsNearlyAllOfTheTrueNearest(Metric metric, VectorType type, String kind) {
        VectorIndex index = kind.equals("hnsw") ? VectorIndex.hnsw() : VectorIndex.ivfFlat(10);
        Filled indexed = filled(schema -> schema.metric(metric).vectorType(type).index(index));
        int found = 0;
        for (int i = 0; i < 50; i++) {
            SearchResult result = indexed.search(query(i), 10);
            assertThat(result.path()).isEqualTo(Path.INDEX);
            assertThat(result.complete()).isTrue();
            assertThat(result.hits()).hasSize(10).isSortedAccordingTo(Hit.BEST_FIRST);
            Set<String> nearest = nearest(metric, query(i), 10);
            found += (int) ids(result).stream().filter(nearest::contains).count();
        }
        System.out.printf("recall@10 of %s %s %s: %.3f%n", metric, type, index, found / 500.0);
        assertThat(found / 500.0).isGreaterThan(kind.equals("hnsw") ? 0.95 : 0.8);
    }

    private static Set<String> nearest(Metric metric, Embedding query, int limit) {
        return documents(ROWS).stream()
                .map(document -> document.chunks().get(0))
                .sorted(Comparator.comparingDouble(chunk -> -metric.score(query, chunk.embedding())))
                .limit(limit)
                .map(chunk -> chunk.chunk().documentId())
                .collect(Collectors.toSet());
    }

    @Test
    void fewRowsAreLookedAtOneByOne() {
        VectorStore few = TestCollection.create(SPACE, schema -> schema);
        few.replace(documents(50));
        SearchResult result = few.search(query(0), SearchOptions.ofDefaults());
        assertThat(result.path()).isEqualTo(Path.EXACT);
        assertThat(result.hits()).hasSize(10);
    }

    @Test
    void aSmallTenantAmongManyRowsIsLookedAtRowByRow() {
        VectorStore small = shared.store().tenant("small");
        small.replace(documents(20));
        SearchResult result = small.search(query(0), SearchOptions.ofLimit(15));
        assertThat(result.path()).isEqualTo(Path.EXACT);
        assertThat(result.hits()).hasSize(15);
        assertThat(shared.store().tenant("never used").search(query(0), SearchOptions.ofDefaults()))
                .isEqualTo(new SearchResult(List.of(), Path.EXACT, true, 0));
    }

    @Test
    void aFilterThatFewPassIsLookedUpAndOneThatManyPassIsNot() {
        assertThat(search(Filter.eq("fiftieth", 3), 10).path()).isEqualTo(Path.EXACT);
        assertThat(search(Filter.eq("half", 1), 10).path()).isEqualTo(Path.INDEX);
    }

    @Test
    void everySelectivityGivesAsManyHitsAsThereAre() {
        PgVectorStore indexFirst = PgVectorStore.builder(TestCollection.POOL, SPACE, shared.collection())
                .plan(SearchPlan.alwaysIndex())
                .build();
        for (int matching : new int[] {0, 1, 3, 9, 10, 11, 30, 300, 1_500, 3_000}) {
            for (Filter filter : List.of(Filter.lt("n", matching), Filter.gte("n", ROWS - matching))) {
                for (PgVectorStore each : List.of(shared.store(), indexFirst)) {
                    for (int limit : new int[] {1, 10, 200}) {
                        SearchResult result = each.search(
                                query(matching),
                                SearchOptions.builder()
                                        .limit(limit)
                                        .filter(filter)
                                        .build());
                        assertThat(result.hits())
                                .as("%s of %d, limit %d", filter, matching, limit)
                                .hasSize(Math.min(limit, matching));
                        assertThat(result.complete()).isTrue();
                        assertThat(result.hits()).isSortedAccordingTo(Hit.BEST_FIRST);
                    }
                }
            }
        }
    }

    @Test
    void tooFewHitsFromTheIndexAreMadeUpExactly() {
        String name = TestCollection.name();
        EmbeddingSpace line = EmbeddingSpace.builder("test", "line", 2).build();
        PgVectorSchema.builder(line, name).build().apply(TestCollection.POOL);
        PgVectorStore indexed = PgVectorStore.builder(TestCollection.POOL, line, name)
                .plan(SearchPlan.alwaysIndex())
                .build();
        indexed.replace(IntStream.range(0, 400)
                .mapToObj(i -> TestCollection.document(
                        Document.of(id(i), "text").withMetadata(Metadata.of("n", i)), Embedding.of(1, i)))
                .toList());
        SearchResult result = indexed.search(
                Embedding.of(1, 0),
                SearchOptions.builder().filter(Filter.gte("n", 395)).build());
        assertThat(result.path()).isEqualTo(Path.INDEX_THEN_EXACT);
        assertThat(ids(result)).containsExactly(id(395), id(396), id(397), id(398), id(399));
    }

    @Test
    void theNearestFortyDeletedWithoutVacuumLeaveAFullResult() {
        Filled indexed = filled(schema -> schema);
        List<String> nearest = ids(indexed.search(query(7), 40));
        assertThat(indexed.store().delete(nearest)).isEqualTo(40);
        SearchResult result = indexed.search(query(7), 10);
        assertThat(result.hits()).hasSize(10);
        assertThat(ids(result)).doesNotContainAnyElementsOf(nearest);
    }

    @Test
    void theLargestLimitIsReachedThroughTheIndex() {
        Filled indexed = filled(schema -> schema);
        PgVectorStore indexFirst = PgVectorStore.builder(TestCollection.POOL, SPACE, indexed.collection())
                .plan(SearchPlan.alwaysIndex())
                .build();
        SearchResult result = indexFirst.search(query(1), SearchOptions.ofLimit(SearchOptions.MAX_LIMIT));
        assertThat(result.hits()).hasSize(SearchOptions.MAX_LIMIT);
        assertThat(result.complete()).isTrue();
        System.out.println("1,000 hits of 3,000 by path: " + result.path());
    }

    @Test
    void theLeastScoreCutsAfterTheSearch() {
        List<Hit> all = shared.search(query(2), 20).hits();
        double fifth = all.get(4).score();
        SearchResult result = shared.store()
                .search(
                        query(2),
                        SearchOptions.builder().limit(20).minScore(fifth).build());
        assertThat(result.hits()).isEqualTo(all.subList(0, 5));
        assertThat(result.path()).isEqualTo(Path.INDEX);
    }

    @Test
    void anIndexThatIsGoneOrBrokenIsNotMissed() {
        Filled indexed = filled(schema -> schema);
        assertThat(indexed.search(query(3), 5).path()).isEqualTo(Path.INDEX);
        String index = indexed.collection() + "_chunk_vector";
        TestCollection.execute("UPDATE pg_index SET indisvalid = false WHERE indexrelid = '" + index + "'::regclass");
        assertThat(indexed.search(query(3), 5).path()).isEqualTo(Path.EXACT);
        TestCollection.execute("DROP INDEX " + index);
        SearchResult without = indexed.search(query(3), 5);
        assertThat(without.path()).isEqualTo(Path.EXACT);
        assertThat(Set.copyOf(ids(without))).isEqualTo(nearest(Metric.COSINE, query(3), 5));
    }

    private SearchResult search(Filter filter, int limit) {
        return shared.store()
                .search(
                        query(4),
                        SearchOptions.builder().limit(limit).filter(filter).build());
    }

    private static List<String> ids(SearchResult result) {
        return result.hits().stream().map(hit -> hit.chunk().documentId()).toList();
    }
}
