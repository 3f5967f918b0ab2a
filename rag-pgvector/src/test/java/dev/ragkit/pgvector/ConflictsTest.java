package dev.ragkit.pgvector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.ragkit.Document;
import dev.ragkit.EmbeddedDocument;
import dev.ragkit.EmbeddingSpace;
import dev.ragkit.StoreException;
import dev.ragkit.VectorStore;
import dev.ragkit.intercept.Intercepted;
import dev.ragkit.intercept.Interceptor;
import dev.ragkit.intercept.Invocation;
import dev.ragkit.intercept.Retry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Transactions that get in each other's way: mostly they wait, and else they are repeated as a whole. */
class ConflictsTest {
    private static final EmbeddingSpace SPACE =
            EmbeddingSpace.builder("test", "conflicts", 4).build();
    private static final int TRANSACTIONS = 10_000;
    private static final long SEED = Long.getLong("seed", 8);
    private static final int THREADS = 4;

    /** Two tries of three fail, each thread's on its own; a sequence is not rolled back. */
    private static final String CONFLICTS = """
            CREATE FUNCTION conflict() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                CASE nextval(NEW.source) % 3
                    WHEN 1 THEN RAISE 'conflict' USING ERRCODE = '40001';
                    WHEN 2 THEN RAISE 'conflict' USING ERRCODE = '40P01';
                    ELSE RETURN NEW;
                END CASE;
            END$$;
            CREATE TRIGGER conflict BEFORE INSERT ON docs_document FOR EACH ROW WHEN (NEW.source LIKE 'tries%')
                EXECUTE FUNCTION conflict();
            CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                RAISE 'refused' USING ERRCODE = NEW.source;
            END$$;
            CREATE TRIGGER refuse BEFORE INSERT ON docs_document FOR EACH ROW WHEN (NEW.source ~ '^[0-9A-Z]{5}$')
                EXECUTE FUNCTION refuse()""";

    private final Tries tries = new Tries();
    private HikariDataSource pool;
    private VectorStore store;

    /** Counts the tries of the call that its thread is in. */
    private static final class Tries implements Interceptor {
        private final ThreadLocal<AtomicInteger> ofThread = ThreadLocal.withInitial(AtomicInteger::new);

        @Override
        public <T> T intercept(Invocation<T> invocation) {
            ofThread.get().incrementAndGet();
            return invocation.proceed();
        }

        int take() {
            return ofThread.get().getAndSet(0);
        }
    }

    @BeforeEach
    void open() {
        String isolation = "&options=-c%20default_transaction_isolation=serializable";
        pool = TestCollection.pool(TestPostgres.shared().freshDatabase() + isolation, THREADS);
        PgVectorSchema.builder(SPACE, "docs").index(VectorIndex.none()).build().apply(pool);
        for (int thread = 0; thread < THREADS; thread++) {
            TestCollection.execute(pool, "CREATE SEQUENCE tries" + thread);
        }
        TestCollection.execute(pool, CONFLICTS);
        store = Intercepted.store(PgVectorStore.builder(pool, SPACE, "docs").build(), Retry.ofDefaults(), tries);
    }

    @AfterEach
    void close() {
        pool.close();
    }

    private static List<EmbeddedDocument> batch(Random random, String source) {
        List<EmbeddedDocument> documents = new ArrayList<>(IntStream.range(0, 2)
                .mapToObj(i -> TestCollection.document(
                        Document.of("d" + i, "text " + random.nextInt(9)).withSource(i == 0 ? source : ""),
                        TestCollection.direction(random, 4)))
                .toList());
        Collections.shuffle(documents, random);
        return documents;
    }

    /** How many tries calls took. */
    private static final class Tally {
        private final AtomicInteger most = new AtomicInteger();
        private final AtomicInteger all = new AtomicInteger();
    }

    @Test
    void R08_conflictsNeverReachTheCaller() throws Exception {
        System.out.println("R-08: seed " + SEED);
        Tally tally = write();
        int conflicts = tally.all.get() - TRANSACTIONS;
        String deadlocks = TestCollection.query(
                        pool, "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
                .get(0);
        System.out.printf(
                "R-08: %d transactions on the same rows, %d conflicts, 0 reached the caller, at most %d tries, %s deadlocks of their own%n",
                TRANSACTIONS, conflicts, tally.most.get(), deadlocks);
        assertThat(conflicts).isGreaterThanOrEqualTo(2 * (TRANSACTIONS / 10));
        assertThat(tally.most.get()).isEqualTo(3);
        assertThat(deadlocks).isEqualTo("0");
        assertThat(TestCollection.query(pool, "SELECT DISTINCT version FROM docs_document"))
                .containsExactly(Integer.toString(TRANSACTIONS));
    }

    /** All threads want the same rows, in any order, and each tenth meets a conflict that the server reports, twice. */
    private Tally write() throws Exception {
        Tally tally = new Tally();
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            List<Future<?>> writers = new ArrayList<>();
            for (int thread = 0; thread < THREADS; thread++) {
                Random random = new Random(SEED + thread);
                String source = "tries" + thread;
                writers.add(threads.submit(() -> {
                    for (int i = 0; i < TRANSACTIONS / THREADS; i++) {
                        store.replace(batch(random, i % 10 == 0 ? source : ""));
                        int taken = tries.take();
                        tally.most.accumulateAndGet(taken, Math::max);
                        tally.all.addAndGet(taken);
                    }
                }));
            }
            for (Future<?> writer : writers) {
                writer.get();
            }
        } finally {
            threads.shutdownNow();
        }
        return tally;
    }

    @Test
    void R08_whatStaysWrongIsTriedOnce() {
        for (String state : List.of("23505", "23514", "42501", "42P01", "22021", "22P02", "53100", "XX000")) {
            assertThatThrownBy(() -> store.replace(batch(new Random(1), state)))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("(SQLSTATE " + state + ")");
            assertThat(tries.take()).as(state).isEqualTo(1);
        }
        assertThatThrownBy(() -> store.replace(batch(new Random(1), "40001")))
                .isInstanceOf(StoreException.class)
                .satisfies(e -> assertThat(((StoreException) e).retryAfter()).contains(Duration.ofMillis(10)));
        assertThat(tries.take()).isEqualTo(3);
    }
}
