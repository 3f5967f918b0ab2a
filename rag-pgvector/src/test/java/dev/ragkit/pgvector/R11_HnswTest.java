package dev.ragkit.pgvector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragkit.EmbeddedDocument;
import dev.ragkit.Embedding;
import dev.ragkit.EmbeddingSpace;
import dev.ragkit.Metric;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** R-11, as far as HNSW goes: too many dimensions are refused before SQL, and what is stored an index scan finds. */
class R11_HnswTest {
    private static final long SEED = Long.getLong("seed", 1101);
    private static final int DIMENSIONS = 16;
    private static final int ROWS = Boolean.getBoolean("rag.deep") ? 5_000 : 250;

    /** The scan may look at everything, and the planner has no other way. */
    private static final String UNBOUNDED = """
            SET LOCAL hnsw.iterative_scan = relaxed_order; SET LOCAL hnsw.max_scan_tuples = 2147483647;
            SET LOCAL hnsw.scan_mem_multiplier = 1000; SET LOCAL hnsw.ef_search = 100;
            SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off""";

    private static final String SEQUENTIAL = """
            SET LOCAL enable_indexscan = off; SET LOCAL enable_seqscan = on""";

    @Test
    void moreDimensionsThanAnIndexTakesAreRefusedBeforeAnySql() {
        assertRefused(
                2_001, VectorType.VECTOR, VectorIndex.hnsw(), "an index over vector takes at most 2000 dimensions");
        assertRefused(4_001, VectorType.HALFVEC, VectorIndex.hnsw(), "an index over halfvec takes at most 4000");
        assertRefused(16_001, VectorType.VECTOR, VectorIndex.none(), "pgvector keeps at most 16000 dimensions");
        assertRefused(16_001, VectorType.HALFVEC, VectorIndex.hnsw().binaryQuantized(), "pgvector keeps at most 16000");
    }

    private static void assertRefused(int dimensions, VectorType type, VectorIndex index, String message) {
        EmbeddingSpace space =
                EmbeddingSpace.builder("test", "many", dimensions).build();
        PgVectorSchema.Builder schema =
                PgVectorSchema.builder(space, "never").vectorType(type).index(index);
        assertThatThrownBy(schema::build)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message)
                .hasMessageContaining("the embedding space has " + dimensions)
                .hasMessageContaining("use ");
    }

    @Test
    void anUnboundedIndexScanFindsWhatASequentialScanFinds() throws SQLException {
        int collections = 0;
        for (VectorType type : VectorType.values()) {
            for (Metric metric : Metric.values()) {
                assertSameIds(metric, type, VectorIndex.hnsw());
                assertSameIds(metric, type, VectorIndex.hnsw().binaryQuantized());
                collections += 2;
            }
        }
        System.out.printf(
                "R-11: ids(index scan, unbounded) = ids(seq scan) for %d rows in %d collections, seed %d%n",
                ROWS, collections, SEED);
    }

    private static void assertSameIds(Metric metric, VectorType type, VectorIndex index) throws SQLException {
        EmbeddingSpace space =
                EmbeddingSpace.builder("test", "r11", DIMENSIONS).normalized().build();
        String name = TestCollection.name();
        PgVectorSchema.builder(space, name)
                .metric(metric)
                .vectorType(type)
                .index(index)
                .build()
                .apply(TestCollection.POOL);
        PgVectorStore.builder(TestCollection.POOL, space, name).build().replace(documents(metric, type));
        Definition definition =
                new Definition(space, new Definition.Vectors(metric, type, index), PgVectorSchema.DEFAULT_TEXT_SEARCH);
        Extension extension = new Extension("public", "0.8.0");
        String asked = "CAST('[" + "1,".repeat(DIMENSIONS - 1) + "-1]' AS " + extension.type(type) + ")";
        String search = "SELECT document_id FROM " + name + "_chunk c ORDER BY "
                + definition.indexDistance(extension, "c.embedding", asked);
        try (Connection connection = TestCollection.POOL.getConnection()) {
            connection.setAutoCommit(false);
            run(connection, UNBOUNDED);
            assertThat(rows(connection, "EXPLAIN " + search).get(0))
                    .contains("Index Scan using " + name + "_chunk_vector");
            List<String> found = rows(connection, search);
            run(connection, SEQUENTIAL);
            List<String> all = rows(connection, search);
            connection.rollback();
            connection.setAutoCommit(true);
            assertThat(all).hasSize(ROWS);
            assertThat(found).as("%s %s %s", metric, type, index).doesNotHaveDuplicates();
            assertThat(new TreeSet<>(found)).isEqualTo(new TreeSet<>(all));
        }
    }

    /** Directions of all kinds: anywhere, along an axis, twice the same, and as short and long as the store takes them. */
    private static List<EmbeddedDocument> documents(Metric metric, VectorType type) {
        Random random = new Random(SEED);
        List<EmbeddedDocument> documents = new ArrayList<>();
        Embedding last = TestCollection.direction(random, DIMENSIONS);
        for (int i = 0; i < ROWS; i++) {
            Embedding embedding = switch (i % 5) {
                case 0 -> axis(random);
                case 1 -> last;
                case 2 -> scaled(TestCollection.direction(random, DIMENSIONS), scale(random, metric, type));
                default -> TestCollection.direction(random, DIMENSIONS);
            };
            last = embedding;
            documents.add(TestCollection.document("d" + i, "text", embedding));
        }
        return documents;
    }

    /** Only by cosine the length is of no account. */
    private static float scale(Random random, Metric metric, VectorType type) {
        if (metric != Metric.COSINE) {
            return 1;
        }
        int digits = type == VectorType.HALFVEC ? 3 : 17;
        return (float) Math.pow(10, random.nextInt(2 * digits + 1) - digits);
    }

    private static Embedding axis(Random random) {
        float[] values = new float[DIMENSIONS];
        values[random.nextInt(DIMENSIONS)] = random.nextBoolean() ? 1 : -1;
        return Embedding.of(values);
    }

    private static Embedding scaled(Embedding direction, float factor) {
        float[] values = new float[DIMENSIONS];
        for (int i = 0; i < DIMENSIONS; i++) {
            values[i] = direction.value(i) * factor;
        }
        return Embedding.of(values);
    }

    private static void run(Connection connection, String text) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(text);
        }
    }

    private static List<String> rows(Connection connection, String text) throws SQLException {
        List<String> values = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(text)) {
            while (rows.next()) {
                values.add(rows.getString(1));
            }
        }
        return values;
    }
}
