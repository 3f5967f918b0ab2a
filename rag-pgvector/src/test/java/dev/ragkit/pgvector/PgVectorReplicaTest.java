package dev.ragkit.pgvector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import dev.ragkit.EmbeddedDocument;
import dev.ragkit.Embedding;
import dev.ragkit.EmbeddingSpace;
import dev.ragkit.Filter;
import dev.ragkit.SearchOptions;
import dev.ragkit.StoreException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A primary and a standby that follows it; replaying can be stopped, so that the standby has the old rows as long as wanted. */
class PgVectorReplicaTest {
    private static final EmbeddingSpace SPACE =
            EmbeddingSpace.builder("test", "replicated", 4).build();
    private static final Embedding QUERY = TestCollection.direction(new Random(14), 4);

    private static TestPostgres primaryServer;
    private static TestPostgres standbyServer;
    private static PgVectorDataSource primary;
    private static PgVectorDataSource standby;

    @BeforeAll
    static void start() {
        primaryServer = TestPostgres.start(Map.of("log_statement", "all"));
        standbyServer = primaryServer.startStandby();
        primary = pool(primaryServer, "primary");
        standby = pool(standbyServer, "standby");
    }

    @AfterAll
    static void stop() {
        standby.close();
        primary.close();
        standbyServer.close();
        primaryServer.close();
    }

    private static PgVectorDataSource pool(TestPostgres server, String name) {
        return PgVectorDataSource.builder(server.jdbcUrl())
                .name(name)
                .maximumPoolSize(3)
                .connectionTimeout(Duration.ofMillis(500))
                .build();
    }

    @AfterEach
    void replay() {
        TestCollection.execute(standby, "SELECT pg_wal_replay_resume()");
    }

    private static void stopReplaying() {
        TestCollection.execute(standby, "SELECT pg_wal_replay_pause()");
        Eventually.holds(() -> TestCollection.query(standby, "SELECT pg_get_wal_replay_pause_state()")
                .contains("paused"));
    }

    private static void catchUp() {
        TestCollection.catchUp(primary, standby);
    }

    private static String collection() {
        String name = TestCollection.name();
        PgVectorSchema.builder(SPACE, name).build().apply(primary);
        return name;
    }

    private static PgVectorStore open(String collection) {
        return PgVectorStore.builder(primary, SPACE, collection)
                .replica(standby)
                .build();
    }

    private static void replace(PgVectorStore store, String id) {
        EmbeddedDocument document = TestCollection.document(id, "some words", QUERY);
        store.replace(List.of(document));
    }

    private static List<String> ids(PgVectorStore store) {
        List<String> byEmbedding = store.search(QUERY, SearchOptions.ofLimit(100)).hits().stream()
                .map(hit -> hit.chunk().documentId())
                .sorted()
                .toList();
        List<String> byWords = store.search("words", SearchOptions.ofLimit(100)).hits().stream()
                .map(hit -> hit.chunk().documentId())
                .sorted()
                .toList();
        assertThat(byWords).isEqualTo(byEmbedding);
        return byEmbedding;
    }

    /** Which servers read the chunks of a collection meanwhile, by what they have logged: P, S, or both. */
    private static String readers(String collection, Runnable work) {
        int onPrimary = reads(primaryServer, collection);
        int onStandby = reads(standbyServer, collection);
        work.run();
        return (reads(primaryServer, collection) > onPrimary ? "P" : "")
                + (reads(standbyServer, collection) > onStandby ? "S" : "");
    }

    private static int reads(TestPostgres server, String collection) {
        return (int) new StatementLog(server.log())
                .statements().stream()
                        .filter(text -> text.contains(collection + "_chunk"))
                        .filter(text -> !text.matches("(?s).*\\b(INSERT|DELETE|COPY)\\b.*"))
                        .count();
    }

    @Test
    void searchesGoToTheReplicaUnlessToldOtherwise() {
        String collection = collection();
        PgVectorStore store = open(collection);
        replace(store, "a");
        catchUp();
        assertThat(readers(collection, () -> assertThat(ids(store)).containsExactly("a")))
                .isEqualTo("S");
        PgVectorStore strict = store.consistency(Consistency.PRIMARY);
        assertThat(readers(collection, () -> assertThat(ids(strict)).containsExactly("a")))
                .isEqualTo("P");
        PgVectorStore loose = strict.consistency(Consistency.ANY);
        assertThat(readers(collection, () -> assertThat(ids(loose)).containsExactly("a")))
                .isEqualTo("S");
    }

    @Test
    void whatAWriteDependsOnIsReadOnThePrimary() {
        String collection = collection();
        PgVectorStore store = open(collection).consistency(Consistency.ANY);
        stopReplaying();
        replace(store, "a");
        String readers = readers(collection, () -> {
            assertThat(store.versions(List.of("a"))).hasSize(1);
            assertThat(store.documentIds(Filter.all(), "", 10)).containsExactly("a");
            assertThat(store.delete(List.of("a"))).isEqualTo(1);
        });
        assertThat(readers).isEqualTo("P");
    }

    @Test
    void aStoreSeesWhatItHasWrittenWhereverTheReplicaIs() {
        String collection = collection();
        PgVectorStore store = open(collection);
        replace(store, "a");
        catchUp();
        stopReplaying();
        replace(store.tenant("another"), "b");
        replace(store, "c");
        assertThat(readers(collection, () -> assertThat(ids(store)).containsExactly("a", "c")))
                .isEqualTo("P");
        assertThat(ids(store.tenant("another"))).containsExactly("b");
        assertThat(ids(store.consistency(Consistency.ANY))).containsExactly("a");
        assertThat(ids(store.consistency(Consistency.PRIMARY))).containsExactly("a", "c");
        replay();
        catchUp();
        assertThat(readers(collection, () -> assertThat(ids(store)).containsExactly("a", "c")))
                .isEqualTo("S");
    }

    @Test
    void aStoreThatHasNotWrittenReadsWhatTheReplicaHas() {
        String collection = collection();
        replace(open(collection), "a");
        catchUp();
        PgVectorStore reader = open(collection);
        stopReplaying();
        replace(open(collection), "b");
        assertThat(readers(collection, () -> assertThat(ids(reader)).containsExactly("a")))
                .isEqualTo("S");
    }

    @Test
    void everyWriteIsSeenByTheNextSearchWhileTheReplicaComesAndGoes() {
        PgVectorStore store = open(collection());
        Random random = new Random(7);
        for (int i = 0; i < 60; i++) {
            if (i % 20 == 5) {
                stopReplaying();
            } else if (i % 20 == 15) {
                replay();
            }
            String id = "d" + random.nextInt(10);
            if (random.nextBoolean()) {
                replace(store, id);
                assertThat(ids(store)).contains(id);
            } else {
                store.delete(List.of(id));
                assertThat(ids(store)).doesNotContain(id);
            }
        }
    }

    @Test
    void aTableThatTheReplicaHasNotHeardOfIsReadOnThePrimary() {
        stopReplaying();
        String collection = collection();
        PgVectorStore store = open(collection);
        assertThat(ids(store.consistency(Consistency.ANY))).isEmpty();
        replay();
        replace(store, "a");
        catchUp();
        Eventually.holds(() -> readers(collection, () -> assertThat(ids(store)).containsExactly("a"))
                .equals("S"));
    }

    @Test
    void aQueryThatTheReplicaRefusesDoesNotSetItAside() {
        stopReplaying();
        String collection = collection();
        PgVectorStore store = open(collection).consistency(Consistency.ANY);
        assertThat(ids(store)).isEmpty();
        replay();
        catchUp();
        assertThat(readers(collection, () -> assertThat(ids(store)).isEmpty())).isEqualTo("S");
    }

    @Test
    void aReplicaThatFailsLateLeavesThePrimaryTheRestOfTheTime() throws SQLException {
        String collection = collection();
        DataSource late = Standin.of(DataSource.class, (method, arguments) -> {
            LockSupport.parkNanos(Duration.ofMillis(800).toNanos());
            throw new SQLTransientConnectionException("no connection");
        });
        PgVectorStore store = PgVectorStore.builder(primary, SPACE, collection)
                .replica(late)
                .timeout(Duration.ofSeconds(1))
                .build();
        try (Connection blocker = primary.getConnection()) {
            blocker.setAutoCommit(false);
            blocker.createStatement().execute("LOCK TABLE " + collection + "_stats");
            long start = System.nanoTime();
            assertThatThrownBy(() -> store.search(QUERY, SearchOptions.ofDefaults()))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("did not end within 1000 ms");
            long millis = Duration.ofNanos(System.nanoTime() - start).toMillis();
            System.out.println("a call of 1000 ms that two servers did not answer ended after " + millis + " ms");
            assertThat(millis).isBetween(950L, 1_500L);
            blocker.rollback();
        }
    }

    @Test
    void aStandbyThatIsToWriteLosesItsConnectionsSoThatThePrimaryIsLookedFor() throws SQLException {
        String pids = "SELECT string_agg(pid::text, ',') FROM pg_stat_activity WHERE application_name = 'moved'";
        try (PgVectorDataSource moved = pool(standbyServer, "moved")) {
            HikariPoolMXBean connections = moved.unwrap(HikariDataSource.class).getHikariPoolMXBean();
            Eventually.holds(() -> connections.getIdleConnections() == 3);
            String before = TestCollection.query(standby, pids).get(0);
            assertThatThrownBy(() -> TestCollection.execute(moved, "CREATE TABLE nowhere ()"))
                    .hasMessageContaining("25006");
            Eventually.holds(() -> {
                String now = String.valueOf(TestCollection.query(standby, pids).get(0));
                return List.of(before.split(",")).stream().noneMatch(now::contains);
            });
        }
    }

    @Test
    void whatChangesACollectionIsSentToThePrimaryByItsName() {
        String collection = collection();
        catchUp();
        PgVectorSchema there = PgVectorSchema.builder(SPACE, collection).build();
        there.apply(standby);
        assertThatThrownBy(() -> there.buildIndex(standby))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("this server is a standby")
                .hasMessageContaining("do that on its primary");
        PgVectorSchema missing =
                PgVectorSchema.builder(SPACE, TestCollection.name()).build();
        assertThatThrownBy(() -> missing.apply(standby))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("this server is a standby");
    }

    @Test
    void aRecallIsMeasuredOnOneServerOrNotAtAll() {
        String collection = collection();
        PgVectorStore writer = open(collection);
        replace(writer, "a");
        catchUp();
        assertThat(readers(collection, () -> writer.recall(List.of(QUERY), 1))).isEqualTo("S");
        PgVectorStore strict = writer.consistency(Consistency.PRIMARY);
        assertThat(readers(collection, () -> strict.recall(List.of(QUERY), 1))).isEqualTo("P");
        AtomicInteger given = new AtomicInteger();
        DataSource fading = Standin.of(DataSource.class, (method, arguments) -> {
            if (method.getName().equals("getConnection") && given.incrementAndGet() > 2) {
                throw new SQLTransientConnectionException("no connection");
            }
            return method.invoke(standby, arguments);
        });
        PgVectorStore store = PgVectorStore.builder(primary, SPACE, collection)
                .replica(fading)
                .build();
        assertThatThrownBy(() -> store.recall(List.of(QUERY), 1))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("the database cannot be reached");
    }

    @Test
    void aFailureOfThePrimaryIsTheCallersWithItsOwnWords() {
        String collection = collection();
        PgVectorStore gone = open(collection);
        TestCollection.execute(primary, "DROP TABLE " + collection + "_chunk");
        catchUp();
        assertThatThrownBy(() -> gone.search(QUERY, SearchOptions.ofDefaults()))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("a table is not there");
    }

    @Test
    void searchesAreAnsweredWhileTheReplicaIsGone() {
        try (TestPostgres second = primaryServer.startStandby();
                PgVectorDataSource secondPool = pool(second, "second")) {
            String collection = collection();
            PgVectorStore store = PgVectorStore.builder(primary, SPACE, collection)
                    .replica(secondPool)
                    .build();
            replace(store, "a");
            ProcessHandle.of(second.pid()).orElseThrow().destroyForcibly();
            long slowest = 0;
            long start = System.nanoTime();
            for (int i = 0; i < 50; i++) {
                long before = System.nanoTime();
                assertThat(ids(store)).containsExactly("a");
                slowest = Math.max(slowest, System.nanoTime() - before);
            }
            System.out.printf(
                    "a replica is killed: 50 of 50 searches answered in %d ms, the slowest in %d ms%n",
                    (System.nanoTime() - start) / 1_000_000, slowest / 1_000_000);
            assertThat(slowest).isLessThan(Duration.ofSeconds(10).toNanos());
        }
    }

    @Test
    void aReplicaThatIsNotThereAtFirstIsNoObstacle() {
        String collection = collection();
        try (PgVectorDataSource nowhere = PgVectorDataSource.builder(
                        "jdbc:postgresql://127.0.0.1:1/postgres?user=postgres")
                .connectionTimeout(Duration.ofMillis(250))
                .build()) {
            PgVectorStore store = PgVectorStore.builder(primary, SPACE, collection)
                    .replica(nowhere)
                    .build();
            replace(store, "a");
            assertThat(ids(store)).containsExactly("a");
            assertThat(ids(store.consistency(Consistency.ANY))).containsExactly("a");
        }
    }
}
