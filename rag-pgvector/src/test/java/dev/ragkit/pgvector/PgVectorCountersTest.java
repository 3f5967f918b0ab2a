package dev.ragkit.pgvector;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ragkit.Chunk;
import dev.ragkit.Document;
import dev.ragkit.DocumentVersion;
import dev.ragkit.EmbeddedChunk;
import dev.ragkit.EmbeddedDocument;
import dev.ragkit.Embedding;
import dev.ragkit.EmbeddingSpace;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is kept beside the chunks for keyword search always equals a recount of the chunks. */
class PgVectorCountersTest {
    private static final long SEED = Long.getLong("seed", 99);
    private static final EmbeddingSpace SPACE =
            EmbeddingSpace.builder("test", "counters", 2).build();
    private static final Embedding EMBEDDING = Embedding.of(1, 2);

    private String collection;
    private PgVectorStore store;

    @BeforeEach
    void create() {
        collection = TestCollection.name();
        PgVectorSchema.builder(SPACE, collection)
                .index(VectorIndex.none())
                .build()
                .apply(TestCollection.POOL);
        store = PgVectorStore.builder(TestCollection.POOL, SPACE, collection).build();
    }

    @Test
    void afterRandomReplacementsAndDeletesTheCountersAreExact() {
        System.out.println("afterRandomReplacementsAndDeletesTheCountersAreExact: seed " + SEED);
        Random random = new Random(SEED);
        for (int i = 0; i < 150; i++) {
            change(random, store.tenant("t" + random.nextInt(2)));
            if (i % 10 == 0) {
                assertExact();
            }
        }
        assertExact();
    }

    @Test
    void writersAtTheSameTimeLeaveExactCountersAndNoDeadlock() throws Exception {
        System.out.println("writersAtTheSameTimeLeaveExactCountersAndNoDeadlock: seed " + SEED);
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<?>> writers = new ArrayList<>();
            for (int thread = 0; thread < 4; thread++) {
                Random random = new Random(SEED + thread);
                writers.add(threads.submit(() -> {
                    for (int i = 0; i < 60; i++) {
                        change(random, store);
                    }
                }));
            }
            for (Future<?> writer : writers) {
                writer.get();
            }
        } finally {
            threads.shutdownNow();
        }
        assertExact();
    }

    private static void change(Random random, PgVectorStore store) {
        if (random.nextInt(4) == 0) {
            store.delete(List.of(id(random), id(random), id(random)));
            return;
        }
        List<EmbeddedDocument> batch = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            String id = "d" + i;
            if (random.nextInt(4) == 0) {
                batch.add(document(id, random));
            }
        }
        Collections.shuffle(batch, random);
        store.replace(batch);
    }

    private static String id(Random random) {
        return "d" + random.nextInt(20);
    }

    /** Chunks of common, rare and overlong words, some without any. */
    private static EmbeddedDocument document(String id, Random random) {
        StringBuilder text = new StringBuilder();
        List<int[]> places = new ArrayList<>();
        for (int chunk = random.nextInt(4); chunk > 0; chunk--) {
            int start = text.length();
            for (int word = random.nextInt(6); word > 0; word--) {
                text.append("word")
                        .append(random.nextInt(random.nextBoolean() ? 5 : 500))
                        .append(' ');
            }
            text.append(random.nextInt(9) == 0 ? "x".repeat(600 + random.nextInt(3)) : "...");
            places.add(new int[] {start, text.length()});
        }
        Document document = Document.of(id, text.toString());
        List<EmbeddedChunk> chunks = new ArrayList<>();
        for (int[] place : places) {
            chunks.add(new EmbeddedChunk(Chunk.of(document, chunks.size(), place[0], place[1]), EMBEDDING));
        }
        return new EmbeddedDocument(document, "f" + random.nextInt(), chunks);
    }

    private void assertExact() {
        assertThat(rows("SELECT tenant || ' ' || lexeme || ' ' || df FROM " + collection + "_term ORDER BY 1"))
                .isEqualTo(rows("SELECT tenant || ' ' || lexeme || ' ' || count(*) FROM " + collection
                        + "_chunk, unnest(tsvector_to_array(tsv)) AS l(lexeme) WHERE octet_length(lexeme) <= 512"
                        + " GROUP BY tenant, lexeme ORDER BY 1"));
        assertThat(rows("SELECT tenant || ' ' || chunks || ' ' || words FROM " + collection
                        + "_stats WHERE chunks > 0 ORDER BY 1"))
                .isEqualTo(rows("SELECT tenant || ' ' || count(*) || ' ' || sum(words) FROM " + collection
                        + "_chunk GROUP BY tenant ORDER BY 1"));
        assertThat(rows("SELECT tenant || id FROM " + collection
                        + "_document d WHERE chunk_count <> (SELECT count(*) FROM " + collection
                        + "_chunk c WHERE c.tenant = d.tenant AND document_id = id AND c.version = d.version)"))
                .isEmpty();
    }

    private static List<String> rows(String text) {
        return TestCollection.query(TestCollection.POOL, text);
    }

    @Test
    void nothingIsLeftWhenAllIsDeleted() {
        Random random = new Random(SEED);
        List<EmbeddedDocument> documents = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            documents.add(document("d" + i, random));
        }
        store.replace(documents);
        store.delete(documents.stream().map(each -> each.document().id()).toList());
        for (String table : List.of("document", "chunk", "term")) {
            assertThat(rows("SELECT count(*) FROM " + collection + "_" + table))
                    .as(table)
                    .containsExactly("0");
        }
        assertThat(rows("SELECT chunks + words FROM " + collection + "_stats")).containsExactly("0");
    }

    @Test
    void doingTheSameAgainChangesNothing() {
        Random random = new Random(SEED);
        List<EmbeddedDocument> documents = List.of(document("d1", random), document("d2", random));
        store.replace(documents);
        String content = "SELECT document_id || ordinal || text || embedding || metadata FROM " + collection
                + "_chunk ORDER BY 1";
        List<String> before = rows(content);
        store.replace(documents);
        assertThat(rows(content)).isEqualTo(before);
        assertExact();
    }

    @Test
    void chunksRemovedByOthersAreNoticedAndRestored() {
        EmbeddedDocument document = document("d1", new Random(4));
        assertThat(document.chunks()).hasSizeGreaterThan(1);
        store.replace(List.of(document));
        TestCollection.execute("DELETE FROM " + collection + "_chunk WHERE ordinal = 1");
        assertThat(store.versions(List.of("d1")))
                .containsEntry("d1", new DocumentVersion(document.fingerprint(), false));
        store.replace(List.of(document));
        assertThat(store.versions(List.of("d1")))
                .containsEntry("d1", new DocumentVersion(document.fingerprint(), true));
    }

    @Test
    void aDocumentRemovedByOthersTakesItsChunksWithIt() {
        store.replace(List.of(document("d1", new Random(4))));
        TestCollection.execute("DELETE FROM " + collection + "_document");
        assertThat(rows("SELECT count(*) FROM " + collection + "_chunk")).containsExactly("0");
        assertThat(store.versions(List.of("d1"))).isEmpty();
    }
}
