package dev.ragkit.pgvector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.ragkit.Chunk;
import dev.ragkit.Document;
import dev.ragkit.EmbeddedChunk;
import dev.ragkit.EmbeddedDocument;
import dev.ragkit.Embedding;
import dev.ragkit.EmbeddingSpace;
import dev.ragkit.Filter;
import dev.ragkit.Metadata;
import dev.ragkit.SearchOptions;
import dev.ragkit.SearchResult;
import dev.ragkit.StoreException;
import dev.ragkit.testkit.FilterDifferential;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A collection with row level security does all that another one does, however the driver is set up. */
class RowLevelSecurityTest {
    private static final EmbeddingSpace SPACE =
            EmbeddingSpace.builder("test", "strict", 8).build();
    private static final long SEED = 20_250_707;

    private final StrictCollection strict = StrictCollection.SHARED;

    private static List<EmbeddedDocument> documents(int count) {
        Random random = new Random(3);
        return IntStream.range(0, count)
                .mapToObj(i -> TestCollection.document(
                        Document.of("d" + i, "some text " + i).withMetadata(Metadata.of("n", i)),
                        TestCollection.direction(random, 8)))
                .toList();
    }

    private static void useEverything(PgVectorStore store) {
        Embedding query = TestCollection.direction(new Random(4), 8);
        for (int i = 0; i < 6; i++) {
            store.replace(documents(40));
            assertThat(store.search(query, SearchOptions.ofLimit(10)).hits()).hasSize(10);
            SearchOptions few =
                    SearchOptions.builder().filter(Filter.eq("n", i)).build();
            assertThat(store.search(query, few).hits()).hasSize(1);
            assertThat(store.search("some text", SearchOptions.ofDefaults()).hits())
                    .hasSize(10);
            assertThat(store.search("text 7", few).hits()).hasSize(1);
            assertThat(store.versions(List.of("d1", "d2"))).hasSize(2);
            assertThat(store.documentIds(Filter.gt("n", 5), "", 5)).hasSize(5);
            assertThat(store.delete(List.of("d39"))).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "preferQueryMode=simple",
                "preferQueryMode=extendedCacheEverything",
                "prepareThreshold=0",
                "prepareThreshold=1",
                "binaryTransfer=false",
                "defaultRowFetchSize=3",
                "stringtype=unspecified",
                "currentSchema=pg_catalog",
                "options=-c%20default_transaction_isolation=serializable"
            })
    void theDriverMayBeSetUpAsTheHostLikes(String parameter) {
        String name = TestCollection.name();
        strict.create(name, SPACE, schema -> schema, SearchPlan.ofDefaults());
        String url = TestPostgres.shared().jdbcUrl(strict.url, strict.app);
        try (HikariDataSource pool = TestCollection.pool(url + "&" + parameter, 1)) {
            useEverything(PgVectorStore.builder(pool, SPACE, name)
                    .plan(SearchPlan.alwaysIndex())
                    .build());
            useEverything(PgVectorStore.builder(pool, SPACE, name).build());
        }
    }

    @Test
    void aRecountSaysWhoCanDoItAndNoGrantThatDoesNotHelp() {
        StrictCollection own = new StrictCollection();
        PgVectorSchema schema =
                PgVectorSchema.builder(SPACE, "docs").rowLevelSecurity().build();
        schema.apply(own.owner);
        for (DataSource bound : List.of(own.owner, own.pool)) {
            assertThatThrownBy(() -> schema.recount(bound))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("row level security hides the tenants of collection 'docs'")
                    .hasMessageContaining("do it as a superuser, or as a role with BYPASSRLS");
        }
        assertThat(schema.recount(own.superuser)).isZero();
        TestCollection.execute(own.superuser, "ALTER ROLE " + own.app + " BYPASSRLS");
        assertThat(schema.recount(own.pool)).isZero();
    }

    @Test
    void aPoolWithoutAutoCommitWorks() {
        String name = TestCollection.name();
        strict.create(name, SPACE, schema -> schema, SearchPlan.ofDefaults());
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(TestPostgres.shared().jdbcUrl(strict.url, strict.app));
        config.setMaximumPoolSize(1);
        config.setAutoCommit(false);
        try (HikariDataSource pool = new HikariDataSource(config)) {
            useEverything(PgVectorStore.builder(pool, SPACE, name)
                    .plan(SearchPlan.alwaysIndex())
                    .build());
        }
    }

    /** The driver does so once it has described a statement of the text. */
    @Test
    void aTextWhoseTenantIsLostOnTheWayIsReadAgainInATransaction() {
        String name = TestCollection.name();
        strict.create(name, SPACE, schema -> schema, SearchPlan.ofDefaults());
        Set<String> torn = new HashSet<>();
        RewrittenStatements tearing = new RewrittenStatements(text -> {
            boolean reads = text.contains(";\n");
            if (!reads || torn.remove(text)) {
                return text;
            }
            torn.add(text);
            return text.replace("set_config('rag.tenant', ?, true)", "CAST(? AS text)");
        });
        String url = TestPostgres.shared().jdbcUrl(strict.url, strict.app);
        try (HikariDataSource pool = TestCollection.pool(url, 1)) {
            PgVectorStore store = PgVectorStore.builder(tearing.on(pool), SPACE, name)
                    .plan(SearchPlan.alwaysIndex())
                    .build();
            assertThat(store.versions(List.of("d1"))).isEmpty(); // where the setting is not known yet, policies fail
            useEverything(store);
            assertThat(tearing.changed).hasSizeGreaterThan(6);
            assertThat(torn).isEmpty();
        }
    }

    @Test
    void aTenantThatIsLostWithinATransactionIsAnError() {
        String name = TestCollection.name();
        strict.create(name, SPACE, schema -> schema, SearchPlan.ofDefaults());
        RewrittenStatements losing = new RewrittenStatements(
                text -> text.replace("set_config('rag.tenant', ?, true)", "set_config('rag.tenant', 'x' || ?, true)"));
        PgVectorStore store =
                PgVectorStore.builder(losing.on(strict.pool), SPACE, name).build();
        assertThatThrownBy(() -> store.versions(List.of("d1")))
                .isInstanceOf(StoreException.class)
                .hasRootCauseMessage("the setting rag.tenant is lost within a transaction");
    }

    @Test
    void chunksAreTheSameWhetherCopiedOrInserted() {
        String plain = TestCollection.name();
        for (VectorType type : VectorType.values()) {
            String inserted = TestCollection.name();
            String copied = TestCollection.name();
            EmbeddingSpace space = EmbeddingSpace.builder("test", "wide", 700).build();
            PgVectorStore strictStore = strict.create(
                    inserted,
                    space,
                    schema -> schema.vectorType(type).index(VectorIndex.none()),
                    SearchPlan.ofDefaults());
            PgVectorSchema.builder(space, copied)
                    .vectorType(type)
                    .index(VectorIndex.none())
                    .build()
                    .apply(strict.owner);
            PgVectorStore store =
                    PgVectorStore.builder(strict.pool, space, copied).build();
            List<EmbeddedDocument> documents = large(plain);
            strictStore.replace(documents);
            store.replace(documents);
            assertThat(digests(inserted)).isEqualTo(digests(copied)).hasSize(2_501);
        }
    }

    private List<String> digests(String name) {
        return TestCollection.query(
                strict.superuser, "SELECT md5(c::text) FROM " + name + "_chunk c ORDER BY document_id, ordinal");
    }

    /** More than goes into one statement, and one chunk that is alone more than that. */
    private static List<EmbeddedDocument> large(String salt) {
        Random random = new Random(9);
        String words = ("w\u00f6rter \"quoted\" {braced}, \ud83d\ude00 \\ 'single' NULL and a few more " + salt + " ")
                .repeat(3);
        Document many = Document.of("many", words).withMetadata(Metadata.of("k", "a\"b\\c{},'NULL"));
        List<EmbeddedChunk> chunks = IntStream.range(0, 2_500)
                .mapToObj(i -> new EmbeddedChunk(
                        Chunk.of(many, i, i % 20, words.length() - i % 20).withMetadata(Metadata.of("i", i % 3)),
                        TestCollection.direction(random, 700)))
                .toList();
        Document large = Document.of("large", "many words ".repeat(450_000));
        Chunk one = Chunk.of(large, 0, 0, large.text().length() - 1);
        return List.of(
                new EmbeddedDocument(many, "v1", chunks),
                new EmbeddedDocument(
                        large, "v1", List.of(new EmbeddedChunk(one, TestCollection.direction(random, 700)))));
    }

    @Test
    void randomFiltersFindTheSameUnderPoliciesAndInPartitions() {
        FilterDifferential differential = FilterDifferential.ofSeed(SEED).rows(120);
        EmbeddingSpace space = EmbeddingSpace.builder("test", "filters", 4).build();
        PgVectorStore indexed = strict.create(space, schema -> schema, SearchPlan.alwaysIndex());
        System.out.println("300 random filters agree under row level security: " + differential.check(indexed, 300));
        PgVectorStore exact = strict.create(
                space, schema -> schema.index(VectorIndex.none()).partitionsByTenant(3), SearchPlan.ofDefaults());
        System.out.println("300 random filters agree by words, in partitions with row level security: "
                + differential.check(exact.tenant("t"), exact.tenant("t"), 300));
        PgVectorStore partitioned =
                TestCollection.create(space, schema -> schema.partitionsByTenant(3), SearchPlan.alwaysIndex());
        FilterDifferential.Summary summary = differential.check(partitioned, 300);
        System.out.println("300 random filters agree in partitions: " + summary);
        assertThat(summary.some()).isGreaterThan(50);
    }

    @Test
    void theIndexOverEmbeddingsIsUsedUnderPoliciesAndThoseOverMetadataAndWordsAreNot() {
        String name = TestCollection.name();
        PgVectorStore store = strict.create(name, SPACE, schema -> schema, SearchPlan.alwaysIndex());
        store.tenant("t").replace(documents(1_000));
        TestCollection.execute(strict.owner, "ANALYZE " + name + "_chunk");
        SearchOptions options = SearchOptions.ofLimit(10);
        assertThat(store.tenant("t")
                        .search(TestCollection.direction(new Random(4), 8), options)
                        .path())
                .isEqualTo(SearchResult.Path.INDEX);
        String from = "SELECT FROM " + name + "_chunk WHERE tenant = 't' AND ";
        for (String condition : List.of("metadata @@ '$.n == 5'", "tsv @@ '''7'''")) {
            assertThat(plan(strict.superuser, from + condition))
                    .as(condition)
                    .contains("Bitmap Index Scan on " + name + "_chunk_" + condition.substring(0, 3));
            assertThat(plan(strict.pool, from + condition))
                    .as(condition)
                    .contains(" on " + name + "_chunk")
                    .doesNotContain(name + "_chunk_metadata", name + "_chunk_tsv");
        }
        assertThat(plan(
                        strict.pool,
                        "SELECT FROM " + name + "_chunk WHERE tenant = 't' ORDER BY embedding <=> '[1,2,3,4,5,6,7,8]'"
                                + " LIMIT 5"))
                .contains("Index Scan using " + name + "_chunk_vector");
    }

    private static String plan(DataSource dataSource, String text) {
        return new Session(dataSource, "the test").read("explaining", connection -> {
            connection.setAutoCommit(false);
            try (java.sql.Statement statement = connection.createStatement()) {
                statement.execute(
                        "SELECT set_config('rag.tenant', 't', true), set_config('enable_seqscan', 'off', true)");
                try (java.sql.ResultSet rows = statement.executeQuery("EXPLAIN " + text)) {
                    StringBuilder lines = new StringBuilder();
                    while (rows.next()) {
                        lines.append(rows.getString(1)).append('\n');
                    }
                    return lines.toString();
                }
            } finally {
                connection.rollback();
                connection.setAutoCommit(true);
            }
        });
    }

    @Test
    void anotherWallOrAnotherNumberOfPartitionsIsRefused() {
        StrictCollection own = new StrictCollection();
        PgVectorSchema.builder(SPACE, "docs")
                .rowLevelSecurity()
                .partitionsByTenant(2)
                .build()
                .apply(own.owner);
        assertThatThrownBy(() -> PgVectorSchema.builder(SPACE, "docs").build().apply(own.owner))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("has the wall between tenants row level security, 2 partitions,"
                        + " not no row level security, no partitions: ask for what it has");
        assertThatThrownBy(() -> PgVectorSchema.builder(SPACE, "docs")
                        .rowLevelSecurity()
                        .partitionsByTenant(3)
                        .build()
                        .apply(own.owner))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("2 partitions, not row level security, 3 partitions");
        for (int partitions : new int[] {-1, 0, 1, 257}) {
            assertThatThrownBy(() -> PgVectorSchema.builder(SPACE, "docs").partitionsByTenant(partitions))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("the number of partitions must be between 2 and 256, was " + partitions);
        }
    }

    @Test
    void partitionsAreMadeIndexedAndDropped() {
        StrictCollection own = new StrictCollection();
        for (VectorIndex index : List.of(VectorIndex.hnsw(), VectorIndex.ivfFlat(2))) {
            PgVectorSchema schema = PgVectorSchema.builder(SPACE, "docs")
                    .index(index)
                    .deferIndex()
                    .rowLevelSecurity()
                    .partitionsByTenant(24)
                    .build();
            schema.apply(own.owner);
            PgVectorStore store = PgVectorStore.builder(own.pool, SPACE, "docs")
                    .plan(SearchPlan.alwaysIndex())
                    .build();
            store.replace(documents(40));
            schema.buildIndex(own.owner);
            assertThat(store.search(TestCollection.direction(new Random(4), 8), SearchOptions.ofLimit(5))
                            .path())
                    .isEqualTo(SearchResult.Path.INDEX);
            schema.drop(own.owner);
            assertThat(TestCollection.query(own.owner, "SELECT relname FROM pg_class WHERE relname LIKE 'docs%'"))
                    .isEmpty();
        }
    }

    @Test
    void anIvfFlatIndexWithoutRowsToLearnFromIsRefusedUnderPoliciesToo() {
        String name = TestCollection.name();
        PgVectorSchema schema = PgVectorSchema.builder(SPACE, name)
                .index(VectorIndex.ivfFlat(2))
                .rowLevelSecurity()
                .build();
        schema.apply(strict.owner);
        assertThatThrownBy(() -> schema.buildIndex(strict.owner))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("no rows from which an IVFFlat index could learn its lists");
        PgVectorStore.builder(strict.pool, SPACE, name).build().replace(documents(10));
        schema.buildIndex(strict.owner);
    }
}
