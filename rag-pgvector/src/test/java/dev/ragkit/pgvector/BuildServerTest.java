package dev.ragkit.pgvector;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ragkit.EmbeddedDocument;
import dev.ragkit.EmbeddingSpace;
import dev.ragkit.Metric;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

/** What an index build asks of the server, and what other sessions of the server notice of it. */
class BuildServerTest {
    private static final EmbeddingSpace SPACE =
            EmbeddingSpace.builder("test", "build", 8).normalized().build();

    private final String url = TestPostgres.shared().freshDatabase();
    private final DataSource database = TestPostgres.dataSource(url);

    private static PgVectorSchema.Builder docs() {
        return PgVectorSchema.builder(SPACE, "docs");
    }

    private void fill() {
        Random random = new Random(3);
        List<EmbeddedDocument> documents = IntStream.range(0, 50)
                .mapToObj(i -> TestCollection.document("d" + i, "word" + i, TestCollection.direction(random, 8)))
                .toList();
        PgVectorStore.builder(database, SPACE, "docs").build().replace(documents);
    }

    private void claimVersion(String version) {
        TestCollection.execute(
                database, "UPDATE pg_extension SET extversion = '" + version + "' WHERE extname = 'vector'");
    }

    /** So that a build by several processes asks for more shared memory than there is. */
    private void letSharedMemoryBeShort() {
        String name =
                TestCollection.query(database, "SELECT current_database()").get(0);
        for (String setting : List.of("maintenance_work_mem = '1000GB'", "min_parallel_table_scan_size = 0")) {
            TestCollection.execute(database, "ALTER DATABASE " + name + " SET " + setting);
        }
    }

    private static String one(Connection connection, String text) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(text)) {
            row.next();
            return row.getString(1);
        }
    }

    /** The build before was broken off between its last two steps, so this one only gives the index its name. */
    @Test
    void otherSessionsPlanAnewOnceAnIndexHasItsName() throws SQLException {
        for (String version : List.of("0.8.1", "0.8.4")) {
            claimVersion(version);
            docs().build().apply(database);
            fill();
            docs().build().buildIndex(database);
            try (Connection other = database.getConnection()) {
                String next = new Ddl(
                                new Tables("public", "docs"),
                                new Definition(
                                        SPACE,
                                        new Definition.Vectors(Metric.COSINE, VectorType.VECTOR, VectorIndex.hnsw()),
                                        "pg_catalog.english"),
                                new Extension("public", version))
                        .vectorIndex()
                        .nextName();
                TestCollection.execute(database, "ALTER INDEX docs_chunk_vector RENAME TO " + next);
                TestCollection.execute(database, "ANALYZE docs_chunk");
                other.createStatement().execute("SET plan_cache_mode = force_generic_plan");
                other.createStatement().execute("PREPARE looking AS SELECT docs_rows() FROM docs_chunk LIMIT 1");
                assertThat(one(other, "EXECUTE looking")).isEqualTo("Infinity");
                assertThat(docs().build().buildIndex(database).built()).containsExactly("docs_chunk_vector");
                assertThat(one(other, "EXECUTE looking")).as(version).isEqualTo("50");
            }
            docs().build().drop(database);
        }
    }

    @Test
    void aServerMayBeSilentForLongerThanTheDriverAllowsForACall() throws Exception {
        docs().deferIndex().build().apply(database);
        fill();
        DataSource impatient = TestPostgres.dataSource(url + "&socketTimeout=1");
        CompletableFuture<IndexReport> build;
        try (Connection writer = database.getConnection()) {
            writer.setAutoCommit(false);
            writer.createStatement().execute("UPDATE docs_chunk SET words = words WHERE document_id = 'd0'");
            build = CompletableFuture.supplyAsync(() -> docs().build().buildIndex(impatient));
            LockSupport.parkNanos(Duration.ofMillis(2_500).toNanos());
            assertThat(build).isNotDone();
            writer.rollback();
        }
        assertThat(build.get(60, TimeUnit.SECONDS).built()).hasSize(3);
    }

    @Test
    void aConnectionGoesBackWithTheTimeThatItCameWith() throws SQLException {
        try (Connection connection =
                TestPostgres.dataSource(url + "&socketTimeout=7").getConnection()) {
            assertThat(Silence.during(connection, Connection::getNetworkTimeout))
                    .isZero();
            assertThat(connection.getNetworkTimeout()).isEqualTo(7_000);
        }
    }

    @Test
    void partitionsAreIndexedByOneProcessWhereSharedMemoryIsTooSmall() {
        claimVersion("0.8.4");
        letSharedMemoryBeShort();
        docs().partitionsByTenant(2).deferIndex().build().apply(database);
        fill();
        IndexReport report = docs().partitionsByTenant(2).build().buildIndex(TestPostgres.dataSource(url));
        assertThat(report.built()).containsExactly("docs_chunk_metadata", "docs_chunk_tsv", "docs_chunk_vector");
        assertThat(report.notes()).singleElement().asString().contains("shared memory is too small");
    }

    @Test
    void aBuilderThatWaitsUsesUpNoTransactionNumbers() throws Exception {
        docs().deferIndex().build().apply(database);
        CompletableFuture<IndexReport> build;
        long before;
        long after;
        try (Connection other = database.getConnection()) {
            other.setAutoCommit(false);
            other.createStatement().execute("LOCK TABLE docs_chunk IN SHARE UPDATE EXCLUSIVE MODE");
            before = nextNumber();
            build = CompletableFuture.supplyAsync(() -> docs().build().buildIndex(database));
            LockSupport.parkNanos(Duration.ofMillis(4_000).toNanos());
            after = nextNumber();
            assertThat(build).isNotDone();
            other.rollback();
        }
        assertThat(build.get(60, TimeUnit.SECONDS).built()).hasSize(3);
        System.out.println("a builder waited 4 s and used " + (after - before) + " transaction numbers");
        assertThat(after - before).isLessThan(15);
    }

    private long nextNumber() {
        return Long.parseLong(TestCollection.query(database, "SELECT pg_snapshot_xmax(pg_current_snapshot())")
                .get(0));
    }
}
