package dev.ragkit.pgvector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.ragkit.Document;
import dev.ragkit.EmbeddedDocument;
import dev.ragkit.Embedding;
import dev.ragkit.EmbeddingSpace;
import dev.ragkit.Filter;
import dev.ragkit.Hit;
import dev.ragkit.Metadata;
import dev.ragkit.SearchOptions;
import dev.ragkit.StoreException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * All at once: a partitioned collection with row level security, on a primary and on a replica, both behind PgBouncer in transaction
 * mode with the driver as it comes, with deadlines. All tenants have the same embeddings, so the nearest are always somebody else's too.
 */
class CombinedTest {
    private static final EmbeddingSpace SPACE =
            EmbeddingSpace.builder("test", "combined", 4).build();
    private static final Embedding SAME = Embedding.of(1, 2, 3, 4);
    private static final int TENANTS = 6;
    private static final int DOCUMENTS = 30;
    private static final int ROUNDS = 40;

    /** A call ends so much later than its deadline at most: 100 ms, and what a busy machine of two cores may add. */
    private static final Duration OVERRUN = Duration.ofMillis(100 + 400);

    private static final List<AutoCloseable> OPEN = new ArrayList<>();
    private static TestPostgres server;
    private static TestPostgres standby;
    private static HikariDataSource primaryPool;
    private static HikariDataSource replicaPool;

    @BeforeAll
    static void start() {
        server = open(TestPostgres.start(Map.of("log_statement", "all")));
        String app = server.createRole("app");
        TestCollection.execute(
                server.dataSource(),
                "ALTER DEFAULT PRIVILEGES GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO " + app);
        schema().apply(server.dataSource());
        standby = open(server.startStandby());
        primaryPool = open(pool(server, app));
        replicaPool = open(pool(standby, app));
        PgVectorStore store = store(SearchPlan.ofDefaults());
        for (int tenant = 0; tenant < TENANTS; tenant++) {
            store.tenant("t" + tenant).replace(documents(tenant, 0, DOCUMENTS));
        }
        catchUp();
    }

    private static <T extends AutoCloseable> T open(T resource) {
        OPEN.add(resource);
        return resource;
    }

    @AfterAll
    static void stop() throws Exception {
        for (int i = OPEN.size() - 1; i >= 0; i--) {
            OPEN.get(i).close();
        }
        OPEN.clear();
    }

    @AfterEach
    void goOn() {
        Signals.send(standby, "CONT");
        TestCollection.execute(standby.dataSource(), "SELECT pg_wal_replay_resume()");
        catchUp();
    }

    private static PgVectorSchema schema() {
        return PgVectorSchema.builder(SPACE, "docs")
                .rowLevelSecurity()
                .partitionsByTenant(3)
                .build();
    }

    /** More clients than PgBouncer has connections of the server, so that tenants follow each other on each of them. */
    private static HikariDataSource pool(TestPostgres behind, String role) {
        PgBouncer bouncer = open(PgBouncer.start(behind, "transaction", 2));
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(behind.jdbcUrl(bouncer.jdbcUrl(behind.jdbcUrl()), role) + "&connectTimeout=1&loginTimeout=1");
        config.setMaximumPoolSize(4);
        config.setConnectionTimeout(500);
        config.setValidationTimeout(250);
        return new HikariDataSource(config);
    }

    private static PgVectorStore store(SearchPlan plan) {
        return PgVectorStore.builder(primaryPool, SPACE, "docs")
                .replica(replicaPool)
                .plan(plan)
                .build();
    }

    private static List<EmbeddedDocument> documents(int tenant, int from, int to) {
        return IntStream.range(from, to)
                .mapToObj(i -> TestCollection.document(
                        Document.of("d" + i, "shared words of t" + tenant).withMetadata(Metadata.of("n", i)), SAME))
                .toList();
    }

    private static void catchUp() {
        TestCollection.catchUp(server.dataSource(), standby.dataSource());
    }

    /** Every search gives exactly what its tenant has. */
    private static void searches(PgVectorStore store, int tenant, int documents) {
        PgVectorStore own = store.tenant("t" + tenant);
        SearchOptions few =
                SearchOptions.builder().limit(100).filter(Filter.lt("n", 5)).build();
        assertOwn(
                tenant, documents, own.search(SAME, SearchOptions.ofLimit(100)).hits());
        assertOwn(
                tenant,
                Math.min(10, documents),
                own.search(SAME, SearchOptions.ofDefaults()).hits());
        assertOwn(tenant, Math.min(5, documents), own.search(SAME, few).hits());
        assertOwn(
                tenant,
                documents,
                own.search("words", SearchOptions.ofLimit(100)).hits());
        assertOwn(tenant, Math.min(5, documents), own.search("words", few).hits());
    }

    private static void assertOwn(int tenant, int expected, List<Hit> hits) {
        assertThat(hits)
                .hasSize(expected)
                .allMatch(hit -> hit.chunk().text().equals("shared words of t" + tenant))
                .extracting(hit -> hit.chunk().documentId())
                .doesNotHaveDuplicates();
    }

    /** How many statements about chunks a server was told of meanwhile. */
    private static int reads(TestPostgres asked, Runnable work) {
        int before = reads(asked);
        work.run();
        return reads(asked) - before;
    }

    private static int reads(TestPostgres asked) {
        return (int) new StatementLog(asked.log())
                .statements().stream()
                        .filter(text ->
                                text.contains("docs_chunk") && !text.matches("(?s).*\\b(INSERT|DELETE|COPY)\\b.*"))
                        .count();
    }

    @Test
    void eachTenantFindsItsOwnOnEitherServer() {
        for (Consistency consistency : Consistency.values()) {
            List<PgVectorStore> stores = Stream.of(SearchPlan.ofDefaults(), SearchPlan.alwaysIndex())
                    .map(plan -> store(plan).consistency(consistency).within(Duration.ofSeconds(20)))
                    .toList();
            int onStandby = reads(
                    standby,
                    () -> IntStream.range(0, ROUNDS)
                            .parallel()
                            .forEach(round -> searches(stores.get(round % 2), round % TENANTS, DOCUMENTS)));
            System.out.printf(
                    "combined: %s, %d searches of %d tenants, %d statements on the replica, 0 of the wrong size, 0 foreign rows%n",
                    consistency, 5 * ROUNDS, TENANTS, onStandby);
            if (consistency == Consistency.PRIMARY) {
                assertThat(onStandby).isZero();
            } else {
                assertThat(onStandby).isGreaterThan(ROUNDS);
            }
        }
    }

    @Test
    void aTenantSeesItsWritesAndNobodyElseDoesWhileTheReplicaIsBehind() {
        TestCollection.execute(standby.dataSource(), "SELECT pg_wal_replay_pause()");
        Eventually.holds(() -> TestCollection.query(standby.dataSource(), "SELECT pg_get_wal_replay_pause_state()")
                .contains("paused"));
        PgVectorStore store = store(SearchPlan.ofDefaults()).within(Duration.ofSeconds(20));
        store.tenant("t0").replace(documents(0, DOCUMENTS, DOCUMENTS + 5));
        assertThat(store.tenant("t1").delete(List.of("d0"))).isEqualTo(1);
        IntStream.range(0, ROUNDS).parallel().forEach(round -> {
            searches(store, 0, DOCUMENTS + 5);
            assertThat(store.tenant("t1")
                            .search("words", SearchOptions.ofLimit(100))
                            .hits())
                    .hasSize(DOCUMENTS - 1);
            searches(store, 2 + round % 4, DOCUMENTS);
            searches(store.consistency(Consistency.ANY), round % TENANTS, DOCUMENTS);
        });
        store.tenant("t1").replace(documents(1, 0, 1));
        assertThat(store.tenant("t0").delete(ids(DOCUMENTS, DOCUMENTS + 5))).isEqualTo(5);
    }

    private static List<String> ids(int from, int to) {
        return IntStream.range(from, to).mapToObj(i -> "d" + i).toList();
    }

    @Test
    void aLateCallEndsOnTheServerAndTheNextTenantIsAlone() throws SQLException {
        PgVectorStore store = store(SearchPlan.ofDefaults()).consistency(Consistency.PRIMARY);
        try (Connection blocker = server.dataSource().getConnection();
                Statement statement = blocker.createStatement()) {
            blocker.setAutoCommit(false);
            for (int round = 0; round < 4; round++) {
                statement.execute("LOCK TABLE docs_chunk, docs_document IN ACCESS EXCLUSIVE MODE");
                PgVectorStore late = store.tenant("t" + round).within(Duration.ofMillis(300));
                int number = round;
                assertEndsInTime(() -> late.replace(documents(number, 0, DOCUMENTS + 1)));
                assertEndsInTime(() -> late.search(SAME, SearchOptions.ofDefaults()));
                assertEndsInTime(() -> late.search("words", SearchOptions.ofDefaults()));
                Eventually.holdsWithin(Duration.ofSeconds(1), () -> running() == 0);
                blocker.rollback();
                IntStream.range(0, TENANTS).parallel().forEach(tenant -> searches(store, tenant, DOCUMENTS));
            }
        }
    }

    /** Statements of a store on the primary. */
    private static int running() {
        return TestCollection.query(
                        server.dataSource(),
                        "SELECT query FROM pg_stat_activity WHERE usename LIKE 'app%' AND state = 'active'")
                .size();
    }

    private static void assertEndsInTime(Runnable call) {
        long start = System.nanoTime();
        assertThatThrownBy(call::run)
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("did not end within 300 ms")
                .hasCauseInstanceOf(TimeoutException.class)
                .satisfies(e -> assertThat(((StoreException) e).isTransient()).isTrue());
        Duration overrun = Duration.ofNanos(System.nanoTime() - start).minusMillis(300);
        assertThat(overrun).isLessThan(OVERRUN);
    }

    @Test
    void aReplicaThatHasStoppedCostsOneDeadlineAndNoRow() {
        PgVectorStore store = store(SearchPlan.ofDefaults()).consistency(Consistency.ANY);
        searches(store, 0, DOCUMENTS);
        Signals.send(standby, "STOP");
        assertEndsInTime(
                () -> store.tenant("t1").within(Duration.ofMillis(300)).search("words", SearchOptions.ofDefaults()));
        long start = System.nanoTime();
        IntStream.range(0, ROUNDS)
                .parallel()
                .forEach(round -> searches(store.within(Duration.ofSeconds(2)), round % TENANTS, DOCUMENTS));
        System.out.printf(
                "combined: %d searches of the primary in %d ms while the replica was stopped%n",
                5 * ROUNDS, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start));
        Signals.send(standby, "CONT");
        Eventually.holds(() -> reads(standby, () -> searches(store, 3, DOCUMENTS)) > 0);
    }
}
