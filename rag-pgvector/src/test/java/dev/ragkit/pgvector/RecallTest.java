package dev.ragkit.pgvector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.zaxxer.hikari.HikariDataSource;
import dev.ragkit.Embedding;
import dev.ragkit.Filter;
import dev.ragkit.Hit;
import dev.ragkit.Metric;
import dev.ragkit.SearchOptions;
import dev.ragkit.StoreException;
import java.sql.Connection;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What a recall says is what an own count of the same searches says, and what is tuned reaches what was asked. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RecallTest {
    private static final long SEED = Long.getLong("seed", 11);
    private static final boolean DEEP = Boolean.getBoolean("rag.deep");
    private static final int CHUNKS = DEEP ? 40_000 : 4_000;
    private static final int QUERIES = DEEP ? 1_000 : 100;
    private static final int K = 10;

    private String collection;
    private List<Embedding> queries;
    private List<Embedding> others;

    @BeforeAll
    void fill() {
        System.out.println("RecallTest: seed " + SEED);
        Clusters clusters = new Clusters(SEED, 60);
        collection = TestCollection.name();
        PgVectorSchema schema = PgVectorSchema.builder(Clusters.SPACE, collection)
                .index(VectorIndex.hnsw(6, 24))
                .deferIndex()
                .build();
        schema.apply(TestCollection.POOL);
        PgVectorStore store = open().build();
        store.replace(clusters.documents(CHUNKS));
        schema.buildIndex(TestCollection.POOL);
        queries = clusters.queries(QUERIES);
        others = clusters.queries(QUERIES);
    }

    private PgVectorStore.Builder open() {
        return PgVectorStore.builder(TestCollection.POOL, Clusters.SPACE, collection);
    }

    @Test
    void theEstimateIsTheMeanShareOfTheTrueNearest() {
        PgVectorStore store = open().efSearch(K).build();
        PgVectorStore exact = open().plan(new SearchPlan(1e9, 0, 0)).build();
        double sum = 0;
        for (Embedding query : queries) {
            double last = last(exact.search(query, SearchOptions.ofLimit(K)).hits());
            List<Hit> hits = store.search(query, SearchOptions.ofLimit(K)).hits();
            sum += hits.stream().filter(hit -> hit.score() >= last - 1e-6).count() / (double) K;
        }
        Recall recall = store.recall(queries, K);
        System.out.println(recall);
        assertThat(recall.estimate()).isCloseTo(sum / QUERIES, within(1e-9)).isBetween(0.3, 0.999);
        assertThat(recall.lower()).isLessThan(recall.estimate());
        assertThat(recall.upper()).isGreaterThan(recall.estimate());
        assertThat(recall.queries()).isEqualTo(QUERIES);
        assertThat(recall.indexed()).isEqualTo(QUERIES);
        assertThat(recall.k()).isEqualTo(K);
        assertThat(recall.setting()).isEqualTo("hnsw.ef_search");
        assertThat(recall.value()).isEqualTo(K);
        assertThat(recall.searchTime()).isPositive();
        assertThat(recall.exactTime()).isPositive();
        assertThat(recall)
                .hasToString(String.format(
                                Locale.ROOT,
                                "recall@10 %.4f (95 %%: %.4f to %.4f) over %d queries, %d through the index with"
                                        + " hnsw.ef_search 10; median ",
                                recall.estimate(),
                                recall.lower(),
                                recall.upper(),
                                QUERIES,
                                QUERIES)
                        + recall.toString().substring(recall.toString().indexOf("median ") + 7));
    }

    private static double last(List<Hit> hits) {
        return hits.get(hits.size() - 1).score();
    }

    @Test
    void moreCandidatesFindMore() {
        TrueNearest nearest = open().build().trueNearest(queries, SearchOptions.ofLimit(K));
        SearchPlan plan = SearchPlan.ofDefaults();
        double least = nearest.recall(plan.withEfSearch(K)).estimate();
        double before = least;
        for (int candidates : new int[] {40, 160, 1_000}) {
            Recall recall = nearest.recall(plan.withEfSearch(candidates));
            assertThat(recall.value()).isEqualTo(candidates);
            assertThat(recall.estimate()).isGreaterThanOrEqualTo(before);
            before = recall.estimate();
        }
        assertThat(before).isGreaterThan(0.97).isGreaterThan(least);
    }

    @Test
    void theDefaultIsFortyCandidatesAndASearchForMoreKeepsTwiceAsMany() {
        PgVectorStore store = open().build();
        List<Embedding> few = queries.subList(0, 5);
        assertThat(store.recall(few, K).value()).isEqualTo(40);
        assertThat(store.recall(few, 100).value()).isEqualTo(200);
        assertThat(store.recall(few, 1_000).value()).isEqualTo(1_000);
    }

    @Test
    void aLargerValueOfTheHostIsWhatIsReported() {
        String url = TestCollection.POOL.getJdbcUrl() + "&options=-c%20hnsw.ef_search=333";
        PgVectorStore store = PgVectorStore.builder(TestPostgres.dataSource(url), Clusters.SPACE, collection)
                .efSearch(K)
                .build();
        Recall recall = store.recall(queries.subList(0, 5), K);
        assertThat(recall.value()).isEqualTo(333);
        assertThat(recall).asString().contains("hnsw.ef_search 333");
    }

    @Test
    void searchesThatMeasureMayOnlyReadAndGetOneProcess() {
        Set<String> states = new HashSet<>();
        DataSource watched = Standin.of(DataSource.class, (method, arguments) -> {
            Object result = method.invoke(TestCollection.POOL, arguments);
            return result instanceof Connection connection ? watched(connection, states) : result;
        });
        PgVectorStore store =
                PgVectorStore.builder(watched, Clusters.SPACE, collection).build();
        states.clear();
        store.recall(queries.subList(0, 5), K);
        assertThat(states).containsExactly("on 0");
    }

    /** Looks how things are set before each text that searches. */
    private static Connection watched(Connection connection, Set<String> states) {
        return Standin.of(Connection.class, (method, arguments) -> {
            if (method.getName().equals("prepareStatement")
                    && arguments[0].toString().contains("_chunk")) {
                try (var statement = connection.createStatement();
                        var row = statement.executeQuery("SELECT current_setting('transaction_read_only') || ' ' ||"
                                + " current_setting('max_parallel_workers_per_gather')")) {
                    row.next();
                    states.add(row.getString(1));
                }
            }
            return method.invoke(connection, arguments);
        });
    }

    @Test
    void aMeasurementHasATimeOfItsOwn() {
        PgVectorStore hurried = open().build().within(Duration.ofMillis(1));
        assertThat(hurried.recall(queries, K).queries()).isEqualTo(QUERIES);
        Session limited = new Session(TestCollection.POOL, "the test").within(Duration.ofMillis(50));
        Measuring measuring = new Measuring(limited, "hnsw.ef_search");
        assertThatThrownBy(() -> {
                    for (int i = 0; i < 100_000; i++) {
                        measuring.read("measuring", connection -> true);
                    }
                })
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("did not end within 50 ms");
        assertThat(Recall.TIMEOUT).isEqualTo(Duration.ofMinutes(10));
    }

    @Test
    void whatIsTunedReachesTheTargetWithOtherQueriesToo() {
        Tuning tuning = Tuning.forRecall(0.95);
        Tuning.Choice choice = tuning.choose(open().build(), queries, K);
        Recall verified = open().efSearch(choice.value()).build().recall(others, K);
        System.out.println("tuned for 0.95: " + choice.recall() + "; other queries: " + verified);
        assertThat(choice.setting()).isEqualTo("hnsw.ef_search");
        assertThat(choice.recall().lower()).isGreaterThanOrEqualTo(0.95);
        assertThat(choice.recall().value()).isEqualTo(choice.value());
        assertThat(verified.upper()).isGreaterThanOrEqualTo(0.95);
        Recall oneLess = open().efSearch(choice.value() - 1).build().recall(queries, K);
        assertThat(oneLess.lower()).as("a smaller value is not enough").isLessThan(0.95);
    }

    @Test
    void aFilterIsMeasuredAndTunedWithItsOwnTrueNearest() {
        SearchOptions half =
                SearchOptions.builder().limit(K).filter(Filter.lt("tenth", 5)).build();
        PgVectorStore store = open().plan(SearchPlan.alwaysIndex()).efSearch(K).build();
        Recall recall = store.recall(queries, half);
        System.out.println("half of the chunks: " + recall);
        assertThat(recall.estimate()).isBetween(0.3, 1.0);
        PgVectorStore exact = open().plan(new SearchPlan(1e9, 0, 0)).build();
        assertThat(exact.recall(queries.subList(0, 20), half).estimate()).isEqualTo(1);
        assertThat(exact.recall(queries.subList(0, 20), half).indexed()).isZero();
    }

    @Test
    void fewerMatchingChunksThanAskedForAreAllThatCanBeFound() {
        SearchOptions three =
                SearchOptions.builder().limit(K).filter(Filter.lt("n", 3)).build();
        Recall recall = open().build().recall(queries.subList(0, 10), three);
        assertThat(recall.estimate()).isEqualTo(1);
    }

    @Test
    void equalScoresCountWhicheverIsFound() {
        PgVectorStore store = TestCollection.create(Clusters.SPACE, schema -> schema, SearchPlan.alwaysIndex());
        Embedding same = queries.get(0);
        store.replace(IntStream.range(0, 200)
                .mapToObj(i -> TestCollection.document("d" + i, "text", same))
                .toList());
        Recall recall = store.recall(queries.subList(0, 10), K);
        assertThat(recall.estimate()).isEqualTo(1);
        assertThat(recall.indexed()).isEqualTo(10);
    }

    @Test
    void anInvertedFileIsTunedByItsProbes() {
        String lists = TestCollection.name();
        PgVectorSchema schema = PgVectorSchema.builder(Clusters.SPACE, lists)
                .metric(Metric.L2)
                .index(VectorIndex.ivfFlat(60))
                .build();
        schema.apply(TestCollection.POOL);
        PgVectorStore.Builder builder = PgVectorStore.builder(TestCollection.POOL, Clusters.SPACE, lists);
        Clusters clusters = new Clusters(SEED + 1, 1);
        builder.build().replace(clusters.documents(3_000));
        schema.buildIndex(TestCollection.POOL);
        List<Embedding> asked = clusters.queries(100);
        Tuning.Choice choice = Tuning.forRecall(0.9).choose(builder.build(), asked, K);
        System.out.println("tuned for 0.9: " + choice.recall());
        assertThat(choice.setting()).isEqualTo("ivfflat.probes");
        assertThat(choice.value()).isBetween(1, 60);
        Recall one = builder.probes(1).build().recall(asked, K);
        Recall tuned = builder.probes(choice.value()).build().recall(asked, K);
        assertThat(one.estimate()).isLessThan(tuned.estimate());
        assertThat(tuned.lower()).isGreaterThanOrEqualTo(0.9);
    }

    @Test
    void anIndexOfSignsRanksAsManyCandidatesAsItKeeps() {
        PgVectorStore store = TestCollection.create(
                Clusters.SPACE, schema -> schema.index(VectorIndex.hnsw(8, 32).binaryQuantized()));
        Clusters clusters = new Clusters(SEED + 3, 60);
        store.replace(clusters.documents(1_500));
        TrueNearest nearest = store.trueNearest(clusters.queries(50), SearchOptions.ofLimit(K));
        Recall few = nearest.recall(SearchPlan.ofDefaults().withEfSearch(20));
        Recall many = nearest.recall(SearchPlan.ofDefaults().withEfSearch(500));
        System.out.println("signs: " + few + "; " + many);
        assertThat(nearest.recall(SearchPlan.ofDefaults()).value()).isEqualTo(100);
        assertThat(few.estimate()).isLessThan(many.estimate() - 0.02);
        assertThat(many.estimate()).isGreaterThan(0.9);
    }

    @Test
    void aTargetOutOfReachIsSaid() {
        String sparse = TestCollection.name();
        PgVectorSchema schema = PgVectorSchema.builder(Clusters.SPACE, sparse)
                .index(VectorIndex.hnsw(2, 4))
                .build();
        schema.apply(TestCollection.POOL);
        PgVectorStore store = PgVectorStore.builder(TestCollection.POOL, Clusters.SPACE, sparse)
                .build();
        Clusters clusters = new Clusters(SEED + 2, 60);
        store.replace(clusters.documents(3_000));
        List<Embedding> asked = clusters.queries(189);
        assertThatThrownBy(() -> Tuning.forRecall(0.98).choose(store, asked, K))
                .isInstanceOf(StoreException.class)
                .hasMessageContainingAll(
                        "no hnsw.ef_search up to 1000 is sure to reach a recall of 0.98",
                        "recall@10 0.",
                        "hnsw(32, 200)");
    }

    @Test
    void whatCannotBeMeasuredIsRefused() {
        PgVectorStore store = open().build();
        assertThatThrownBy(() -> store.recall(List.of(), K))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("sampleQueries must hold at least 1 embedding, was empty");
        assertThatThrownBy(() -> store.recall(queries, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("limit must be between 1 and 1000, was 0");
        assertThatThrownBy(() -> store.recall(
                        queries, SearchOptions.builder().minScore(0.5).build()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("recall is measured without minScore");
        assertThatThrownBy(() -> store.recall(List.of(Embedding.of(1, 2)), K))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("32");
        assertThatThrownBy(() -> store.tenant("empty").recall(queries, K))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("load documents first");
    }

    @Test
    void aQueryThatDoesNotFitIsRefusedBeforeAnyIsSearchedFor() {
        HikariDataSource pool = TestCollection.pool(TestCollection.POOL.getJdbcUrl(), 1);
        PgVectorStore store =
                PgVectorStore.builder(pool, Clusters.SPACE, collection).build();
        pool.close();
        assertThatThrownBy(() -> store.recall(List.of(queries.get(0), Embedding.of(1, 2)), K))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("the embedding of sample query 1 must have 32 dimensions, had 2");
    }

    @Test
    void whatCannotBeTunedIsRefused() {
        PgVectorStore store = open().build();
        assertThatThrownBy(() -> Tuning.forRecall(0.99).choose(store, queries.subList(0, 100), K))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a recall of 0.99 takes at least 381 sample queries to be sure of, were 100");
        for (double target : new double[] {0.49, 1, Double.NaN, -1}) {
            assertThatThrownBy(() -> Tuning.forRecall(target))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("target must be between 0.5 and 0.999, was " + target);
        }
        PgVectorStore bare = TestCollection.create(Clusters.SPACE, schema -> schema.index(VectorIndex.none()));
        assertThatThrownBy(() -> Tuning.forRecall(0.9).choose(bare, queries, K))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("no index over its embeddings");
        PgVectorStore small = TestCollection.create(Clusters.SPACE, schema -> schema);
        small.replace(new Clusters(SEED, 3).documents(50));
        assertThatThrownBy(() -> Tuning.forRecall(0.5).choose(small, queries.subList(0, 10), K))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("none of the sample queries was answered through the index");
    }

    @Test
    void theBuilderTakesOnlyWhatTheExtensionTakes() {
        for (int wrong : new int[] {0, 1_001, -1}) {
            assertThatThrownBy(() -> open().efSearch(wrong))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("efSearch must be between 1 and 1000, was " + wrong);
        }
        for (int wrong : new int[] {0, 32_769}) {
            assertThatThrownBy(() -> open().probes(wrong))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("probes must be between 1 and 32768, was " + wrong);
        }
    }
}
