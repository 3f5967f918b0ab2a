package dev.ragkit.pgvector;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ragkit.Embedding;
import dev.ragkit.Filter;
import dev.ragkit.Hit;
import dev.ragkit.SearchOptions;
import dev.ragkit.SearchResult;
import dev.ragkit.pgvector.FilteredRows.By;
import dev.ragkit.pgvector.FilteredRows.Lying;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A search returns exactly min(k, matching rows): whatever share of the rows a filter lets through, wherever they lie, with dead rows
 * where the query looks first, in a large tenant and in tiny ones beside it, by every index.
 */
class CompletenessTest {
    private static final long SEED = Long.getLong("seed", 100);
    private static final int ROWS = 10_000;
    private static final int DELETED = 40;
    private static final int[] LIMITS = {1, 10, 100};
    private static final int QUERIES = 100;

    /** Beside the large tenant: how many rows each has. */
    private static final Map<String, Integer> SMALL_TENANTS = Map.of("tiny", 3, "small", 40, "none", 0);

    private static final int OTHER_TENANTS = 50;

    private static FilteredRows rows;
    private static List<Embedding> queries;

    @BeforeAll
    static void prepare() {
        System.out.println("completeness: seed " + SEED);
        rows = new FilteredRows(SEED, ROWS);
        queries = new Clusters(SEED + 1, 60).queries(QUERIES);
    }

    /** An index over embeddings, and the keys whose numbers have an index for ranges. */
    private record Indexes(VectorIndex index, List<String> rangeKeys) {
        @Override
        public String toString() {
            return index + (rangeKeys.isEmpty() ? "" : " and range indexes");
        }
    }

    static Stream<Indexes> indexes() {
        VectorIndex hnsw = VectorIndex.hnsw();
        return Stream.of(
                new Indexes(hnsw, List.of()),
                new Indexes(hnsw, Stream.of(Lying.values()).map(Lying::name).toList()),
                new Indexes(VectorIndex.ivfFlat(100), List.of()),
                new Indexes(hnsw.binaryQuantized(), List.of()));
    }

    /** A collection as its users open it, and as one who always wants the index. */
    private record Collection(String name, List<PgVectorStore> ways) {
        Collection tenant(String tenant) {
            return new Collection(
                    name, ways.stream().map(way -> way.tenant(tenant)).toList());
        }

        PgVectorStore store() {
            return ways.get(0);
        }
    }

    /** What searches found. */
    private static final class Tally {
        private int searches;
        private int complete;
        private final Map<SearchResult.Path, Integer> paths = new EnumMap<>(SearchResult.Path.class);

        void count(SearchResult result, int expected, Filter filter) {
            Set<String> ids = new HashSet<>();
            boolean allMatch = result.hits().stream()
                    .allMatch(hit -> ids.add(hit.chunk().documentId())
                            && filter.matches(hit.chunk().metadata()));
            searches++;
            complete += result.complete() && allMatch && result.hits().size() == expected ? 1 : 0;
            paths.merge(result.path(), 1, Integer::sum);
        }

        void isOne(String what) {
            System.out.printf(
                    "completeness: %s: %.4f of %,d searches %s%n", what, complete / (double) searches, searches, paths);
            assertThat(complete).as(what).isEqualTo(searches).isPositive();
        }
    }

    @ParameterizedTest
    @MethodSource("indexes")
    void eachSearchFindsAsManyAsThereAre(Indexes indexes) {
        Collection collection = filled(indexes);
        selectivities(collection, 0).isOne(indexes + ", filters of 100 % to 0.01 %");
        recall(collection.store(), indexes);
        tenants(collection).isOne(indexes + ", small tenants beside a large one");
        collection.store().delete(rows.nearest(DELETED));
        selectivities(collection, DELETED).isOne(indexes + ", the nearest " + DELETED + " deleted");
        tenants(collection).isOne(indexes + ", small tenants beside " + DELETED + " dead rows");
        assertThat(TestCollection.query(
                        TestCollection.POOL,
                        "SELECT last_vacuum IS NULL AND last_autovacuum IS NULL FROM pg_stat_user_tables"
                                + " WHERE relname = '" + collection.name + "_chunk'"))
                .as("no VACUUM in between")
                .containsExactly("t");
    }

    private static Collection filled(Indexes indexes) {
        String name = TestCollection.name();
        PgVectorSchema.Builder builder =
                PgVectorSchema.builder(Clusters.SPACE, name).index(indexes.index);
        indexes.rangeKeys.forEach(builder::rangeIndex);
        PgVectorSchema schema = builder.deferIndex().build();
        schema.apply(TestCollection.POOL);
        TestCollection.execute("ALTER TABLE " + name + "_chunk SET (autovacuum_enabled = off)");
        PgVectorStore store =
                PgVectorStore.builder(TestCollection.POOL, Clusters.SPACE, name).build();
        store.replace(rows.documents());
        SMALL_TENANTS.forEach(
                (tenant, size) -> store.tenant(tenant).replace(rows.documents().subList(0, size)));
        for (int other = 0; other < OTHER_TENANTS; other++) {
            store.tenant("other " + other).replace(rows.documents().subList(0, 20));
        }
        schema.buildIndex(TestCollection.POOL);
        TestCollection.execute("ANALYZE " + name + "_chunk");
        PgVectorStore.Builder again = PgVectorStore.builder(TestCollection.POOL, Clusters.SPACE, name);
        return new Collection(
                name,
                List.of(again.build(), again.plan(SearchPlan.alwaysIndex()).build()));
    }

    private static Tally selectivities(Collection collection, int deleted) {
        Tally tally = new Tally();
        for (Lying lying : Lying.values()) {
            for (int oneOf : FilteredRows.ONE_OF) {
                int matching = rows.matching(lying, oneOf, deleted);
                for (By by : By.values()) {
                    search(collection, rows.filter(lying, by, oneOf), matching, tally);
                }
            }
        }
        search(collection, Filter.all(), ROWS - deleted, tally);
        return tally;
    }

    private static void search(Collection collection, Filter filter, int matching, Tally tally) {
        for (int limit : LIMITS) {
            SearchOptions options =
                    SearchOptions.builder().limit(limit).filter(filter).build();
            for (PgVectorStore way : collection.ways) {
                tally.count(way.search(rows.query, options), Math.min(limit, matching), filter);
            }
        }
    }

    /** Their rows are the nearest too, so they lie where those of the large tenant lie. */
    private static Tally tenants(Collection collection) {
        Tally tally = new Tally();
        SMALL_TENANTS.forEach((tenant, size) -> {
            search(collection.tenant(tenant), Filter.all(), size, tally);
            Filter nearest = Filter.lt(Lying.NEAREST.name(), 2);
            search(collection.tenant(tenant), nearest, Math.min(2, size), tally);
        });
        return tally;
    }

    private static void recall(PgVectorStore store, Indexes indexes) {
        int found = 0;
        for (Embedding query : queries) {
            Set<String> nearest = rows.nearestTo(query, Lying.ANYWHERE, 100, 10);
            SearchOptions options = SearchOptions.builder()
                    .filter(rows.filter(Lying.ANYWHERE, By.VALUE, 100))
                    .build();
            List<Hit> hits = store.search(query, options).hits();
            found += (int) hits.stream()
                    .filter(hit -> nearest.contains(hit.chunk().documentId()))
                    .count();
        }
        double recall = found / (10.0 * QUERIES);
        System.out.printf("completeness: %s, a filter of 1 %%: recall@10 %.4f%n", indexes, recall);
        assertThat(recall).isGreaterThanOrEqualTo(0.99);
    }
}
