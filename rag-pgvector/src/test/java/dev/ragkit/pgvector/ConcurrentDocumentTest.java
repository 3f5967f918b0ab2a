package dev.ragkit.pgvector;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.ragkit.Document;
import dev.ragkit.EmbeddingSpace;
import dev.ragkit.Generator;
import dev.ragkit.IngestReport;
import dev.ragkit.Rag;
import dev.ragkit.SearchOptions;
import dev.ragkit.StoreException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

/** One document, and several who change it at the same time. */
@Timeout(value = 30, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ConcurrentDocumentTest {
    private static final long SEED = Long.getLong("seed", 367);
    private static final boolean DEEP = Boolean.getBoolean("rag.deep");
    private static final EmbeddingSpace SPACE =
            EmbeddingSpace.builder("test", "concurrent", 4).build();
    private static final HashEmbedder EMBEDDER = HashEmbedder.in(SPACE);
    private static final Pattern VERSION = Pattern.compile("version (\\d+)");

    private final String url = TestPostgres.shared().freshDatabase();
    private final FaultySource faults = new FaultySource(TestPostgres.dataSource(url));
    private final HikariDataSource pool = TestCollection.pool(url, 8);
    private final Contents contents = new Contents(pool, "docs");
    private final PgVectorStore store = store();

    private PgVectorStore store() {
        PgVectorSchema.builder(SPACE, "docs").build().apply(pool);
        return PgVectorStore.builder(pool, SPACE, "docs").build();
    }

    @AfterEach
    void close() {
        pool.close();
    }

    private static IngestReport ingest(PgVectorStore store, Document document) {
        return Rag.builder(EMBEDDER, store, Generator.extractive())
                .chunker(new LineChunker())
                .build()
                .ingest(List.of(document));
    }

    /** Runs all at the same moment, and returns what they return. */
    private static <T> List<T> together(ExecutorService threads, List<Callable<T>> calls) throws Exception {
        CyclicBarrier start = new CyclicBarrier(calls.size());
        List<Future<T>> running = new ArrayList<>();
        for (Callable<T> call : calls) {
            running.add(threads.submit(() -> {
                start.await();
                return call.call();
            }));
        }
        List<T> results = new ArrayList<>();
        for (Future<T> each : running) {
            results.add(each.get());
        }
        return results;
    }

    @Test
    void R07_aDocumentDeletedWhileItIsIngestedIsGoneOrWhole() throws Exception {
        int rounds = 1_000;
        int gone = 0;
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            for (int round = 1; round <= rounds; round++) {
                if (round % 3 != 0) {
                    ingest(store, LineChunker.document("d", -round, 4));
                }
                Document document = LineChunker.document("d", round, 6);
                together(threads, List.of(() -> (long) store.delete(List.of("d")), () -> {
                    IngestReport report = ingest(store, document);
                    assertThat(report.failures()).isEmpty();
                    return report.added() + report.updated();
                }));
                Map<String, String> chunks = contents.chunks();
                boolean absent = contents.count("document") == 0;
                assertThat(chunks)
                        .as("round " + round)
                        .isEqualTo(absent ? Map.of() : Contents.chunksOf(List.of(document), EMBEDDER));
                gone += absent ? 1 : 0;
            }
        } finally {
            threads.shutdownNow();
        }
        contents.assertSound();
        System.out.printf(
                "R-07: %d rounds of delete against ingest (%d deleted, %d ingested): 0 resurrected chunks, counters equal a recount%n",
                rounds, gone, rounds - gone);
        assertThat(gone).isBetween(1, rounds - 1);
    }

    @Test
    void R06_ofWritersOfTheSameDocumentOneWinsWhole() throws Exception {
        int rounds = DEEP ? 500 : 15;
        int writers = DEEP ? 32 : 8;
        ExecutorService threads = Executors.newFixedThreadPool(writers);
        try {
            for (int round = 0; round < rounds; round++) {
                List<Document> inputs = new ArrayList<>();
                for (int writer = 0; writer < writers; writer++) {
                    inputs.add(LineChunker.document("d", round * writers + writer, 1 + (writer * 7) % 20));
                }
                List<Callable<IngestReport>> calls = inputs.stream()
                        .<Callable<IngestReport>>map(input -> () -> ingest(store, input))
                        .toList();
                assertThat(together(threads, calls))
                        .allSatisfy(report -> assertThat(report.failures()).isEmpty());
                Map<String, String> chunks = contents.chunks();
                assertThat(inputs.stream().filter(each -> chunks.equals(Contents.chunksOf(List.of(each), EMBEDDER))))
                        .as("the one input that is stored in round " + round)
                        .hasSize(1);
                contents.assertSound();
            }
        } finally {
            threads.shutdownNow();
        }
        System.out.printf(
                "R-06: %d writers of one document: rows equal one of the inputs in %d/%d rounds, 0 deadlocks to the caller%n",
                writers, rounds, rounds);
    }

    @Test
    void R03_aReaderSeesOneVersionWhileWritesComeAndBreakOff() throws Exception {
        System.out.println("R-03: seed " + SEED);
        int reads = DEEP ? 1_000_000 : 5_000;
        ((Logger) LoggerFactory.getLogger("com.zaxxer.hikari"))
                .setLevel(Level.ERROR); // a warning for each broken connection
        HikariConfig config = new HikariConfig();
        config.setDataSource(faults.source());
        config.setMaximumPoolSize(2);
        ExecutorService threads = Executors.newFixedThreadPool(3);
        AtomicInteger left = new AtomicInteger(reads);
        try (HikariDataSource writing = new HikariDataSource(config)) {
            PgVectorStore writer = PgVectorStore.builder(writing, SPACE, "docs").build();
            ingest(store, LineChunker.document("d", 0, 400));
            List<Future<Set<String>>> readers = new ArrayList<>();
            for (int reader = 0; reader < 2; reader++) {
                Random random = new Random(SEED + reader);
                readers.add(threads.submit(() -> read(random, left)));
            }
            Future<int[]> writes = threads.submit(() -> write(writer, new Random(SEED), left));
            Set<String> seen = readers.get(0).get();
            seen.addAll(readers.get(1).get());
            int[] done = writes.get();
            System.out.printf(
                    "R-03: %d reads while a document of 400 and 370 chunks was replaced %d times and %d writes were cut: 0 mixed, %d"
                            + " versions seen%n",
                    reads, done[0], done[1], seen.size());
            assertThat(seen).hasSizeGreaterThan(1);
            assertThat(done[1]).isPositive();
        } finally {
            threads.shutdownNow();
        }
        contents.assertSound();
    }

    private Set<String> read(Random random, AtomicInteger left) {
        Set<String> seen = new HashSet<>();
        while (left.getAndDecrement() > 0) {
            Set<String> versions = store
                    .search(TestCollection.direction(random, 4), SearchOptions.ofLimit(1 + random.nextInt(60)))
                    .hits()
                    .stream()
                    .map(hit -> version(hit.chunk().text()))
                    .collect(Collectors.toSet());
            assertThat(versions).as("the versions that one search gave").hasSize(1);
            seen.addAll(versions);
        }
        return seen;
    }

    private static String version(String text) {
        Matcher matcher = VERSION.matcher(text);
        return matcher.find() ? matcher.group(1) : "none";
    }

    /** Every other write is cut at one of its calls. */
    private int[] write(PgVectorStore writer, Random random, AtomicInteger left) {
        int[] done = {0, 0};
        for (int version = 1; left.get() > 0; version++) {
            if (version % 2 == 0) {
                faults.arm(FaultySource.Fault.CUT, 1 + random.nextInt(9));
            }
            boolean ok;
            try {
                ok = ingest(writer, LineChunker.document("d", version, version % 4 < 2 ? 370 : 400))
                        .failures()
                        .isEmpty();
            } catch (StoreException e) {
                ok = false; // it was cut while it asked for versions
            }
            faults.disarm();
            done[ok ? 0 : 1]++;
        }
        return done;
    }
}
