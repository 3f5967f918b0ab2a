package dev.ragkit.pgvector;

import static java.util.concurrent.TimeUnit.NANOSECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.ragkit.Document;
import dev.ragkit.IngestReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A JVM that is killed while it ingests: the same call again completes the work. */
class KilledIngestTest {
    private static final long SEED = Long.getLong("seed", 20_261_122);
    private static final boolean DEEP = Boolean.getBoolean("rag.deep");
    private static final int KILLS = DEEP ? 200 : 20;
    private static final int DOCUMENTS = DEEP ? 500 : 60;

    /** What is embedded together and written in one transaction: 256 chunks, the last document whole. */
    private static final int IN_FLIGHT = 256 + IngestingChild.CHUNKS;

    @TempDir
    Path folder;

    private final String url = TestPostgres.shared().freshDatabase();
    private final Random random = new Random(SEED);
    private long fullRunNanos;
    private int cutShort;
    private int mostEmbeddedAgain;

    @Test
    void R01_afterAKillTheSameCallCompletesTheWork() throws Exception {
        System.out.println("R-01: seed " + SEED);
        try (HikariDataSource pool = TestCollection.pool(url, 2)) {
            PgVectorSchema.builder(IngestingChild.SPACE, "docs").build().apply(pool);
            measureAFullRun();
            TestCollection.execute(pool, "TRUNCATE docs_document, docs_chunk, docs_term, docs_stats");
            rounds(pool);
        }
        System.out.printf(
                "R-01: %d kills while ingesting %d chunks (%d documents), %d of them in the middle: %d/%d rows equal, 0 lost,"
                        + " 0 duplicate, 0 stale; at most %d texts embedded again a kill, one window in flight is %d%n",
                KILLS,
                DOCUMENTS * IngestingChild.CHUNKS,
                DOCUMENTS,
                cutShort,
                KILLS,
                KILLS,
                mostEmbeddedAgain,
                IN_FLIGHT);
        assertThat(cutShort).as("kills that hit the child at work").isGreaterThanOrEqualTo(KILLS / 4);
    }

    private void measureAFullRun() throws IOException, InterruptedException {
        try (IngestingChild child = child(0, "full")) {
            Process process = child.begin();
            long start = System.nanoTime();
            assertThat(process.waitFor(120, SECONDS)).isTrue();
            fullRunNanos = System.nanoTime() - start;
            assertThat(process.exitValue()).isZero();
        }
    }

    private void rounds(HikariDataSource pool) throws IOException, InterruptedException {
        PgVectorStore store =
                PgVectorStore.builder(pool, IngestingChild.SPACE, "docs").build();
        IngestingChild child = child(0, "0");
        for (int round = 0; round < KILLS; round++) {
            Map<String, String> before = new Contents(pool, "docs").chunks();
            kill(child.begin());
            child = child(round + 1, Integer.toString(round + 1)); // which takes its time to start meanwhile
            check(round, before, pool, store);
            if (round % 2 == 1) {
                TestCollection.execute(pool, "TRUNCATE docs_document, docs_chunk, docs_term, docs_stats");
            }
        }
        child.close();
    }

    private IngestingChild child(int round, String counts) throws IOException {
        Path file = Files.createFile(counts(counts));
        return IngestingChild.start(url, "docs", file, DOCUMENTS, round);
    }

    private Path counts(String name) {
        return folder.resolve("counts-" + name);
    }

    private void kill(Process child) throws InterruptedException {
        long nanos = (long) (random.nextDouble() * fullRunNanos);
        boolean ended = child.waitFor(nanos, NANOSECONDS);
        cutShort += ended ? 0 : 1;
        child.destroyForcibly();
        assertThat(child.waitFor(10, SECONDS)).isTrue();
    }

    private void check(int round, Map<String, String> before, HikariDataSource pool, PgVectorStore store)
            throws IOException {
        List<Document> documents = IngestingChild.documents(DOCUMENTS, round);
        AtomicInteger again = new AtomicInteger();
        HashEmbedder embedder = new HashEmbedder(IngestingChild.SPACE, again::addAndGet);
        IngestReport report = IngestingChild.ingest(store, embedder, documents);
        assertThat(report.failures()).isEmpty();

        Map<String, String> expected = Contents.chunksOf(documents, embedder);
        Contents contents = new Contents(pool, "docs");
        assertThat(contents.chunks()).as("round " + round).isEqualTo(expected);
        assertThat(contents.count("document")).isEqualTo(documents.size());
        contents.assertSound();

        long needed = expected.entrySet().stream()
                .filter(chunk -> !chunk.getValue().equals(before.get(chunk.getKey())))
                .count();
        int embedded = IngestingChild.texts(counts(Integer.toString(round))) + again.get();
        mostEmbeddedAgain = Math.max(mostEmbeddedAgain, (int) (embedded - needed));
        assertThat(embedded - needed)
                .as("texts embedded again in round " + round)
                .isBetween(0L, (long) IN_FLIGHT);
    }
}
