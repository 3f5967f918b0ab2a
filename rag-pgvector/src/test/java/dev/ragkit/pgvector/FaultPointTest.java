package dev.ragkit.pgvector;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.ragkit.Document;
import dev.ragkit.EmbeddedChunk;
import dev.ragkit.EmbeddedDocument;
import dev.ragkit.EmbeddingSpace;
import dev.ragkit.Filter;
import dev.ragkit.Generator;
import dev.ragkit.IngestOptions;
import dev.ragkit.IngestReport;
import dev.ragkit.Rag;
import dev.ragkit.StoreException;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

/** A write that fails at any of its calls leaves each document entirely old or entirely new, and nothing else behind. */
class FaultPointTest {
    private static final EmbeddingSpace SPACE =
            EmbeddingSpace.builder("test", "faults", 4).build();
    private static final HashEmbedder EMBEDDER = HashEmbedder.in(SPACE);
    private static final int MOST_POINTS = 500;

    private static final List<Document> OLD = List.of(
            LineChunker.document("a", 1, 5),
            LineChunker.document("b", 1, 3),
            LineChunker.document("c", 1, 2),
            LineChunker.document("d", 1, 4));

    /** Longer, emptied, and one more; the last two are gone. */
    private static final List<Document> NEW =
            List.of(LineChunker.document("a", 2, 7), LineChunker.document("b", 2, 0), LineChunker.document("e", 2, 3));

    private final String url = TestPostgres.shared().freshDatabase();
    private final HikariDataSource watching = TestCollection.pool(url, 1);
    private final Contents contents = new Contents(watching, "docs");
    private final FaultySource faults = new FaultySource(TestPostgres.dataSource(url));

    @AfterEach
    void close() {
        watching.close();
    }

    /** A way of writing. */
    private interface Operation {
        void on(PgVectorStore store);
    }

    private static final Map<String, Operation> OPERATIONS = new LinkedHashMap<>();

    static {
        OPERATIONS.put("replace one", store -> store.replace(embedded(NEW.subList(0, 1))));
        OPERATIONS.put("replace several", store -> store.replace(embedded(NEW)));
        OPERATIONS.put("delete", store -> store.delete(List.of("c", "d", "not there")));
        OPERATIONS.put("ingest", FaultPointTest::ingest);
    }

    @Test
    @Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void R02_whereverAWriteFailsEachDocumentIsEntirelyOldOrEntirelyNew() {
        PgVectorSchema.builder(SPACE, "docs").build().apply(watching);
        int points = 0;
        int repeated = 0;
        try (HikariDataSource pool = pool()) {
            PgVectorStore store = PgVectorStore.builder(pool, SPACE, "docs").build();
            for (Map.Entry<String, Operation> operation : OPERATIONS.entrySet()) {
                Outcome outcome = outcome(store, operation.getValue());
                for (FaultySource.Fault fault : FaultySource.Fault.values()) {
                    int here = run(pool, store, operation.getValue(), fault, outcome);
                    System.out.printf("R-02: %s, %s: %d fault points%n", operation.getKey(), fault, here);
                    points += here;
                }
                repeated++;
            }
        }
        System.out.printf(
                "R-02: %d operations, %d fault points: %d/%d old or new, 0 mixed, 0 connections leaked, %d/%d reruns complete%n",
                repeated, points, points, points, points, points);
        assertThat(points).isGreaterThan(100);
    }

    /** What there is before and after. */
    private record Outcome(Map<String, String> before, Map<String, String> after) {
        void assertHolds(Map<String, String> found) {
            Set<String> ids = new HashSet<>(before.keySet());
            ids.addAll(after.keySet());
            assertThat(ids).containsAll(found.keySet());
            for (String id : ids) {
                String now = found.get(id);
                assertThat(Objects.equals(now, before.get(id)) || Objects.equals(now, after.get(id)))
                        .as("document " + id + " is old or new, not: " + now)
                        .isTrue();
            }
        }
    }

    private Outcome outcome(PgVectorStore store, Operation operation) {
        reset(store);
        Map<String, String> before = contents.documents();
        operation.on(store);
        Map<String, String> after = contents.documents();
        assertThat(after).isNotEqualTo(before);
        return new Outcome(before, after);
    }

    private int run(
            HikariDataSource pool,
            PgVectorStore store,
            Operation operation,
            FaultySource.Fault fault,
            Outcome outcome) {
        for (int n = 1; n <= MOST_POINTS; n++) {
            reset(store);
            faults.arm(fault, n);
            boolean failed = fails(store, operation);
            if (!faults.disarm()) {
                assertThat(failed).isFalse();
                return n - 1;
            }
            Map<String, String> found = contents.documents();
            outcome.assertHolds(found);
            if (!failed) {
                assertThat(found).as("after a call that did not fail").isEqualTo(outcome.after);
            }
            contents.assertSound();
            assertNothingHeld(pool);
            operation.on(store);
            assertThat(contents.documents()).as("after the rerun").isEqualTo(outcome.after);
            contents.assertSound();
        }
        throw new AssertionError("more than " + MOST_POINTS + " calls in one operation");
    }

    private static boolean fails(PgVectorStore store, Operation operation) {
        try {
            operation.on(store);
            return false;
        } catch (StoreException e) {
            assertThat(e).hasMessageContaining("collection 'docs'");
            return true;
        }
    }

    /** A pool with one connection left out would do no more than half of this; the server may take a moment to see a cut. */
    private void assertNothingHeld(HikariDataSource pool) {
        assertThat(pool.getHikariPoolMXBean().getActiveConnections()).isZero();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (!openTransactions().equals("0")) {
            assertThat(System.nanoTime()).as("transactions left open").isLessThan(end);
            LockSupport.parkNanos(1_000_000);
        }
    }

    private String openTransactions() {
        return contents.query("SELECT count(*) FROM pg_stat_activity"
                        + " WHERE datname = current_database() AND xact_start IS NOT NULL AND pid <> pg_backend_pid()")
                .get(0);
    }

    private static void reset(PgVectorStore store) {
        store.replace(embedded(OLD));
        store.delete(List.of("e"));
    }

    private HikariDataSource pool() {
        ((Logger) LoggerFactory.getLogger("com.zaxxer.hikari"))
                .setLevel(Level.ERROR); // a warning for each broken connection
        HikariConfig config = new HikariConfig();
        config.setDataSource(faults.source());
        config.setMaximumPoolSize(2);
        config.setConnectionTimeout(10_000);
        return new HikariDataSource(config);
    }

    /** Ends like the other operations: with the first failure. */
    private static void ingest(PgVectorStore store) {
        Rag rag = Rag.builder(EMBEDDER, store, Generator.extractive())
                .chunker(new LineChunker())
                .build();
        IngestReport report = rag.ingest(
                NEW, IngestOptions.builder().deleteMissing(Filter.all()).build());
        if (!report.failures().isEmpty()) {
            throw (StoreException) report.failures().get(0).cause();
        }
    }

    private static List<EmbeddedDocument> embedded(List<Document> documents) {
        LineChunker chunker = new LineChunker();
        return documents.stream()
                .map(document -> new EmbeddedDocument(
                        document,
                        "v" + document.text().hashCode(),
                        chunker.chunk(document).stream()
                                .map(chunk -> new EmbeddedChunk(chunk, EMBEDDER.embedding(chunk.text())))
                                .toList()))
                .toList();
    }
}
