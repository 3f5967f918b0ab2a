package dev.ragkit.pgvector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.ragkit.EmbeddedDocument;
import dev.ragkit.EmbeddingSpace;
import dev.ragkit.SearchOptions;
import dev.ragkit.StoreException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

/** Indexes are built beside readers and writers, and what breaks off is mended by the next build. */
class IndexBuildTest {
    private static final int DIMENSIONS = 64;

    private static final EmbeddingSpace SPACE =
            EmbeddingSpace.builder("test", "build", DIMENSIONS).normalized().build();

    private static final String INDEXES = """
            SELECT c.relname || CASE WHEN i.indisvalid AND i.indisready THEN '' ELSE ' (broken)' END
            FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
            WHERE i.indrelid = 'docs_chunk'::regclass AND NOT i.indisprimary ORDER BY 1""";

    private static final String[] ALL = {"docs_chunk_metadata", "docs_chunk_tsv", "docs_chunk_vector"};

    private final String url = TestPostgres.shared().freshDatabase();
    private final DataSource database = TestPostgres.dataSource(url);

    private static PgVectorSchema.Builder docs() {
        return PgVectorSchema.builder(SPACE, "docs");
    }

    private static PgVectorSchema binary() {
        return docs().index(VectorIndex.hnsw().binaryQuantized()).build();
    }

    private PgVectorStore open() {
        return PgVectorStore.builder(database, SPACE, "docs").build();
    }

    private static List<EmbeddedDocument> documents(String prefix, int count) {
        Random random = new Random(3);
        return IntStream.range(0, count)
                .mapToObj(i ->
                        TestCollection.document(prefix + i, "word" + i, TestCollection.direction(random, DIMENSIONS)))
                .toList();
    }

    private List<String> indexes() {
        return TestCollection.query(database, INDEXES);
    }

    private String definition() {
        return TestCollection.query(database, "SELECT pg_get_indexdef('docs_chunk_vector'::regclass)")
                .get(0);
    }

    /** A writer that has not committed: a build beside it waits for it, as it would for any. */
    private Connection unfinishedWriter() throws SQLException {
        Connection writer = database.getConnection();
        writer.setAutoCommit(false);
        writer.createStatement().execute("UPDATE docs_chunk SET words = words WHERE document_id = 'first0'");
        return writer;
    }

    @Test
    void writersReadersAndOtherStartsGoOnWhileAnIndexIsBuilt() throws Exception {
        PgVectorSchema schema = docs().build();
        schema.apply(database);
        PgVectorStore store = open();
        store.replace(documents("first", 20));
        BlockingQueue<IndexProgress> progress = new LinkedBlockingQueue<>();
        CompletableFuture<IndexReport> build;
        try (Connection writer = unfinishedWriter()) {
            build = CompletableFuture.supplyAsync(() -> binary().buildIndex(database, progress::add));
            awaitPhase(progress, "waiting for writers before build");
            store.replace(documents("second", 3));
            assertThat(store.search(TestCollection.direction(new Random(5), DIMENSIONS), SearchOptions.ofDefaults())
                            .hits())
                    .hasSize(10);
            schema.apply(database);
            PgVectorSchema.builder(SPACE, "other").build().apply(database);
            PgVectorSchema.builder(SPACE, "other").build().buildIndex(database);
            assertThat(definition()).contains("vector_cosine_ops").doesNotContain("binary_quantize");
            assertThat(build).isNotDone();
            writer.rollback();
        }
        assertThat(build.get(60, TimeUnit.SECONDS).built()).containsExactly("docs_chunk_vector");
        assertThat(definition()).contains("binary_quantize");
        assertThat(indexes()).containsExactly(ALL);
        assertThat(TestCollection.query(database, "SELECT count(*) FROM docs_chunk"))
                .containsExactly("23");
        binary().apply(database);
    }

    private static IndexProgress awaitPhase(BlockingQueue<IndexProgress> progress, String phase) throws Exception {
        for (IndexProgress now = next(progress); ; now = next(progress)) {
            if (now.phase().equals(phase)) {
                return now;
            }
        }
    }

    private static IndexProgress next(BlockingQueue<IndexProgress> progress) throws InterruptedException {
        IndexProgress now = progress.poll(30, TimeUnit.SECONDS);
        if (now == null) {
            throw new AssertionError("no progress for 30 s");
        }
        return now;
    }

    @Test
    void aBuildThatIsCancelledIsMendedByTheNext() throws Exception {
        docs().build().apply(database);
        open().replace(documents("first", 20));
        BlockingQueue<IndexProgress> progress = new LinkedBlockingQueue<>();
        CompletableFuture<IndexReport> build;
        try (Connection writer = unfinishedWriter()) {
            build = CompletableFuture.supplyAsync(() -> binary().buildIndex(database, progress::add));
            awaitPhase(progress, "waiting for writers before build");
            TestCollection.query(
                    database,
                    "SELECT pg_cancel_backend(pid) FROM pg_stat_progress_create_index WHERE datname = current_database()");
            assertThatThrownBy(() -> build.get(60, TimeUnit.SECONDS))
                    .hasCauseInstanceOf(StoreException.class)
                    .hasMessageContaining("building the index docs_chunk_vector")
                    .hasMessageContaining("57014");
            writer.rollback();
        }
        assertThat(indexes()).hasSize(4).anyMatch(name -> name.matches("docs_new_[0-9a-f]{8} \\(broken\\)"));
        assertThat(definition()).doesNotContain("binary_quantize");
        assertThat(binary().buildIndex(database).built()).containsExactly("docs_chunk_vector");
        assertThat(indexes()).containsExactly(ALL);
        assertThat(definition()).contains("binary_quantize");
    }

    @Test
    void manyBuildersAtOnceBuildOneIndex() throws Exception {
        docs().deferIndex().build().apply(database);
        open().replace(documents("first", 50));
        List<CompletableFuture<IndexReport>> builds = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            builds.add(CompletableFuture.supplyAsync(() -> docs().build().buildIndex(database)));
        }
        List<String> built = new ArrayList<>();
        for (CompletableFuture<IndexReport> each : builds) {
            built.addAll(each.get(60, TimeUnit.SECONDS).built());
        }
        assertThat(built).containsExactlyInAnyOrder(ALL);
        assertThat(indexes()).containsExactly(ALL);
    }

    @Test
    void aDeferredCollectionGetsAllItsIndexesFromTheBuild() {
        docs().deferIndex().build().apply(database);
        assertThat(indexes()).isEmpty();
        PgVectorStore store = open();
        store.replace(documents("first", 50));
        assertThat(store.search("word7", SearchOptions.ofDefaults()).hits()).hasSize(1);
        assertThat(docs().build().buildIndex(database).built())
                .containsExactly("docs_chunk_metadata", "docs_chunk_tsv", "docs_chunk_vector");
        assertThat(indexes()).containsExactly(ALL);
        assertThat(store.search("word7", SearchOptions.ofDefaults()).hits()).hasSize(1);
        assertThat(docs().build().buildIndex(database).built()).isEmpty();
    }

    @Test
    void brokenAndForgottenIndexesAreMendedAndOthersAreLeftAlone() {
        docs().build().apply(database);
        TestCollection.execute(database, "CREATE INDEX docs_new_deadbeef ON docs_chunk (words)");
        TestCollection.execute(database, "CREATE INDEX docs_old_deadbeef ON docs_chunk (words)");
        TestCollection.execute(database, "CREATE INDEX docs_new_of_mine ON docs_chunk (words)");
        TestCollection.execute(
                database, "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'docs_chunk_tsv'::regclass");
        assertThat(docs().build().buildIndex(database).built()).containsExactly("docs_chunk_tsv");
        assertThat(indexes())
                .containsExactly("docs_chunk_metadata", "docs_chunk_tsv", "docs_chunk_vector", "docs_new_of_mine");
    }

    @Test
    void itNeedsOneConnectionAndLeavesNothingOnIt() {
        String settings = "SELECT string_agg(name || '=' || setting, ';' ORDER BY name) FROM pg_settings";
        for (boolean autoCommit : List.of(true, false)) {
            HikariConfig config = new HikariConfig();
            config.setJdbcUrl(url);
            config.setMaximumPoolSize(1);
            config.setAutoCommit(autoCommit);
            try (HikariDataSource pool = new HikariDataSource(config)) {
                docs().deferIndex().build().apply(pool);
                List<String> before = TestCollection.query(pool, settings);
                docs().build().buildIndex(pool);
                docs().build().buildIndex(pool, each -> {});
                assertThat(TestCollection.query(pool, settings)).isEqualTo(before);
                assertThat(TestCollection.query(pool, "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"))
                        .containsExactly("0");
                docs().build().drop(pool);
            }
        }
    }

    @Test
    void aBuilderThatWaitsForAnotherCanBeInterrupted() throws Exception {
        docs().deferIndex().build().apply(database);
        CompletableFuture<Throwable> thrown = new CompletableFuture<>();
        Thread waiting = new Thread(() -> {
            try {
                docs().build().buildIndex(database);
                thrown.complete(new AssertionError("it built under the lock of another"));
            } catch (CancellationException e) {
                thrown.complete(e);
            }
        });
        try (Connection other = database.getConnection()) {
            other.setAutoCommit(false);
            other.createStatement().execute("LOCK TABLE docs_chunk IN SHARE UPDATE EXCLUSIVE MODE");
            waiting.start();
            waiting.interrupt();
            assertThat(thrown.get(60, TimeUnit.SECONDS)).isInstanceOf(CancellationException.class);
            other.rollback();
        }
        waiting.join();
        assertThat(indexes()).isEmpty();
    }

    @Test
    void aRoleThatDoesNotOwnTheTablesIsToldSo() {
        docs().deferIndex().build().apply(database);
        String role = TestPostgres.shared().createRole("guest");
        TestCollection.execute(database, "GRANT ALL ON ALL TABLES IN SCHEMA public TO " + role);
        DataSource guest = TestPostgres.dataSource(TestPostgres.shared().jdbcUrl(url, role));
        assertThatThrownBy(() -> docs().build().buildIndex(guest))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("a table is changed by its owner")
                .hasMessageContaining("42501");
    }

    @Test
    void whatTheListenerThrowsComesOutAfterTheWork() throws Exception {
        docs().build().apply(database);
        open().replace(documents("first", 20));
        CompletableFuture<Void> told = new CompletableFuture<>();
        CompletableFuture<IndexReport> build;
        try (Connection writer = unfinishedWriter()) {
            build = CompletableFuture.supplyAsync(() -> binary().buildIndex(database, now -> {
                told.complete(null);
                throw new IllegalArgumentException("the listener's own");
            }));
            told.get(60, TimeUnit.SECONDS);
            writer.rollback();
        }
        assertThatThrownBy(() -> build.get(60, TimeUnit.SECONDS)).hasRootCauseMessage("the listener's own");
        assertThat(definition()).contains("binary_quantize");
    }

    @Test
    void sharedMemoryThatIsTooSmallMakesOneProcessBuild() {
        claimVersion("0.8.4");
        set("maintenance_work_mem = '1000GB'", "min_parallel_table_scan_size = 0");
        docs().deferIndex().build().apply(database);
        open().replace(documents("first", 50));
        IndexReport report = docs().build().buildIndex(TestPostgres.dataSource(url));
        assertThat(report.built()).containsExactly(ALL);
        assertThat(report.notes())
                .singleElement()
                .asString()
                .contains("shared memory is too small")
                .contains("/dev/shm");
        assertThat(indexes()).containsExactly(ALL);
        assertThat(storage()).isEqualTo("");
    }

    @Test
    void anOldExtensionBuildsWithOneProcessAndIsSaid() {
        claimVersion("0.8.1");
        set("maintenance_work_mem = '1000GB'", "min_parallel_table_scan_size = 0");
        docs().deferIndex().build().apply(database);
        open().replace(documents("first", 50));
        IndexReport report = docs().build().buildIndex(TestPostgres.dataSource(url));
        assertThat(report.notes())
                .singleElement()
                .asString()
                .contains("pgvector 0.8.1 has known faults")
                .contains("ALTER EXTENSION vector UPDATE")
                .contains("CVE-2026-3172");
        assertThat(storage()).isEqualTo("");
        claimVersion("0.8.3");
        assertThat(docs().build().buildIndex(database).notes())
                .singleElement()
                .asString()
                .contains("0.8.3 has known faults")
                .doesNotContain("CVE");
    }

    @Test
    void memoryThatIsTooSmallForTheGraphIsSaid() {
        claimVersion("0.8.4");
        set("maintenance_work_mem = '1MB'", "max_parallel_maintenance_workers = 0");
        docs().deferIndex().build().apply(database);
        open().replace(documents("first", 2_000));
        BlockingQueue<IndexProgress> progress = new LinkedBlockingQueue<>();
        assertThat(docs().build()
                        .buildIndex(TestPostgres.dataSource(url), progress::add)
                        .notes())
                .singleElement()
                .asString()
                .contains("outgrew maintenance_work_mem");
        assertThat(progress).anySatisfy(now -> {
            assertThat(now.phase()).startsWith("building index");
            assertThat(now.blocks().total()).isPositive();
            assertThat(now.blocks().done()).isBetween(0L, now.blocks().total());
        });
    }

    private void claimVersion(String version) {
        TestCollection.execute(
                database, "UPDATE pg_extension SET extversion = '" + version + "' WHERE extname = 'vector'");
    }

    private void set(String... settings) {
        String name =
                TestCollection.query(database, "SELECT current_database()").get(0);
        for (String setting : settings) {
            TestCollection.execute(database, "ALTER DATABASE " + name + " SET " + setting);
        }
    }

    private String storage() {
        return TestCollection.query(
                        database,
                        "SELECT coalesce(array_to_string(reloptions, ','), '') FROM pg_class WHERE relname = 'docs_chunk'")
                .get(0);
    }

    @Test
    void aPartitionedTableIsIndexedInPlace() {
        for (String statement : docs().deferIndex().build().statements()) {
            boolean parted = statement.startsWith("CREATE TABLE IF NOT EXISTS \"public\".\"docs_chunk\"");
            TestCollection.execute(database, parted ? statement + " PARTITION BY HASH (tenant)" : statement);
        }
        for (int i = 0; i < 2; i++) {
            TestCollection.execute(
                    database,
                    "CREATE TABLE part" + i + " PARTITION OF docs_chunk FOR VALUES WITH (MODULUS 2, REMAINDER " + i
                            + ")");
        }
        open().replace(documents("first", 20));
        assertThat(docs().build().buildIndex(database).built()).containsExactly(ALL);
        assertThat(binary().buildIndex(database).built()).containsExactly("docs_chunk_vector");
        assertThat(indexes()).containsExactly(ALL);
        assertThat(definition()).contains("binary_quantize");
    }
}
