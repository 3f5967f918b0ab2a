package dev.ragkit.pgvector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragkit.EmbeddingSpace;
import dev.ragkit.Metric;
import dev.ragkit.SearchOptions;
import dev.ragkit.SearchResult;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

/** An HNSW index over signs: what is made is what the planner finds again. */
class BinaryQuantizedIndexTest {
    private static final int DIMENSIONS = 64;

    private static final EmbeddingSpace SPACE =
            EmbeddingSpace.builder("test", "signs", DIMENSIONS).normalized().build();

    private static DataSource databaseWithExtensionElsewhere() {
        DataSource database = TestPostgres.dataSource(TestPostgres.shared().freshDatabaseWithoutExtension());
        TestCollection.execute(database, "CREATE SCHEMA \"Ext\"");
        TestCollection.execute(database, "CREATE EXTENSION vector SCHEMA \"Ext\"");
        return database;
    }

    private static PgVectorSchema.Builder docs(VectorType type) {
        return PgVectorSchema.builder(SPACE, "docs")
                .vectorType(type)
                .index(VectorIndex.hnsw(8, 40).binaryQuantized());
    }

    @Test
    void thePlannerFindsTheIndexByTheTextThatSearchesOrderBy() {
        for (VectorType type : VectorType.values()) {
            for (Metric metric : Metric.values()) {
                DataSource database = databaseWithExtensionElsewhere();
                docs(type).metric(metric).build().apply(database);
                assertThat(TestCollection.query(database, "SELECT pg_get_indexdef('docs_chunk_vector'::regclass)"))
                        .first()
                        .asString()
                        .contains(
                                "USING hnsw (((\"Ext\".binary_quantize(embedding))::bit(64)) \"Ext\".bit_hamming_ops)")
                        .contains("(m='8', ef_construction='40')");
                assertThat(plan(database, definition(type, metric)))
                        .contains("Index Scan using docs_chunk_vector on docs_chunk c")
                        .doesNotContain("Sort");
            }
        }
    }

    private static Definition definition(VectorType type, Metric metric) {
        VectorIndex index = VectorIndex.hnsw(8, 40).binaryQuantized();
        return new Definition(SPACE, new Definition.Vectors(metric, type, index), "pg_catalog.english");
    }

    private static String plan(DataSource database, Definition definition) {
        Extension extension = new Extension("Ext", "0.8.0");
        String asked = "CAST('" + literal() + "' AS " + extension.type(definition.type()) + ")";
        return String.join(
                "\n",
                TestCollection.query(
                        database,
                        "EXPLAIN SELECT FROM docs_chunk c ORDER BY "
                                + definition.indexDistance(extension, "c.embedding", asked) + " LIMIT 5"));
    }

    private static String literal() {
        return IntStream.range(0, DIMENSIONS)
                .mapToObj(i -> i % 3 == 0 ? "-1" : "1")
                .collect(Collectors.joining(",", "[", "]"));
    }

    @Test
    void aStoreFindsTheNearestWhateverTheIndexKeeps() {
        PgVectorStore store = TestCollection.create(
                SPACE, schema -> schema.index(VectorIndex.hnsw().binaryQuantized()));
        Random random = new Random(7);
        store.replace(IntStream.range(0, 300)
                .mapToObj(i -> TestCollection.document("d" + i, "text", TestCollection.direction(random, DIMENSIONS)))
                .toList());
        SearchResult result =
                store.search(TestCollection.direction(new Random(8), DIMENSIONS), SearchOptions.ofDefaults());
        assertThat(result.hits()).hasSize(10);
        assertThat(result.complete()).isTrue();
    }

    @Test
    void theRegistryKeepsWhatTheIndexIs() {
        for (VectorIndex index : List.of(
                VectorIndex.hnsw(),
                VectorIndex.hnsw(5, 50),
                VectorIndex.hnsw().binaryQuantized(),
                VectorIndex.hnsw(5, 50).binaryQuantized(),
                VectorIndex.ivfFlat(7),
                VectorIndex.none())) {
            VectorIndex again = VectorIndex.of(MetadataJson.read(MetadataJson.write(index.toMetadata())));
            assertThat(again).isEqualTo(index).hasSameHashCodeAs(index).hasToString(index.toString());
        }
        assertThat(VectorIndex.hnsw().binaryQuantized())
                .isNotEqualTo(VectorIndex.hnsw())
                .isEqualTo(VectorIndex.hnsw().binaryQuantized().binaryQuantized())
                .hasToString("binary quantized hnsw (m = 16, ef_construction = 64)");
    }

    @Test
    void onlyHnswIsBinaryQuantized() {
        for (VectorIndex index : List.of(VectorIndex.none(), VectorIndex.ivfFlat(3))) {
            assertThatThrownBy(index::binaryQuantized)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("this is " + index + ": use VectorIndex.hnsw().binaryQuantized()");
        }
    }

    @Test
    void signsNeedEmbeddingsOfOneLengthWhereLengthsCount() {
        EmbeddingSpace space =
                EmbeddingSpace.builder("test", "lengths", DIMENSIONS).build();
        VectorIndex index = VectorIndex.hnsw().binaryQuantized();
        PgVectorSchema.Builder schema = PgVectorSchema.builder(space, "docs").index(index);
        schema.metric(Metric.COSINE).build();
        assertThatThrownBy(() -> schema.metric(Metric.L2).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("sees directions and no lengths");
        assertThatThrownBy(() -> schema.metric(Metric.INNER_PRODUCT).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("needs embeddings of length 1");
        PgVectorSchema.builder(SPACE, "docs").index(index).metric(Metric.L2).build();
    }

    @Test
    void anOldExtensionIsRefused() {
        DataSource database = TestPostgres.dataSource(TestPostgres.shared().freshDatabase());
        TestCollection.execute(database, "UPDATE pg_extension SET extversion = '0.6.2' WHERE extname = 'vector'");
        assertThatThrownBy(() -> docs(VectorType.VECTOR).build().apply(database))
                .hasMessageContaining("binary quantization needs pgvector 0.7 or newer, this database has 0.6.2");
    }
}
