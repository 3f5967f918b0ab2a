package dev.ragkit.pgvector;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.ragkit.EmbeddingSpace;
import dev.ragkit.SearchOptions;
import dev.ragkit.StoreException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Many threads share few connections. */
class StarvationTest {
    private static final EmbeddingSpace SPACE =
            EmbeddingSpace.builder("test", "starvation", 256).build();
    private static final Duration TIME = Duration.ofSeconds(Boolean.getBoolean("rag.deep") ? 300 : 3);
    private static final long SEED = Long.getLong("seed", 22);
    private static final int THREADS = 200;
    private static final int CONNECTIONS = 10;

    /** How long the calls took, how many failed, and how many the thread made that made the fewest. */
    private static final class Tally {
        private final ConcurrentLinkedQueue<Long> nanos = new ConcurrentLinkedQueue<>();
        private final AtomicInteger failed = new AtomicInteger();
        private final AtomicInteger least = new AtomicInteger(Integer.MAX_VALUE);

        Duration p99() {
            return Duration.ofNanos(nanos.stream()
                    .sorted()
                    .skip(nanos.size() * 99L / 100)
                    .findFirst()
                    .orElseThrow());
        }
    }

    @Test
    void R22_twoHundredThreadsShareTenConnections() throws Exception {
        System.out.println("R-22: seed " + SEED);
        try (HikariDataSource pool = TestCollection.pool(TestPostgres.shared().freshDatabase(), CONNECTIONS)) {
            PgVectorStore slow = open(pool, "slow");
            PgVectorStore failing = open(pool, "failing");
            TestCollection.execute(pool, "ALTER TABLE failing_term RENAME TO gone");
            Tally tally = run(slow, failing);
            System.out.printf(
                    "R-22: %d threads on %d connections for %d s: %d calls, %d failed as they had to, p99 %d ms, each thread at least"
                            + " %d calls, %d connections in use at the end%n",
                    THREADS,
                    CONNECTIONS,
                    TIME.toSeconds(),
                    tally.nanos.size(),
                    tally.failed.get(),
                    tally.p99().toMillis(),
                    tally.least.get(),
                    pool.getHikariPoolMXBean().getActiveConnections());
            assertThat(pool.getHikariPoolMXBean().getActiveConnections()).isZero();
            assertThat(pool.getHikariPoolMXBean().getTotalConnections()).isEqualTo(CONNECTIONS);
            assertThat(tally.least.get()).isPositive();
            assertThat(tally.p99()).isLessThan(Duration.ofMillis(pool.getConnectionTimeout()));
        }
    }

    /** Half of the threads search slowly, half fail. */
    private static Tally run(PgVectorStore slow, PgVectorStore failing) throws Exception {
        Tally tally = new Tally();
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            long end = System.nanoTime() + TIME.toNanos();
            List<Future<?>> calls = new ArrayList<>();
            for (int thread = 0; thread < THREADS; thread++) {
                Random random = new Random(SEED + thread);
                Runnable call = thread % 2 == 0
                        ? () -> tally.failed.addAndGet(fail(failing))
                        : () -> searchSlowly(slow, random);
                calls.add(threads.submit(() -> callUntil(end, call, tally)));
            }
            for (Future<?> call : calls) {
                call.get();
            }
        } finally {
            threads.shutdownNow();
        }
        return tally;
    }

    private static void callUntil(long end, Runnable call, Tally tally) {
        int done = 0;
        do {
            long start = System.nanoTime();
            call.run();
            tally.nanos.add(System.nanoTime() - start);
            done++;
        } while (System.nanoTime() - end < 0);
        tally.least.accumulateAndGet(done, Math::min);
    }

    private static void searchSlowly(PgVectorStore store, Random random) {
        assertThat(store.search(TestCollection.direction(random, 256), SearchOptions.ofLimit(20))
                        .hits())
                .hasSize(20);
    }

    private static PgVectorStore open(HikariDataSource pool, String collection) {
        PgVectorSchema.builder(SPACE, collection)
                .index(VectorIndex.none())
                .build()
                .apply(pool);
        PgVectorStore store = PgVectorStore.builder(pool, SPACE, collection).build();
        store.replace(IntStream.range(0, 1_000)
                .mapToObj(i -> TestCollection.document("d" + i, "text", TestCollection.direction(new Random(i), 256)))
                .toList());
        return store;
    }

    private static int fail(PgVectorStore store) {
        try {
            store.search("text", SearchOptions.ofDefaults());
            return 0;
        } catch (StoreException expected) {
            assertThat(expected).hasMessageContaining("42P01");
            return 1;
        }
    }
}
