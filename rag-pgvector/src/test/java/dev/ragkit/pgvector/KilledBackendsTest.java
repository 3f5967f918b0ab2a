package dev.ragkit.pgvector;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.ragkit.EmbeddingSpace;
import dev.ragkit.Hit;
import dev.ragkit.SearchOptions;
import dev.ragkit.StoreException;
import dev.ragkit.VectorStore;
import dev.ragkit.intercept.Intercepted;
import dev.ragkit.intercept.Retry;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** A server that crashes again and again is noticed, and outlived. */
class KilledBackendsTest {
    private static final EmbeddingSpace SPACE =
            EmbeddingSpace.builder("test", "kills", 8).build();
    private static final boolean DEEP = Boolean.getBoolean("rag.deep");
    private static final long SEED = Long.getLong("seed", 13);
    private static final int READERS = DEEP ? 16 : 3;
    private static final int WRITERS = DEEP ? 4 : 2;
    private static final int DOCUMENTS = 50;
    private static final Duration TIME = Duration.ofSeconds(DEEP ? 60 : 3);
    private static final Duration EACH = Duration.ofMillis(DEEP ? 500 : 1_000);

    private final ConcurrentLinkedQueue<Long> readNanos = new ConcurrentLinkedQueue<>();
    private final AtomicInteger failedReads = new AtomicInteger();
    private final AtomicInteger failedWrites = new AtomicInteger();
    private final AtomicInteger writes = new AtomicInteger();
    private final AtomicLong lastSuccess = new AtomicLong();
    private volatile boolean over;

    /** What a document may hold: the last version that was acknowledged, or one that was tried after it. */
    private record Written(int acknowledged, int tried) {}

    private static HikariDataSource pool(String url) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(url);
        config.setMaximumPoolSize(READERS + WRITERS);
        config.setConnectionTimeout(1_000);
        return new HikariDataSource(config);
    }

    private static void replace(VectorStore store, int number, int version) {
        String id = "d" + number;
        store.replace(List.of(TestCollection.document(
                id, id + " version " + version, TestCollection.direction(new Random(number), 8))));
    }

    @Test
    void R13_killedBackendsCostNothingButTime() throws Exception {
        System.out.println("R-13: seed " + SEED);
        try (TestPostgres server = TestPostgres.start(Map.of());
                HikariDataSource pool = pool(server.jdbcUrl())) {
            PgVectorSchema.builder(SPACE, "docs").build().apply(pool);
            VectorStore store = Intercepted.store(
                    PgVectorStore.builder(pool, SPACE, "docs")
                            .timeout(Duration.ofSeconds(5))
                            .build(),
                    Retry.builder().maxRetries(5).build());
            for (int number = 0; number < DOCUMENTS; number++) {
                replace(store, number, 0);
            }
            List<Map<Integer, Written>> written = new ArrayList<>();
            List<Long> recoveries;
            ExecutorService threads = Executors.newFixedThreadPool(READERS + WRITERS);
            try {
                List<Future<?>> readers = new ArrayList<>();
                List<Future<Map<Integer, Written>>> writers = new ArrayList<>();
                for (int reader = 0; reader < READERS; reader++) {
                    Random random = new Random(SEED + reader);
                    readers.add(threads.submit(() -> read(store, random)));
                }
                for (int writer = 0; writer < WRITERS; writer++) {
                    int mine = writer;
                    writers.add(threads.submit(() -> write(store, mine)));
                }
                recoveries = kill(server);
                over = true;
                for (Future<?> reader : readers) {
                    reader.get();
                }
                for (Future<Map<Integer, Written>> writer : writers) {
                    written.add(writer.get());
                }
            } finally {
                threads.shutdownNow();
            }
            assertNothingLost(server, written);
            report(recoveries);
        }
    }

    private void read(VectorStore store, Random random) {
        while (!over) {
            long start = System.nanoTime();
            try {
                List<Hit> hits = store.search(TestCollection.direction(random, 8), SearchOptions.ofLimit(5))
                        .hits();
                lastSuccess.set(System.nanoTime());
                assertThat(hits).hasSize(5);
                assertThat(hits.stream().map(hit -> hit.chunk().documentId()).distinct())
                        .hasSize(5);
                assertThat(hits)
                        .allMatch(
                                hit -> hit.chunk().text().startsWith(hit.chunk().documentId() + " version "));
            } catch (StoreException failure) {
                assertThat(failure.isTransient()).as(failure.getMessage()).isTrue();
                failedReads.incrementAndGet();
            }
            readNanos.add(System.nanoTime() - start);
        }
    }

    private Map<Integer, Written> write(VectorStore store, int mine) {
        Map<Integer, Written> written = new HashMap<>();
        for (int version = 1; !over; version++) {
            int number = version % (DOCUMENTS / WRITERS) * WRITERS + mine;
            Written before = written.getOrDefault(number, new Written(0, 0));
            try {
                writes.incrementAndGet();
                replace(store, number, version);
                written.put(number, new Written(version, version));
            } catch (StoreException failure) {
                assertThat(failure.isTransient()).as(failure.getMessage()).isTrue();
                failedWrites.incrementAndGet();
                written.put(number, new Written(before.acknowledged, version));
            }
        }
        return written;
    }

    /** Kills one of the server's processes each time, and returns how long after the server's return the store was back. */
    private List<Long> kill(TestPostgres server) {
        List<Long> recoveries = new ArrayList<>();
        long end = System.nanoTime() + TIME.toNanos();
        while (System.nanoTime() - end < 0) {
            LockSupport.parkNanos(EACH.toNanos());
            try (Connection connection = DriverManager.getConnection(server.jdbcUrl());
                    Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery(
                            "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' ORDER BY random()")) {
                row.next();
                ProcessHandle.of(row.getLong(1)).ifPresent(ProcessHandle::destroyForcibly);
                Eventually.holds(() -> !isAlive(connection));
            } catch (SQLException stillStarting) {
                continue;
            }
            Eventually.holds(() -> accepts(server));
            long accepted = System.nanoTime();
            Eventually.holds(() -> lastSuccess.get() - accepted > 0);
            recoveries.add(TimeUnit.NANOSECONDS.toMillis(lastSuccess.get() - accepted));
        }
        return recoveries;
    }

    private static boolean isAlive(Connection connection) {
        try {
            return connection.isValid(1);
        } catch (SQLException e) {
            return false;
        }
    }

    private static boolean accepts(TestPostgres server) {
        try (Connection connection = DriverManager.getConnection(server.jdbcUrl())) {
            return connection.isValid(1);
        } catch (SQLException notYet) {
            return false;
        }
    }

    private static void assertNothingLost(TestPostgres server, List<Map<Integer, Written>> written) {
        Map<String, Integer> stored = new HashMap<>();
        for (String row : TestCollection.query(
                server.dataSource(),
                "SELECT d.id || ' ' || substring(c.text FROM '\\d+$') FROM docs_document d"
                        + " JOIN docs_chunk c ON c.document_id = d.id AND c.version = d.version AND c.text = d.text")) {
            String[] words = row.split(" ");
            assertThat(stored.put(words[0], Integer.parseInt(words[1]))).isNull();
        }
        assertThat(stored).hasSize(DOCUMENTS);
        assertThat(TestCollection.query(server.dataSource(), "SELECT count(*) FROM docs_chunk"))
                .containsExactly(Integer.toString(DOCUMENTS));
        written.forEach(each -> each.forEach((number, versions) -> assertThat(stored.get("d" + number))
                .as("document %d", number)
                .isBetween(versions.acknowledged, versions.tried)));
    }

    private void report(List<Long> recoveries) {
        List<Long> sorted = readNanos.stream().sorted().toList();
        long p99 = TimeUnit.NANOSECONDS.toMillis(sorted.get((int) (sorted.size() * 0.99)));
        long slowest = recoveries.stream().mapToLong(Long::longValue).max().orElseThrow();
        System.out.printf(
                "R-13: %d kills, %d reads, %d failed, p99 %d ms; %d writes, %d failed, 0 lost, 0 doubled; 0 wrong results;"
                        + " first success at most %d ms after the server was back%n",
                recoveries.size(), sorted.size(), failedReads.get(), p99, writes.get(), failedWrites.get(), slowest);
        assertThat(failedReads.get()).isLessThanOrEqualTo(Math.max(1, sorted.size() / 200));
        assertThat(p99).isLessThan(2_000);
        assertThat(slowest).isLessThan(500 + 2_000);
    }
}
