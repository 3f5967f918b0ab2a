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
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Many threads share few connections. */
class StarvationTest {
    private static final EmbeddingSpace SPACE =
            EmbeddingSpace.builder("test", "starvation", 256).build();
    private static final Duration TIME = Boolean.getBoolean("rag.deep") ? Duration.ofMinutes(5) : Duration.ofSeconds(2);
    private static final long SEED = Long.getLong("seed", 22);
    private static final int THREADS = 200;
    private static final int CONNECTIONS = 10;

    @Test
    void R22_twoHundredThreadsShareTenConnections() throws Exception {
        System.out.println("R-22: seed " + SEED);
        try (HikariDataSource pool = TestCollection.pool(TestPostgres.shared().freshDatabase(), CONNECTIONS)) {
            PgVectorStore slow = open(pool, "slow");
            PgVectorStore failing = open(pool, "failing");
            TestCollection.execute(pool, "ALTER TABLE failing_term RENAME TO gone");
            AtomicInteger failed = new AtomicInteger();
            AtomicInteger least = new AtomicInteger(Integer.MAX_VALUE);
            ConcurrentLinkedQueue<Long> nanos = new ConcurrentLinkedQueue<>();
            ExecutorService threads = Executors.newFixedThreadPool(THREADS);
            try {
                long end = System.nanoTime() + TIME.toNanos();
                List<Future<?>> calls = new ArrayList<>();
                for (int thread = 0; thread < THREADS; thread++) {
                    Random random = new Random(SEED + thread);
                    boolean fails = thread % 2 == 0;
                    calls.add(threads.submit(() -> {
                        int done = 0;
                        do {
                            long start = System.nanoTime();
                            if (fails) {
                                failed.addAndGet(fail(failing));
                            } else {
                                assertThat(slow.search(TestCollection.direction(random, 256), SearchOptions.ofLimit(20))
                                                .hits())
                                        .hasSize(20);
                            }
                            nanos.add(System.nanoTime() - start);
                            done++;
                        } while (System.nanoTime() - end < 0);
                        least.accumulateAndGet(done, Math::min);
                    }));
                }
                for (Future<?> call : calls) {
                    call.get();
                }
            } finally {
                threads.shutdownNow();
            }
            long p99 = nanos.stream()
                    .sorted()
                    .skip(nanos.size() * 99L / 100)
                    .findFirst()
                    .orElseThrow();
            System.out.printf(
                    "R-22: %d threads on %d connections: %d calls, %d failed as they had to, p99 %d ms, each thread at least %d calls, %d connections in use at the end%n",
                    THREADS,
                    CONNECTIONS,
                    nanos.size(),
                    failed.get(),
                    TimeUnit.NANOSECONDS.toMillis(p99),
                    least.get(),
                    pool.getHikariPoolMXBean().getActiveConnections());
            assertThat(pool.getHikariPoolMXBean().getActiveConnections()).isZero();
            assertThat(pool.getHikariPoolMXBean().getTotalConnections()).isEqualTo(CONNECTIONS);
            assertThat(least.get()).isPositive();
            assertThat(Duration.ofNanos(p99)).isLessThan(Duration.ofMillis(pool.getConnectionTimeout()));
        }
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
