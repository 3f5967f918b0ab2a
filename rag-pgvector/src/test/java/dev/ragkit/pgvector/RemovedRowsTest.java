package dev.ragkit.pgvector;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ragkit.Document;
import dev.ragkit.EmbeddingSpace;
import dev.ragkit.Generator;
import dev.ragkit.Hit;
import dev.ragkit.IngestReport;
import dev.ragkit.Rag;
import dev.ragkit.SearchOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Rows that somebody removes or puts in behind the store's back. */
class RemovedRowsTest {
    private static final long SEED = Long.getLong("seed", 9);
    private static final boolean DEEP = Boolean.getBoolean("rag.deep");
    private static final EmbeddingSpace SPACE =
            EmbeddingSpace.builder("test", "removed", 4).build();

    private static final String COPY_OF_A_CHUNK = """
            INSERT INTO %1$s_chunk (tenant, document_id, version, ordinal, start_offset, words, text, source, metadata, embedding)
            SELECT d.tenant, d.id, d.version, 1000 + c.ordinal, 0, c.words, c.text, c.source, c.metadata, c.embedding
            FROM %1$s_document d, %1$s_chunk c
            WHERE d.id = '%2$s' AND c.document_id = '%3$s' AND c.ordinal = 0
            ON CONFLICT DO NOTHING""";

    /** Words counted too low, as far as they are in chunks that the store wrote. */
    private static final String COUNTED_TOO_LOW = """
            SELECT c.lexeme FROM (
                SELECT c.tenant, l.lexeme, count(*) AS df
                FROM %1$s_chunk c CROSS JOIN LATERAL unnest(tsvector_to_array(c.tsv)) AS l(lexeme)
                WHERE c.ordinal < 1000 GROUP BY c.tenant, l.lexeme) c
            LEFT JOIN %1$s_term t ON t.tenant = c.tenant AND t.lexeme = c.lexeme
            WHERE t.df IS NULL OR t.df < c.df LIMIT 10""";

    private final String collection = TestCollection.name();
    private final Contents contents = new Contents(TestCollection.POOL, collection);
    private final PgVectorSchema schema =
            PgVectorSchema.builder(SPACE, collection).build();
    private PgVectorStore store;
    private Rag rag;

    @BeforeEach
    void create() {
        schema.apply(TestCollection.POOL);
        store = PgVectorStore.builder(TestCollection.POOL, SPACE, collection).build();
        rag = Rag.builder(HashEmbedder.in(SPACE), store, Generator.extractive())
                .chunker(new LineChunker())
                .build();
    }

    private void execute(String text, Object... arguments) {
        List<Object> all = new ArrayList<>(List.of(collection));
        all.addAll(List.of(arguments));
        TestCollection.execute(text.formatted(all.toArray()));
    }

    @Test
    void R09_chunksRemovedBehindOurBackAreRestoredByTheNextIngest() {
        List<Document> documents = IntStream.range(0, 60)
                .mapToObj(i -> LineChunker.document("d" + i, 1, 8))
                .toList();
        rag.ingest(documents);
        Map<String, String> before = contents.documents();
        execute("DELETE FROM %1$s_chunk WHERE document_id IN ('d0', 'd1', 'd2', 'd3', 'd4')");
        execute(
                "DELETE FROM %1$s_chunk WHERE document_id LIKE 'd1_' AND ordinal > 6 - substr(document_id, 3)::int %% 7");
        execute("DELETE FROM %1$s_chunk WHERE document_id LIKE 'd2_' AND ordinal = substr(document_id, 3)::int %% 8");
        execute("DELETE FROM %1$s_document WHERE id LIKE 'd3_'");
        long left = contents.count("chunk");

        IngestReport report = rag.ingest(documents);
        System.out.printf(
                "R-09: %d of %d chunks removed by hand from 35 documents: %d/%d there again, report: %s%n",
                480 - left, 480, contents.count("chunk"), 480, report);
        assertThat(contents.documents()).isEqualTo(before);
        assertThat(report.restored()).isEqualTo(25);
        assertThat(report.added()).isEqualTo(10);
        assertThat(report.unchanged()).isEqualTo(25);
        assertThat(rag.ingest(documents).unchanged()).isEqualTo(60);
        schema.recount(TestCollection.POOL);
        contents.assertSound();
    }

    @Test
    void R09_aChunkPutInByHandTakesNoWordFromOthersWhenItsDocumentGoes() {
        rag.ingest(List.of(Document.of("x", "quagga"), Document.of("y", "zebra"), Document.of("z", "okapi")));
        execute(COPY_OF_A_CHUNK, "y", "x");
        execute(COPY_OF_A_CHUNK, "z", "x");
        store.delete(List.of("y"));
        assertThat(found("quagga")).containsExactly("x", "z");
        rag.ingest(List.of(Document.of("z", "okapi and zebra")));
        assertThat(found("quagga")).containsExactly("x");
        assertThat(found("okapi")).containsExactly("z");
        assertThat(found("zebra")).containsExactly("z");
    }

    private List<String> found(String word) {
        return store.search(word, SearchOptions.ofDefaults()).hits().stream()
                .map(Hit::chunk)
                .map(chunk -> chunk.documentId())
                .sorted()
                .toList();
    }

    @Test
    void R09_noWordIsCountedTooLowWhateverIsRemovedOrPutInAndARecountPutsAllRight() {
        System.out.println("R-09: seed " + SEED);
        Random random = new Random(SEED);
        int rounds = DEEP ? 1_000 : 60;
        for (int round = 0; round < rounds; round++) {
            changeByHand(random);
            int version = round;
            rag.ingest(IntStream.range(0, 5)
                    .mapToObj(i -> LineChunker.document("d" + random.nextInt(15), version, random.nextInt(4)))
                    .toList());
            store.delete(List.of("d" + random.nextInt(15)));
            assertThat(contents.query(COUNTED_TOO_LOW)).as("round " + round).isEmpty();
        }
        long wrong = schema.recount(TestCollection.POOL);
        System.out.printf(
                "R-09: %d rounds of rows removed and put in by hand: 0 words counted too low, %d counts mended by a recount%n",
                rounds, wrong);
        assertThat(wrong).isPositive();
        contents.assertCounted();
        assertThat(schema.recount(TestCollection.POOL)).isZero();
    }

    /** A document either loses chunks or is given some; both at once would hide each other. */
    private void changeByHand(Random random) {
        int loser = 2 * random.nextInt(7);
        int winner = 2 * random.nextInt(7) + 1;
        execute("DELETE FROM %1$s_chunk WHERE document_id = 'd%2$s' AND ordinal = %3$s", loser, random.nextInt(4));
        execute(COPY_OF_A_CHUNK, "d" + winner, "d" + random.nextInt(15));
    }

    @Test
    void aRecountAmongWritersLosesNothing() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(3);
        try {
            List<Future<?>> writers = new ArrayList<>();
            for (int thread = 0; thread < 3; thread++) {
                Random random = new Random(SEED + thread);
                writers.add(threads.submit(() -> {
                    for (int i = 0; i < 30; i++) {
                        rag.ingest(List.of(LineChunker.document("d" + random.nextInt(9), i, random.nextInt(5))));
                        store.delete(List.of("d" + random.nextInt(9)));
                    }
                }));
            }
            for (int i = 0; i < 10; i++) {
                assertThat(schema.recount(TestCollection.POOL)).isZero();
            }
            for (Future<?> writer : writers) {
                writer.get();
            }
        } finally {
            threads.shutdownNow();
        }
        contents.assertSound();
    }
}
