package dev.ragkit.pgvector;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ragkit.Chunk;
import dev.ragkit.Document;
import dev.ragkit.DocumentVersion;
import dev.ragkit.EmbeddedChunk;
import dev.ragkit.EmbeddedDocument;
import dev.ragkit.EmbeddingSpace;
import dev.ragkit.SearchOptions;
import dev.ragkit.StoreException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * The primary is killed while documents come in, the standby is promoted, and the same store goes on writing there, because its
 * pool knows both hosts. A commit is acknowledged when the standby has it.
 */
class R14_FailoverTest {
    private static final boolean DEEP = Boolean.getBoolean("rag.deep");
    private static final int ROUNDS = DEEP ? 20 : 1;
    private static final int DOCUMENTS = DEEP ? 500 : 120;
    private static final int CHUNKS = 20;
    private static final int WRITERS = 2;
    private static final Duration MOST_UNTIL_WRITABLE = Duration.ofSeconds(5);
    private static final Duration MOST_FOR_A_DOCUMENT = Duration.ofSeconds(60);
    private static final EmbeddingSpace SPACE =
            EmbeddingSpace.builder("test", "surviving", 8).build();

    private final AtomicInteger failedCalls = new AtomicInteger();
    private Duration slowest = Duration.ZERO;
    private int lost;

    @Test
    void R14_aStoreGoesOnWritingWhereTheStandbyWasPromoted() throws Exception {
        TestPostgres primary = TestPostgres.start(Map.of());
        for (int round = 0; round < ROUNDS; round++) {
            try (TestPostgres dying = primary) {
                primary = dying.startStandby();
                failOver(dying, primary);
            }
        }
        primary.close();
        System.out.printf(
                "R-14: %d failovers while %d chunks came in each time: %d acknowledged chunks lost, writable at most %d ms after"
                        + " the promotion, %d calls failed and were repeated%n",
                ROUNDS, DOCUMENTS * CHUNKS, lost, slowest.toMillis(), failedCalls.get());
        assertThat(lost).isZero();
        assertThat(slowest).isLessThan(MOST_UNTIL_WRITABLE);
    }

    private void failOver(TestPostgres primary, TestPostgres standby) throws Exception {
        acknowledgeWhatTheStandbyHas(primary);
        try (PgVectorDataSource pool =
                PgVectorDataSource.builder(bothHosts(primary, standby)).build()) {
            String collection = TestCollection.name();
            PgVectorSchema.builder(SPACE, collection).build().apply(pool);
            PgVectorStore store = PgVectorStore.builder(pool, SPACE, collection).build();
            Queue<String> acknowledged = new ConcurrentLinkedQueue<>();
            List<CompletableFuture<Void>> writers = IntStream.range(0, WRITERS)
                    .mapToObj(writer -> CompletableFuture.runAsync(() -> write(store, writer, acknowledged)))
                    .toList();
            Eventually.holds(() -> acknowledged.size() > DOCUMENTS / 4);
            ProcessHandle server = ProcessHandle.of(primary.pid()).orElseThrow();
            server.destroyForcibly();
            server.onExit().get(20, SECONDS);
            standby.promote();
            long promoted = System.nanoTime();
            int before = acknowledged.size();
            Eventually.holdsWithin(MOST_FOR_A_DOCUMENT, () -> acknowledged.size() > before);
            Duration until = Duration.ofNanos(System.nanoTime() - promoted);
            slowest = until.compareTo(slowest) > 0 ? until : slowest;
            for (CompletableFuture<Void> writer : writers) {
                writer.get(MOST_FOR_A_DOCUMENT.toSeconds(), SECONDS);
            }
            countLost(store, standby, collection, List.copyOf(acknowledged));
        }
    }

    private static void acknowledgeWhatTheStandbyHas(TestPostgres primary) {
        TestCollection.execute(primary.dataSource(), "ALTER SYSTEM SET synchronous_commit = 'remote_apply'");
        TestCollection.execute(primary.dataSource(), "ALTER SYSTEM SET synchronous_standby_names = '*'");
        TestCollection.execute(primary.dataSource(), "SELECT pg_reload_conf()");
        Eventually.holds(() -> TestCollection.query(
                        primary.dataSource(), "SELECT sync_state FROM pg_stat_replication WHERE state = 'streaming'")
                .contains("sync"));
    }

    private static String bothHosts(TestPostgres primary, TestPostgres standby) {
        String second = standby.jdbcUrl().replaceFirst(".*//([^/]+)/.*", "$1");
        return primary.jdbcUrl().replaceFirst("//([^/]+)/", "//$1," + second + "/");
    }

    /** Repeats a call that failed for a while, as whoever ingests does. */
    private void write(PgVectorStore store, int writer, Queue<String> acknowledged) {
        Random random = new Random(writer);
        for (int i = writer; i < DOCUMENTS; i += WRITERS) {
            EmbeddedDocument document = document("d" + i, random);
            long start = System.nanoTime();
            while (!isWritten(store, document)) {
                assertThat(System.nanoTime() - start).isLessThan(MOST_FOR_A_DOCUMENT.toNanos());
            }
            acknowledged.add("d" + i);
        }
    }

    private boolean isWritten(PgVectorStore store, EmbeddedDocument document) {
        try {
            store.replace(List.of(document));
            return true;
        } catch (StoreException failure) {
            failedCalls.incrementAndGet();
            if (!failure.isTransient()) {
                throw failure;
            }
            return false;
        }
    }

    private static EmbeddedDocument document(String id, Random random) {
        Document document = Document.of(id, "word ".repeat(CHUNKS).strip());
        List<EmbeddedChunk> chunks = IntStream.range(0, CHUNKS)
                .mapToObj(i ->
                        new EmbeddedChunk(Chunk.of(document, i, 5 * i, 5 * i + 4), TestCollection.direction(random, 8)))
                .toList();
        return new EmbeddedDocument(document, "v1", chunks);
    }

    private void countLost(PgVectorStore store, TestPostgres standby, String collection, List<String> acknowledged) {
        assertThat(acknowledged).hasSize(DOCUMENTS).doesNotHaveDuplicates();
        Map<String, DocumentVersion> versions = store.versions(acknowledged);
        assertThat(versions.values()).allMatch(DocumentVersion::intact);
        lost += CHUNKS * (DOCUMENTS - versions.size());
        assertThat(TestCollection.query(standby.dataSource(), "SELECT count(*) FROM " + collection + "_chunk"))
                .containsExactly(Integer.toString(DOCUMENTS * CHUNKS));
        assertThat(store.search("word", SearchOptions.ofLimit(10)).hits()).hasSize(10);
    }
}
