package dev.ragkit.pgvector;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.ragkit.Document;
import dev.ragkit.EmbeddingSpace;
import dev.ragkit.Generator;
import dev.ragkit.IngestReport;
import dev.ragkit.Rag;
import dev.ragkit.SearchOptions;
import dev.ragkit.StoreException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A server whose files cannot grow any more. The limit of a process on the size of its files ({@code RLIMIT_FSIZE}) ends in the
 * middle of a page, so the server writes less than a page, which it takes for a full disk: 53100. That needs no mount, and no
 * more rights than to run the server.
 */
class FullDiskTest {
    private static final EmbeddingSpace SPACE =
            EmbeddingSpace.builder("test", "disk", 1_500).build();
    private static final HashEmbedder EMBEDDER = HashEmbedder.in(SPACE);

    /** More than a segment of the log, which is 16 MiB, and half a page. */
    private static final long MOST_BYTES = (20L << 20) + 4096;

    private static final int DOCUMENTS = 60;
    private static final int CHUNKS = 80;

    @TempDir
    Path folder;

    @Test
    void R12_aFullDiskLeavesNoPartOfADocumentAndTheNextCallWorksOnceThereIsRoom() throws IOException {
        OrdinaryUser user = OrdinaryUser.owning(folder);
        List<Document> documents = IntStream.range(0, DOCUMENTS)
                .mapToObj(i -> LineChunker.document("d" + i, 1, CHUNKS))
                .toList();
        try (TestPostgres server = TestPostgres.start(Map.of("autovacuum", "off"));
                HikariDataSource pool = TestCollection.pool(server.freshDatabase(), 3)) {
            PgVectorSchema.builder(SPACE, "docs")
                    .index(VectorIndex.none())
                    .build()
                    .apply(pool);
            PgVectorStore store = PgVectorStore.builder(pool, SPACE, "docs").build();
            Contents contents = new Contents(pool, "docs");
            Rag rag = Rag.builder(EMBEDDER, store, Generator.extractive())
                    .chunker(new LineChunker())
                    .build();
            limit(server, user, Long.toString(MOST_BYTES));
            IngestReport full = rag.ingest(documents);
            assertRefusedWhole(full, contents);
            assertThat(store.search("version", SearchOptions.ofLimit(5)).hits()).hasSize(5);
            assertThat(pool.getHikariPoolMXBean().getActiveConnections()).isZero();

            limit(server, user, "unlimited");
            long start = System.nanoTime();
            String failed = full.failures().get(0).documentId();
            IngestReport first = rag.ingest(
                    documents.stream().filter(each -> each.id().equals(failed)).toList());
            long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
            assertThat(first.added()).isOne();
            assertThat(millis).as("milliseconds to the first success").isLessThan(5_000);
            assertThat(rag.ingest(documents).failures()).isEmpty();
            assertThat(contents.chunks()).isEqualTo(Contents.chunksOf(documents, EMBEDDER));
            contents.assertSound();
            System.out.printf(
                    "R-12: disk full after %d of %d documents: %d refused with 53100, 0 partial, 0 connections leaked, first success %d"
                            + " ms after there was room (RLIMIT_FSIZE)%n",
                    full.added(), DOCUMENTS, full.failures().size(), millis);
        }
    }

    private static void assertRefusedWhole(IngestReport report, Contents contents) {
        assertThat(report.added()).isPositive();
        assertThat(report.failures())
                .isNotEmpty()
                .allSatisfy(failure -> assertThat(failure.cause())
                        .isInstanceOf(StoreException.class)
                        .hasMessageContaining(
                                "the disk of the server is full; make room, then try again (SQLSTATE 53100)"));
        Set<String> failed = report.failures().stream()
                .map(failure -> "default/" + failure.documentId())
                .collect(Collectors.toSet());
        assertThat(contents.documents())
                .hasSize((int) report.added())
                .doesNotContainKeys(failed.toArray(new String[0]));
        contents.assertSound();
    }

    /**
     * Sets how large a file of the server may become, for those of its processes that run and those that it will start; as the user
     * of the server, for a container's root may be without that right.
     */
    private static void limit(TestPostgres server, OrdinaryUser user, String bytes) {
        ProcessHandle first = ProcessHandle.of(server.pid()).orElseThrow();
        Stream.concat(Stream.of(first), first.descendants())
                .forEach(each -> Command.output(
                        user.program("prlimit", "--pid", Long.toString(each.pid()), "--fsize=" + bytes + ":")));
    }
}
