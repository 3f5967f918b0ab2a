package dev.ragkit.pgvector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragkit.EmbeddingSpace;
import dev.ragkit.Metric;
import dev.ragkit.SearchOptions;
import dev.ragkit.StoreException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

class PgVectorSchemaTest {
    private static final EmbeddingSpace SPACE =
            EmbeddingSpace.builder("test", "schema", 4).normalized().build();

    /** Tables, columns, constraints and indexes. */
    private static final String SHAPE = """
            SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || udt_name || ' ' || is_nullable
                || ' ' || coalesce(collation_name, '') || ' ' || coalesce(generation_expression, '')
            FROM information_schema.columns WHERE table_schema = 'public'
            UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
            UNION ALL SELECT conrelid::regclass || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
                WHERE connamespace = 'public'::regnamespace
            ORDER BY 1""";

    private static DataSource database() {
        return TestPostgres.dataSource(TestPostgres.shared().freshDatabase());
    }

    private static PgVectorSchema.Builder docs() {
        return PgVectorSchema.builder(SPACE, "docs");
    }

    @Test
    void applyingAgainChangesNothing() {
        DataSource database = database();
        docs().build().apply(database);
        List<String> shape = TestCollection.query(database, SHAPE);
        docs().build().apply(database);
        assertThat(TestCollection.query(database, SHAPE)).isEqualTo(shape).hasSizeGreaterThan(30);
    }

    @Test
    void thePrintedStatementsMakeWhatApplyMakes() {
        DataSource applied = database();
        DataSource printed = database();
        PgVectorSchema schema =
                docs().textSearch("german").metric(Metric.INNER_PRODUCT).build();
        schema.apply(applied);
        for (int twice = 0; twice < 2; twice++) {
            TestCollection.execute(printed, schema.ddl());
        }
        assertThat(TestCollection.query(printed, SHAPE)).isEqualTo(TestCollection.query(applied, SHAPE));
        schema.apply(printed);
        assertThat(PgVectorStore.builder(printed, SPACE, "docs").build().metric())
                .isEqualTo(Metric.INNER_PRODUCT);
    }

    @Test
    void thePrintedStatementsKeepQuotesAndBackslashes() {
        EmbeddingSpace space = EmbeddingSpace.builder("p'", "m\\", 4)
                .documentPrefix("\"quoted\" \\n ' ")
                .build();
        for (String setting : List.of("on", "off")) {
            DataSource database = TestPostgres.dataSource(
                    TestPostgres.shared().freshDatabase() + "&options=-c%20standard_conforming_strings=" + setting);
            TestCollection.execute(
                    database, PgVectorSchema.builder(space, "docs").build().ddl());
            assertThat(PgVectorStore.builder(database, space, "docs").build().space())
                    .isEqualTo(space);
        }
    }

    @Test
    void thePageAboutTheSchemaShowsWhatIsPrinted() throws IOException {
        EmbeddingSpace space = EmbeddingSpace.builder("onnx", "bge-small-en-v1.5", 384)
                .normalized()
                .queryPrefix("Represent this sentence for searching relevant passages: ")
                .build();
        String page = Files.readString(Path.of("../docs/schema.md"));
        assertThat(page)
                .contains("```sql\n"
                        + PgVectorSchema.builder(space, "docs").build().ddl() + "```\n");
    }

    @Test
    void thePageAboutTheSchemaShowsThePoliciesThatArePrinted() throws IOException {
        String printed = docs().rowLevelSecurity().build().ddl();
        String page = Files.readString(Path.of("../docs/schema.md"));
        int start = printed.indexOf("ALTER TABLE \"public\".\"docs_chunk\"");
        int end = printed.indexOf("ALTER TABLE \"public\".\"docs_term\"");
        assertThat(page).contains("```sql\n" + printed.substring(start, end).strip() + "\n```\n");
    }

    @Test
    void thePrintedStatementsOfAStrictAndPartitionedCollectionMakeWhatApplyMakes() {
        DataSource applied = database();
        DataSource printed = database();
        PgVectorSchema schema = docs().rowLevelSecurity().partitionsByTenant(3).build();
        schema.apply(applied);
        for (int twice = 0; twice < 2; twice++) {
            TestCollection.execute(printed, schema.ddl());
        }
        String shape = SHAPE.replace(
                "ORDER BY 1",
                "UNION ALL SELECT oid::regclass || ' ' || relrowsecurity || relforcerowsecurity FROM pg_class"
                        + " WHERE relname LIKE 'docs%' UNION ALL SELECT tablename || qual || with_check FROM pg_policies"
                        + " ORDER BY 1");
        assertThat(TestCollection.query(printed, shape))
                .isEqualTo(TestCollection.query(applied, shape))
                .contains("docs_chunk_p2 truetrue");
    }

    @Test
    void manyAtOnceMakeOneCollection() throws Exception {
        for (int round = 0; round < 5; round++) {
            String url = TestPostgres.shared().freshDatabaseWithoutExtension();
            List<Callable<Void>> starts = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                PgVectorSchema schema = docs().schema(i % 2 == 0 ? "public" : "other")
                        .createExtension()
                        .build();
                starts.add(() -> {
                    schema.apply(TestPostgres.dataSource(url));
                    return null;
                });
            }
            together(starts);
            assertThat(TestCollection.query(TestPostgres.dataSource(url), "SELECT count(*) FROM rag_collection"))
                    .containsExactly("1");
        }
    }

    private static void together(List<Callable<Void>> tasks) throws InterruptedException, ExecutionException {
        ExecutorService threads = Executors.newFixedThreadPool(tasks.size());
        try {
            for (Future<Void> result : threads.invokeAll(tasks)) {
                result.get();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void anotherMetricTypeOrLanguageIsRefused() {
        DataSource database = database();
        docs().build().apply(database);
        assertRefused(database, docs().metric(Metric.L2), "has the metric COSINE, not L2");
        assertRefused(database, docs().vectorType(VectorType.HALFVEC), "has the vector type VECTOR, not HALFVEC");
        assertRefused(
                database,
                docs().textSearch("simple"),
                "has the text search configuration pg_catalog.english, not pg_catalog.simple");
    }

    private static void assertRefused(DataSource database, PgVectorSchema.Builder schema, String message) {
        assertThatThrownBy(() -> schema.build().apply(database))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining(message)
                .hasMessageContaining("ask for what it has, or make a new collection");
        assertThatThrownBy(() -> schema.build().buildIndex(database)).hasMessageContaining(message);
    }

    @Test
    void anotherIndexIsRefusedUnlessItIsLeftToTheBuild() {
        DataSource database = database();
        docs().build().apply(database);
        PgVectorSchema.Builder other = docs().index(VectorIndex.hnsw().binaryQuantized());
        assertThatThrownBy(() -> other.build().apply(database))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining(
                        "has the index hnsw (m = 16, ef_construction = 64), not binary quantized hnsw (m =")
                .hasMessageContaining("call buildIndex(dataSource) to build what is asked for and drop the rest");
        other.deferIndex().build().apply(database);
        assertThat(other.build().buildIndex(database).built()).containsExactly("docs_chunk_vector");
        docs().index(VectorIndex.hnsw().binaryQuantized()).build().apply(database);
    }

    @Test
    void aTextSearchConfigurationThatIsNotThereIsRefused() {
        assertThatThrownBy(() -> docs().textSearch("klingon").build().apply(database()))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("no text search configuration 'pg_catalog.klingon'");
        assertThatThrownBy(() -> docs().textSearch("english'; DROP"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("must be a name such as english or public.mine");
    }

    @Test
    void oneCanUseATextSearchConfigurationOfOnesOwn() {
        DataSource database = database();
        TestCollection.execute(database, "CREATE TEXT SEARCH CONFIGURATION public.mine (COPY = pg_catalog.simple)");
        docs().textSearch("public.mine").build().apply(database);
        PgVectorStore store = PgVectorStore.builder(database, SPACE, "docs").build();
        store.replace(List.of(TestCollection.document("a", "the running", TestCollection.direction(new Random(1), 4))));
        assertThat(store.search("the", SearchOptions.ofDefaults()).hits()).hasSize(1);
        assertThat(store.search("run", SearchOptions.ofDefaults()).hits()).isEmpty();
    }

    @Test
    void tooManyDimensionsForAnIndexAreRefusedWithAWayOut() {
        assertDimensions(2_000, VectorType.VECTOR, VectorIndex.hnsw(), "");
        assertDimensions(2_001, VectorType.VECTOR, VectorIndex.hnsw(), "use VectorType.HALFVEC (at most 4000)");
        assertDimensions(2_001, VectorType.VECTOR, VectorIndex.ivfFlat(1), "use VectorType.HALFVEC (at most 4000)");
        assertDimensions(4_000, VectorType.HALFVEC, VectorIndex.hnsw(), "");
        assertDimensions(
                4_001,
                VectorType.HALFVEC,
                VectorIndex.hnsw(),
                "use VectorIndex.hnsw().binaryQuantized() (at most 16000), or VectorIndex.none()");
        assertDimensions(4_001, VectorType.VECTOR, VectorIndex.hnsw().binaryQuantized(), "");
        assertDimensions(16_000, VectorType.HALFVEC, VectorIndex.hnsw().binaryQuantized(), "");
        assertDimensions(16_000, VectorType.VECTOR, VectorIndex.none(), "");
        assertDimensions(16_001, VectorType.VECTOR, VectorIndex.none(), "pgvector keeps at most 16000 dimensions");
        assertDimensions(
                16_001,
                VectorType.VECTOR,
                VectorIndex.hnsw().binaryQuantized(),
                "pgvector keeps at most 16000 dimensions");
    }

    private static void assertDimensions(int dimensions, VectorType type, VectorIndex index, String message) {
        EmbeddingSpace space = EmbeddingSpace.builder("p", "m", dimensions).build();
        PgVectorSchema.Builder schema = PgVectorSchema.builder(space, TestCollection.name())
                .vectorType(type)
                .index(index);
        if (message.isEmpty()) {
            schema.build().apply(TestCollection.POOL);
        } else {
            assertThatThrownBy(schema::build)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(message);
        }
    }

    @Test
    void anIndexByInnerProductNeedsNormalisedEmbeddings() {
        EmbeddingSpace space = EmbeddingSpace.builder("p", "m", 4).build();
        PgVectorSchema.Builder schema =
                PgVectorSchema.builder(space, TestCollection.name()).metric(Metric.INNER_PRODUCT);
        assertThatThrownBy(schema::build)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("needs embeddings of length 1")
                .hasMessageContaining("use Metric.COSINE, or VectorIndex.none()");
        schema.index(VectorIndex.none()).build().apply(TestCollection.POOL);
    }

    @Test
    void anIvfFlatIndexIsBuiltAfterTheLoad() {
        DataSource database = database();
        PgVectorSchema schema = docs().index(VectorIndex.ivfFlat(2)).build();
        schema.apply(database);
        assertThat(schema.ddl()).doesNotContain("ivfflat (");
        assertThatThrownBy(() -> schema.buildIndex(database))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining(
                        "no rows from which an IVFFlat index could learn its lists: load documents first");
        PgVectorStore store = PgVectorStore.builder(database, SPACE, "docs").build();
        store.replace(List.of(TestCollection.document("a", "text", TestCollection.direction(new Random(1), 4))));
        schema.buildIndex(database);
        assertThat(indexes(database)).anyMatch(text -> text.contains("USING ivfflat") && text.contains("lists='2'"));
    }

    @Test
    void anIndexCanBeChangedRemovedAndRepaired() {
        DataSource database = database();
        docs().deferIndex().build().apply(database);
        assertThat(indexes(database)).noneMatch(text -> text.contains("docs_chunk_vector"));
        docs().build().buildIndex(database);
        String first = oid(database);
        docs().build().buildIndex(database);
        assertThat(oid(database)).isEqualTo(first);
        TestCollection.execute(database, "UPDATE pg_index SET indisvalid = false WHERE indexrelid = " + first);
        docs().build().buildIndex(database);
        assertThat(oid(database)).isNotEqualTo(first);
        docs().index(VectorIndex.hnsw(8, 40)).build().buildIndex(database);
        assertThat(indexes(database)).anyMatch(text -> text.contains("m='8', ef_construction='40'"));
        docs().index(VectorIndex.none()).build().buildIndex(database);
        assertThat(indexes(database)).noneMatch(text -> text.contains("docs_chunk_vector"));
    }

    @Test
    void anIndexOfNothingIsRefused() {
        DataSource database = database();
        assertThatThrownBy(() -> docs().build().buildIndex(database))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("collection 'docs' in schema 'public' is not there");
    }

    private static List<String> indexes(DataSource database) {
        return TestCollection.query(database, "SELECT indexdef FROM pg_indexes WHERE tablename = 'docs_chunk'");
    }

    private static String oid(DataSource database) {
        return TestCollection.query(database, "SELECT 'docs_chunk_vector'::regclass::oid")
                .get(0);
    }

    @Test
    void dropRemovesTheCollectionAndNoOther() {
        DataSource database = database();
        docs().build().drop(database);
        docs().build().apply(database);
        PgVectorSchema.builder(SPACE, "docs_2").build().apply(database);
        docs().build().drop(database);
        assertThat(TestCollection.query(database, "SELECT name FROM rag_collection"))
                .containsExactly("docs_2");
        assertThat(TestCollection.query(
                        database, "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"))
                .containsExactly("docs_2_chunk", "docs_2_document", "docs_2_stats", "docs_2_term", "rag_collection");
        docs().build().apply(database);
    }

    @Test
    void theLongestNamesDoNotCollide() {
        DataSource database = database();
        String name = "c".repeat(48);
        PgVectorSchema.builder(SPACE, name).schema("s".repeat(63)).build().apply(database);
        PgVectorStore store = PgVectorStore.builder(database, SPACE, name)
                .schema("s".repeat(63))
                .build();
        store.replace(List.of(TestCollection.document("a", "text", TestCollection.direction(new Random(1), 4))));
        assertThat(TestCollection.query(
                        database, "SELECT indexname FROM pg_indexes WHERE tablename = '" + name + "_chunk'"))
                .contains(name + "_chunk_vector", name + "_chunk_metadata", name + "_chunk_tsv")
                .hasSize(4);
    }

    @Test
    void itShowsWhatItIs() {
        assertThat(docs().build())
                .hasToString(
                        "PgVectorSchema[collection 'docs' in schema 'public', test/schema (4 dimensions, normalised),"
                                + " COSINE, VECTOR, index hnsw (m = 16, ef_construction = 64), pg_catalog.english]");
    }
}
