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
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Every call ends in its time, whatever the server and the network do. */
class DeadlineTest {
    private static final EmbeddingSpace SPACE =
            EmbeddingSpace.builder("test", "deadlines", 8).build();
    private static final boolean DEEP = Boolean.getBoolean("rag.deep");
    private static final long SEED = Long.getLong("seed", 20);

    /** A call ends so much later than its deadline. */
    private static final long OVERRUN_MILLIS = 100;

    /**
     * To end a call takes so many threads one after the other, each of which may have to wait for its turn where other processes
     * keep the machine busy.
     */
    private static final int HANDOVERS = 8;

    private static final long HARD_BOUND_MILLIS = 500;

    private static HikariDataSource pool(String url, int size) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(url + "&connectTimeout=1&loginTimeout=1");
        config.setMaximumPoolSize(size);
        config.setConnectionTimeout(500);
        config.setValidationTimeout(250);
        return new HikariDataSource(config);
    }

    private static List<EmbeddedDocument> documents(int from, int count) {
        return IntStream.range(from, from + count)
                .mapToObj(i -> TestCollection.document(
                        "d" + i, "some text " + i, TestCollection.direction(new Random(i), SPACE.dimensions())))
                .toList();
    }

    private static PgVectorStore filled(HikariDataSource pool) {
        PgVectorSchema.builder(SPACE, "docs").build().apply(pool);
        PgVectorStore store = PgVectorStore.builder(pool, SPACE, "docs").build();
        store.replace(documents(0, 100));
        return store;
    }

    /** What became of a lost commit is asked for until the call is over, and for no longer than a server takes to come back. */
    @Test
    void ofTwoDeadlinesTheEarlierCounts() {
        Deadline soon = Deadline.after(Duration.ofSeconds(1));
        Deadline late = Deadline.after(Duration.ofDays(36_500));
        assertThat(soon.orEarlier(late)).isEqualTo(soon);
        assertThat(late.orEarlier(soon)).isEqualTo(soon);
    }

    /** One of the calls that a store has. */
    private static void use(PgVectorStore store, Random random) {
        switch (random.nextInt(5)) {
            case 0 -> store.search(TestCollection.direction(random, SPACE.dimensions()), SearchOptions.ofLimit(5));
            case 1 -> store.search("text " + random.nextInt(100), SearchOptions.ofDefaults());
            case 2 -> store.versions(List.of("d1", "d2"));
            case 3 -> store.replace(documents(random.nextInt(100), 1));
            default -> store.delete(List.of("d" + random.nextInt(100)));
        }
    }

    /** How late the calls ended that ran while something was wrong, in nanoseconds; below 0 for those that ended in time. */
    private record Outage(List<Long> overruns, long answered, long stopped, long turnMillis) {
        /** Of the calls whose time was over, those that ended within 100 ms. */
        double shareInTime() {
            List<Long> late = overruns.stream().filter(each -> each > 0).toList();
            long inTime = late.stream()
                    .filter(each -> each <= TimeUnit.MILLISECONDS.toNanos(OVERRUN_MILLIS))
                    .count();
            return late.isEmpty() ? 1 : (double) inTime / late.size();
        }

        long worstMillis() {
            return TimeUnit.NANOSECONDS.toMillis(
                    overruns.stream().mapToLong(Long::longValue).max().orElseThrow());
        }
    }

    /** Lets eight threads call while the fault lasts. */
    private static Outage during(PgVectorStore store, Duration timeout, Duration time, Runnable fault)
            throws ExecutionException, InterruptedException {
        ConcurrentLinkedQueue<Long> overruns = new ConcurrentLinkedQueue<>();
        ConcurrentLinkedQueue<StoreException> failures = new ConcurrentLinkedQueue<>();
        PgVectorStore limited = store.within(timeout);
        ExecutorService threads = Executors.newFixedThreadPool(9);
        long turn;
        try {
            long end = System.nanoTime() + time.toNanos();
            List<Future<?>> calls = new ArrayList<>();
            for (int thread = 0; thread < 8; thread++) {
                Random random = new Random(SEED + thread);
                calls.add(threads.submit(() -> {
                    while (System.nanoTime() - end < 0) {
                        long start = System.nanoTime();
                        try {
                            use(limited, random);
                        } catch (StoreException failure) {
                            failures.add(failure);
                        }
                        overruns.add(System.nanoTime() - start - timeout.toNanos());
                    }
                }));
            }
            Future<Long> longestTurn = threads.submit(() -> BusyMachine.longestTurnUntil(end + timeout.toNanos()));
            LockSupport.parkNanos(time.toNanos() / 10);
            fault.run();
            for (Future<?> call : calls) {
                call.get();
            }
            turn = TimeUnit.NANOSECONDS.toMillis(longestTurn.get());
        } finally {
            threads.shutdownNow();
        }
        assertThat(failures).isNotEmpty().allMatch(StoreException::isTransient);
        long stopped = failures.stream()
                .filter(failure -> failure.getMessage().contains("did not end within")
                        || failure.getMessage().contains("was lost at the end of"))
                .count();
        return new Outage(List.copyOf(overruns), overruns.size() - failures.size(), stopped, turn);
    }

    private static void assertEndsInTime(String scenario, Outage outage, Runnable recovery) {
        long start = System.nanoTime();
        recovery.run();
        long recoveredMillis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
        System.out.printf(
                "%s: %d calls, %d answered, %d stopped, %.1f %% of those within 100 ms; the latest ended %d ms after its deadline;"
                        + " a thread waited up to %d ms for its turn;"
                        + " usable %d ms after the end of it%n",
                scenario,
                outage.overruns.size(),
                outage.answered,
                outage.stopped,
                100 * outage.shareInTime(),
                outage.worstMillis(),
                outage.turnMillis,
                recoveredMillis);
        assertThat(outage.stopped).isPositive();
        assertThat(outage.worstMillis())
                .isLessThanOrEqualTo(OVERRUN_MILLIS + HANDOVERS * outage.turnMillis)
                .isLessThan(HARD_BOUND_MILLIS);
        assertThat(recoveredMillis).isLessThan(5_000);
    }

    private static void answers(PgVectorStore store) {
        Eventually.holds(() -> {
            try {
                return store.versions(List.of("d1", "d2", "none")).size() <= 2;
            } catch (StoreException notYet) {
                return false;
            }
        });
    }

    @Test
    void R18_callsEndInTimeWhilePacketsAreLost() throws Exception {
        System.out.println("R-18: seed " + SEED);
        FaultProxy proxy = FaultProxy.to(TestPostgres.shared().freshDatabase());
        try (HikariDataSource pool = pool(proxy.jdbcUrl(), 8)) {
            PgVectorStore store = filled(pool);
            Outage outage = during(
                    store,
                    Duration.ofMillis(DEEP ? 5_000 : 1_000),
                    Duration.ofSeconds(DEEP ? 60 : 3),
                    () -> proxy.traffic(FaultProxy.Traffic.IS_LOST));
            assertEndsInTime("R-18", outage, () -> {
                proxy.traffic(FaultProxy.Traffic.PASSES);
                answers(store);
            });
        } finally {
            proxy.close();
        }
    }

    @Test
    void R19_callsEndInTimeWhileTheServerIsStopped() throws Exception {
        System.out.println("R-19: seed " + SEED);
        try (TestPostgres server = TestPostgres.start(Map.of());
                HikariDataSource pool = pool(server.jdbcUrl(), 8)) {
            PgVectorStore store = filled(pool);
            try {
                Outage outage = during(
                        store,
                        Duration.ofMillis(DEEP ? 5_000 : 1_000),
                        Duration.ofSeconds(DEEP ? 60 : 3),
                        () -> Signals.send(server, "STOP"));
                assertEndsInTime("R-19", outage, () -> {
                    Signals.send(server, "CONT");
                    answers(store);
                });
            } finally {
                Signals.send(server, "CONT");
            }
        }
    }

    /** With one connection, so that a cancel that comes late would hit the call after. */
    @Test
    void R20_anInterruptEndsACallAndHarmsNoOther() throws Exception {
        System.out.println("R-20: seed " + SEED);
        int rounds = DEEP ? 1_000 : 400;
        Random random = new Random(SEED);
        String url = TestPostgres.shared().freshDatabase();
        List<Long> millis = new ArrayList<>();
        int ended = 0;
        try (HikariDataSource pool = TestCollection.pool(url, 1);
                Connection blocker = TestPostgres.dataSource(url).getConnection()) {
            PgVectorStore store = filled(pool);
            blocker.setAutoCommit(false);
            for (int round = 0; round < rounds; round++) {
                if (round % 4 == 0) {
                    execute(blocker, "LOCK TABLE docs_chunk, docs_document IN ACCESS EXCLUSIVE MODE");
                }
                Interrupted call = Interrupted.start(() -> use(store, random));
                LockSupport.parkNanos(random.nextInt(4_000_000));
                millis.add(call.interrupt());
                ended += call.cancelled() ? 1 : 0;
                blocker.rollback();
                assertThat(store.versions(List.of("d1", "none"))).hasSizeLessThan(2);
            }
            Eventually.holdsWithin(Duration.ofSeconds(1), () -> running(url) == 0);
            assertThat(pool.getHikariPoolMXBean().getActiveConnections()).isZero();
        }
        long worst = millis.stream().mapToLong(Long::longValue).max().orElseThrow();
        System.out.printf(
                "R-20: %d interrupts, %d ended their call, the slowest after %d ms; 0 calls after hit; 0 statements left%n",
                rounds, ended, worst);
        assertThat(ended).isGreaterThanOrEqualTo(rounds / 4);
        assertThat(worst).isLessThan(250 + 400);
    }

    private static int running(String url) {
        return TestCollection.query(
                        TestPostgres.dataSource(url),
                        "SELECT query FROM pg_stat_activity WHERE datname = current_database() AND state = 'active'"
                                + " AND pid <> pg_backend_pid()")
                .size();
    }

    private static void execute(Connection connection, String text) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(text);
        }
    }

    /** A call on a thread of its own that gets interrupted. */
    private static final class Interrupted {
        private final Thread thread;
        private volatile boolean cancelled;
        private volatile boolean flagKept;
        private volatile RuntimeException wrong;

        private Interrupted(Runnable call) {
            thread = new Thread(() -> {
                try {
                    call.run();
                } catch (CancellationException e) {
                    cancelled = true;
                    flagKept = Thread.currentThread().isInterrupted();
                } catch (RuntimeException e) {
                    wrong = e;
                }
            });
        }

        static Interrupted start(Runnable call) {
            Interrupted interrupted = new Interrupted(call);
            interrupted.thread.start();
            return interrupted;
        }

        /** Interrupts, and returns how many milliseconds the call went on. */
        long interrupt() throws InterruptedException {
            long start = System.nanoTime();
            thread.interrupt();
            thread.join(20_000);
            assertThat(thread.isAlive()).isFalse();
            assertThat(wrong).isNull();
            return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
        }

        boolean cancelled() {
            assertThat(flagKept).isEqualTo(cancelled);
            return cancelled;
        }
    }

    @Test
    void aDeadlineEndsAStatementOnTheServerToo() throws Exception {
        String url = TestPostgres.shared().freshDatabase();
        try (HikariDataSource pool = TestCollection.pool(url, 1);
                Connection blocker = TestPostgres.dataSource(url).getConnection()) {
            PgVectorStore store = filled(pool);
            blocker.setAutoCommit(false);
            execute(blocker, "LOCK TABLE docs_document");
            assertThatThrownBy(() -> store.within(Duration.ofMillis(200)).replace(documents(1, 1)))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("PostgreSQL was stopped replacing document 'd1' in collection 'docs'")
                    .hasMessageContaining("did not end within 200 ms: try again, allow more time with within(Duration)")
                    .hasCauseInstanceOf(TimeoutException.class)
                    .satisfies(
                            e -> assertThat(((StoreException) e).isTransient()).isTrue());
            Eventually.holdsWithin(Duration.ofSeconds(1), () -> running(url) == 0);
            blocker.rollback();
            store.replace(documents(1, 1));
            assertThat(store.within(Duration.ofSeconds(5)).tenant("t").versions(List.of("d1")))
                    .isEmpty();
        }
    }

    @Test
    void aWaitForAConnectionCounts() throws Exception {
        String url = TestPostgres.shared().freshDatabase();
        try (HikariDataSource pool = TestCollection.pool(url, 1)) {
            PgVectorStore store = filled(pool);
            Connection taken = pool.getConnection();
            Thread giver = new Thread(() -> {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(300));
                try {
                    taken.close();
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
            });
            giver.start();
            assertThatThrownBy(() -> store.within(Duration.ofMillis(100)).versions(List.of("d1")))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("did not end within 100 ms");
            giver.join();
            assertThat(store.versions(List.of("d1"))).hasSize(1);
        }
    }

    @Test
    void theTimeForACallHasBounds() {
        HikariDataSource pool = TestCollection.POOL;
        PgVectorStore.Builder builder = PgVectorStore.builder(pool, SPACE, "docs");
        for (Duration wrong : List.of(Duration.ZERO, Duration.ofMillis(-1), Duration.ofDays(2))) {
            assertThatThrownBy(() -> builder.timeout(wrong))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("timeout must be between 1 ms and 1 day, was " + wrong);
        }
        assertThat(PgVectorStore.DEFAULT_TIMEOUT).isEqualTo(Duration.ofSeconds(60));
    }

    @Test
    void theWatchEndsWhenThereIsNothingToWatch() {
        try (HikariDataSource pool = TestCollection.pool(TestPostgres.shared().freshDatabase(), 1)) {
            filled(pool);
            assertThat(watches()).isPositive();
            Eventually.holds(() -> watches() == 0);
        }
    }

    private static long watches() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("ragkit-watch"))
                .peek(thread -> assertThat(thread.isDaemon()).isTrue())
                .count();
    }
}
