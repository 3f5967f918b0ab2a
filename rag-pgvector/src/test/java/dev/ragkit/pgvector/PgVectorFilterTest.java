package dev.ragkit.pgvector;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.ragkit.Document;
import dev.ragkit.EmbeddedDocument;
import dev.ragkit.Embedding;
import dev.ragkit.EmbeddingSpace;
import dev.ragkit.Filter;
import dev.ragkit.Metadata;
import dev.ragkit.SearchOptions;
import dev.ragkit.SearchResult;
import dev.ragkit.VectorStore;
import dev.ragkit.testkit.FilterDifferential;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.Types;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** A filter finds the rows that {@link Filter#matches} and no other, whichever way the rows are looked up. */
class PgVectorFilterTest {
    private static final long SEED = 20_250_101;
    private static final EmbeddingSpace SPACE =
            EmbeddingSpace.builder("test", "filters", 4).build();
    private static final Embedding QUERY = Embedding.of(1, 0, 0, 0);

    private static final List<String> HOSTILE = List.of(
            "\"",
            "\\",
            "\\\"",
            "\") || (1 == 1",
            "\" || 1 == 1 || $.\"",
            "$",
            "@",
            "*",
            "$.*",
            "$.**",
            "\\u0022",
            "?",
            "'",
            "''",
            "'; DROP TABLE x; --",
            "\n",
            "\u2019",
            "\ud83d\ude00",
            "a.b",
            "a[0]",
            "like_regex",
            "is unknown");

    @Test
    void tenThousandRandomFiltersFindWhatTheyMatch() {
        VectorStore store = TestCollection.create(SPACE, schema -> schema.index(VectorIndex.none()));
        FilterDifferential.Summary summary = FilterDifferential.ofSeed(SEED).check(store, 10_000);
        System.out.println("10,000 random filters agree: " + summary);
        assertThat(summary.some()).isGreaterThan(3_000);
    }

    @Test
    void randomFiltersHoldForEachHitOfTheIndex() {
        VectorStore store =
                TestCollection.create(SPACE, schema -> schema.index(VectorIndex.hnsw()), SearchPlan.alwaysIndex());
        FilterDifferential differential = FilterDifferential.ofSeed(SEED).rows(900);
        differential.check(store, 1);
        Map<SearchResult.Path, Integer> paths = new EnumMap<>(SearchResult.Path.class);
        for (int i = 0; i < 1_000; i++) {
            Filter filter = differential.filter(i);
            int matching = search(store, filter, SearchOptions.MAX_LIMIT).hits().size();
            SearchResult result = search(store, filter, 5);
            assertThat(result.hits()).as("filter %d", i).hasSize(Math.min(5, matching));
            assertThat(result.hits()).allMatch(hit -> filter.matches(hit.chunk().metadata()));
            paths.merge(result.path(), 1, Integer::sum);
        }
        System.out.println("1,000 random filters, limit 5, by path: " + paths);
        assertThat(paths.get(SearchResult.Path.INDEX)).isGreaterThan(300);
    }

    @Test
    void randomFiltersFindTheSameThroughTheIndexOverMetadata() {
        String url = TestPostgres.shared().freshDatabase() + "&options=-c%20enable_seqscan=off";
        try (HikariDataSource pool = TestCollection.pool(url, 1)) {
            PgVectorSchema.builder(SPACE, "filters")
                    .index(VectorIndex.none())
                    .build()
                    .apply(pool);
            VectorStore store = PgVectorStore.builder(pool, SPACE, "filters").build();
            FilterDifferential differential = FilterDifferential.ofSeed(SEED + 1);
            differential.check(store, 1);
            Map<String, Metadata> rows = metadata(store);
            Session session = new Session(pool, "the test");
            for (int i = 0; i < 2_000; i++) {
                Filter filter = differential.filter(i);
                assertThat(lookedUp(session, "", filter)).as("filter %d", i).isEqualTo(matching(rows, filter));
            }
            assertThat(lookedUp(session, "EXPLAIN ", Filter.or(Filter.eq("k", "a"), Filter.contains("K", "b"))))
                    .anyMatch(line -> line.contains("Bitmap Index Scan on filters_chunk_metadata"));
        }
    }

    @Test
    void randomFiltersFindTheSameThroughRangeIndexes() {
        String url = TestPostgres.shared().freshDatabase() + "&options=-c%20enable_seqscan=off";
        try (HikariDataSource pool = TestCollection.pool(url, 1)) {
            PgVectorSchema.builder(SPACE, "ranges")
                    .index(VectorIndex.none())
                    .rangeIndex("price")
                    .rangeIndex("k")
                    .rangeIndex("a.b")
                    .build()
                    .apply(pool);
            VectorStore store = PgVectorStore.builder(pool, SPACE, "ranges").build();
            FilterDifferential differential = FilterDifferential.ofSeed(SEED + 2);
            differential.check(store, 1);
            Map<String, Metadata> rows = metadata(store);
            Random random = new Random(SEED);
            int found = 0;
            for (int i = 0; i < 3_000; i++) {
                Filter filter = ranged(random, differential.filter(i));
                assertThat(NumberRange.of(filter, List.of("price", "k", "a.b"))).isPresent();
                List<String> ids = search(store, filter, SearchOptions.MAX_LIMIT).hits().stream()
                        .map(hit -> hit.chunk().documentId())
                        .sorted()
                        .toList();
                assertThat(ids).as("filter %d: %s", i, filter).isEqualTo(matching(rows, filter));
                found += ids.isEmpty() ? 0 : 1;
            }
            System.out.println("3,000 random filters with a range agree, " + found + " of them found rows");
            assertThat(found).isGreaterThan(1_000);
        }
    }

    /** A filter that bounds a key with an index, with a random one beside it. */
    private static Filter ranged(Random random, Filter beside) {
        String key = List.of("price", "price", "k", "a.b").get(random.nextInt(4));
        long low = random.nextInt(12) - 2;
        double high = low + random.nextInt(100) / 4.0;
        Filter closed = Filter.and(Filter.gte(key, low), Filter.lt(key, high));
        return switch (random.nextInt(6)) {
            case 0 -> closed;
            case 1 -> Filter.and(beside, Filter.or(Filter.lte(key, high), Filter.gt(key, 50.5)));
            case 2 -> Filter.and(Filter.gt(key, low), Filter.not(beside));
            case 3 -> Filter.and(Filter.in(key, List.of(low, high, 12.5)), Filter.or(beside, closed));
            case 4 -> Filter.or(Filter.eq(key, low), Filter.and(closed, beside));
            default -> Filter.and(beside, closed);
        };
    }

    private static Map<String, Metadata> metadata(VectorStore store) {
        Map<String, Metadata> rows = new TreeMap<>();
        search(store, Filter.all(), SearchOptions.MAX_LIMIT)
                .hits()
                .forEach(hit -> rows.put(hit.chunk().documentId(), hit.chunk().metadata()));
        return rows;
    }

    private static List<String> matching(Map<String, Metadata> rows, Filter filter) {
        return rows.keySet().stream().filter(id -> filter.matches(rows.get(id))).toList();
    }

    private static List<String> lookedUp(Session session, String before, Filter filter) {
        return session.read("looking up", connection -> {
            List<String> lines = new ArrayList<>();
            String text = before
                    + "SELECT document_id FROM filters_chunk WHERE metadata @@ CAST(? AS jsonpath) ORDER BY document_id";
            try (PreparedStatement statement = connection.prepareStatement(text)) {
                statement.setObject(1, FilterPath.of(filter), Types.OTHER);
                try (ResultSet rows = statement.executeQuery()) {
                    while (rows.next()) {
                        lines.add(rows.getString(1));
                    }
                }
            }
            return lines;
        });
    }

    @Test
    void longListsFindTheSameAsShortOnes() {
        VectorStore store = TestCollection.create(SPACE, schema -> schema.index(VectorIndex.none()));
        store.replace(
                IntStream.range(0, 400).mapToObj(PgVectorFilterTest::numbered).toList());
        Random random = new Random(SEED);
        for (int size : new int[] {1, 2, 3, 31, 32, 33, 34, 100, 1_000, Filter.MAX_IN}) {
            List<Object> values = new ArrayList<>();
            for (int i = 0; i < size; i++) {
                values.add(value(random.nextInt(800)));
            }
            Collections.shuffle(values, random);
            for (Filter filter : List.of(
                    Filter.in("value", values),
                    Filter.not(Filter.in("value", values)),
                    Filter.or(Filter.in("value", values), Filter.eq("n", 7)))) {
                assertThat(ids(store, filter)).as("%d values", size).isEqualTo(expected(filter));
            }
        }
    }

    @Test
    void aListOfTheSameValueManyTimesIsThatValue() {
        VectorStore store = TestCollection.create(SPACE, schema -> schema.index(VectorIndex.none()));
        store.replace(
                IntStream.range(0, 50).mapToObj(PgVectorFilterTest::numbered).toList());
        for (Object value : new Object[] {value(1), value(2), value(3), true, 1.0, -0.0}) {
            Filter filter = Filter.in("value", Collections.nCopies(100, value));
            assertThat(ids(store, filter)).isEqualTo(expected(filter, 50));
        }
    }

    @Test
    void nothingInKeysOrValuesIsTakenForSyntax() {
        VectorStore store = TestCollection.create(SPACE, schema -> schema.index(VectorIndex.none()));
        store.replace(List.of(TestCollection.document("plain", "text", QUERY)));
        for (String text : HOSTILE) {
            assertThat(ids(store, Filter.eq(text, text))).as(text).isEmpty();
            assertThat(ids(store, Filter.contains(text, text))).as(text).isEmpty();
            assertThat(ids(store, Filter.not(Filter.exists(text)))).as(text).containsExactly("plain");
        }
        for (String text : HOSTILE) {
            store.replace(List.of(TestCollection.document(
                    Document.of("hostile", "text").withMetadata(Metadata.of(text, text)), QUERY)));
            assertThat(ids(store, Filter.eq(text, text))).as(text).containsExactly("hostile");
            assertThat(ids(store, Filter.gte(text, text))).as(text).containsExactly("hostile");
            assertThat(ids(store, Filter.in(text, List.of(text, 1)))).as(text).containsExactly("hostile");
        }
    }

    @Test
    void theDeepestAndTheLargestFilterAreTaken() {
        VectorStore store = TestCollection.create(SPACE, schema -> schema.index(VectorIndex.none()));
        store.replace(
                IntStream.range(0, 20).mapToObj(PgVectorFilterTest::numbered).toList());
        Filter deep = Filter.eq("n", 3);
        for (int level = 1; level < Filter.MAX_DEPTH; level++) {
            deep = Filter.not(deep);
        }
        assertThat(ids(store, deep)).isEqualTo(expected(deep, 20));
        Filter wide = Filter.or(LongStream.range(0, Filter.MAX_NODES - 1)
                .mapToObj(i -> Filter.eq("n", 2 * i))
                .toArray(Filter[]::new));
        assertThat(ids(store, wide)).isEqualTo(expected(wide, 20));
    }

    private static EmbeddedDocument numbered(int i) {
        return TestCollection.document(
                Document.of(id(i), "text").withMetadata(metadata(i)), Embedding.of(1, i + 1, 0, 0));
    }

    private static Metadata metadata(int i) {
        return Metadata.of("n", i).with("value", value(i));
    }

    /** Strings, longs, doubles and booleans in turn. */
    private static Object value(int i) {
        return switch (i % 4) {
            case 0 -> "text " + i + (i % 8 == 0 ? "\ud83d\ude00" : "\uffee");
            case 1 -> (long) i - 200;
            case 2 -> i - 200 + (i % 3 == 0 ? 0.0 : 0.25);
            default -> i % 8 == 3;
        };
    }

    private static String id(int i) {
        return String.format("%04d", i);
    }

    private static List<String> expected(Filter filter) {
        return expected(filter, 400);
    }

    private static List<String> expected(Filter filter, int rows) {
        return IntStream.range(0, rows)
                .filter(i -> filter.matches(metadata(i)))
                .mapToObj(PgVectorFilterTest::id)
                .toList();
    }

    private static List<String> ids(VectorStore store, Filter filter) {
        List<String> found = search(store, filter, SearchOptions.MAX_LIMIT).hits().stream()
                .map(hit -> hit.chunk().documentId())
                .sorted()
                .toList();
        assertThat(store.documentIds(filter, "", 10_000)).isEqualTo(found);
        return found;
    }

    private static SearchResult search(VectorStore store, Filter filter, int limit) {
        return store.search(
                QUERY, SearchOptions.builder().filter(filter).limit(limit).build());
    }
}
