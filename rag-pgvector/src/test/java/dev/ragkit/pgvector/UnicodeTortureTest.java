package dev.ragkit.pgvector;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ragkit.Chunker;
import dev.ragkit.Document;
import dev.ragkit.DocumentException;
import dev.ragkit.Embedder;
import dev.ragkit.Embedding;
import dev.ragkit.EmbeddingSpace;
import dev.ragkit.Embeddings;
import dev.ragkit.Generator;
import dev.ragkit.IngestReport;
import dev.ragkit.ModelException;
import dev.ragkit.Rag;
import dev.ragkit.StoreException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Whatever text a document has is stored byte for byte, or refused and reported; one bad document costs no other. */
class UnicodeTortureTest {
    private static final long SEED = Long.getLong("seed", 10_646);
    private static final int TEXTS = Boolean.getBoolean("rag.deep") ? 100_000 : 5_000;
    private static final int CALL = 1_000;
    private static final int MEBI = 1 << 20;
    private static final String NOT_EMBEDDED = "\ue000";
    private static final String NO_DIRECTION = "\ue001";
    private static final EmbeddingSpace SPACE =
            EmbeddingSpace.builder("test", "unicode", 4).build();

    private static final List<String> PIECES = List.of(
            "word",
            " ",
            "\n",
            "\r\n",
            "\t",
            ". ",
            "'",
            "\"",
            "\\",
            "\\N",
            "\\.",
            "%",
            "$1",
            "{}",
            "<b>",
            "&amp;",
            "\u0001",
            "\u007f",
            "\u0085",
            "\u00a0",
            "\u00ad",
            "\u200b",
            "\u2028",
            "\ufeff",
            "\ufffe",
            "\uffff",
            "\ufffd",
            "\ufdd0",
            "\udbff\udfff",
            "\ud83d\ude00",
            "\ud83d\ude00\ud83d\ude00\ud83d\ude00",
            "\ud83d\udc68\u200d\ud83d\udc69\u200d\ud83d\udc67",
            "\ud83c\udde9\ud83c\uddea",
            "\ud83d\udc4d\ud83c\udffd",
            "e\u0301",
            "Z\u0351\u036b\u0343",
            "\u1112\u1161\u11ab",
            "\u0645\u0631\u062d\u0628\u0627",
            "\u05e9\u05dc\u05d5\u05dd",
            "\u202eabc\u202c",
            "\u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35",
            "\u65e5\u672c\u8a9e",
            "\udb40\udc41",
            "\u0130",
            "\u00df",
            "\ud835\udd38",
            "x".repeat(60),
            "Z" + "\u0301".repeat(60));

    /** Each makes the document bad in another place. */
    private static final List<String> BAD = List.of("\u0000", "\ud83d", "\ude00", NOT_EMBEDDED, NO_DIRECTION);

    private final Random random = new Random(SEED);
    private final String collection = TestCollection.name();
    private PgVectorStore store;

    private void create() {
        PgVectorSchema.builder(SPACE, collection)
                .index(VectorIndex.none())
                .build()
                .apply(TestCollection.POOL);
        store = PgVectorStore.builder(TestCollection.POOL, SPACE, collection).build();
    }

    @Test
    void R10_whatIsStoredIsTheTextByteForByteAndTheRestIsReported() {
        System.out.println("R-10: seed " + SEED);
        create();
        int refused = ingest(
                List.of(Document.of("one line", line(MEBI))),
                Chunker.recursive().build());
        assertThat(refused).isZero();
        for (int done = 0; done < TEXTS; done += CALL) {
            List<Document> documents = new ArrayList<>();
            for (int i = 0; i < CALL; i++) {
                documents.add(Document.of("d" + i, text()));
            }
            Chunker chunker = Chunker.recursive()
                    .maxSize(32 + random.nextInt(20))
                    .overlap(random.nextInt(8))
                    .build();
            refused += ingest(documents, chunker);
        }
        System.out.printf(
                "R-10: %d texts and one of 1 MiB in a line: %d stored byte for byte, %d refused and reported by document, 0 batches"
                        + " lost%n",
                TEXTS, TEXTS - refused, refused);
        assertThat(refused).isBetween(TEXTS / 50, TEXTS / 5);
    }

    @Test
    void R10_aDocumentThatTheServerRefusesCostsNoOther() {
        create();
        StringBuilder words = new StringBuilder();
        for (int i = 0; words.length() < 1_300_000; i++) {
            words.append(Integer.toString(i * 7919, 36)).append(' ');
        }
        List<Document> documents = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            documents.add(Document.of("d" + i, i == 11 ? words.toString() : "text " + i));
        }
        IngestReport report = rag(new LineChunker()).ingest(documents);
        assertThat(report.failures()).singleElement().satisfies(failure -> {
            assertThat(failure.documentId()).isEqualTo("d11");
            assertThat(failure.cause())
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("too large for the keyword index");
        });
        assertThat(report.added()).isEqualTo(19);
        System.out.println("R-10: a batch of 20 with one that the server refuses: 19 stored, 1 reported");
    }

    /** Returns how many were refused, as they should be. */
    private int ingest(List<Document> documents, Chunker chunker) {
        int refused = assertPolicy(documents, rag(chunker).ingest(documents));
        store.delete(documents.stream().map(Document::id).toList());
        return refused;
    }

    private Rag rag(Chunker chunker) {
        return Rag.builder(new Refusing(), store, Generator.extractive())
                .chunker(chunker)
                .build();
    }

    /** An emoji at every place a chunk may end, now and then something bad. */
    private String text() {
        StringBuilder text = new StringBuilder("x".repeat(random.nextInt(5)));
        if (random.nextInt(10) == 0) {
            text.append("\ud83d\ude00".repeat(random.nextInt(60)));
        }
        for (int pieces = random.nextInt(25); pieces > 0; pieces--) {
            text.append(PIECES.get(random.nextInt(PIECES.size())));
        }
        if (random.nextInt(12) == 0) {
            String bad = BAD.get(random.nextInt(BAD.size()));
            text.insert(text.offsetByCodePoints(0, random.nextInt(text.codePointCount(0, text.length()) + 1)), bad);
        }
        return text.toString();
    }

    private String line(int length) {
        StringBuilder text = new StringBuilder();
        while (text.length() < length) {
            text.append(PIECES.get(random.nextInt(PIECES.size())).replaceAll("\\s|\u2028|\u0085", ""));
        }
        return text.toString();
    }

    /** Returns how many documents were refused, of those with short texts. */
    private int assertPolicy(List<Document> documents, IngestReport report) {
        Map<String, RuntimeException> failures = new HashMap<>();
        report.failures().forEach(failure -> failures.put(failure.documentId(), failure.cause()));
        Map<String, byte[]> stored = bytes("SELECT id, convert_to(text, 'UTF8') FROM " + collection + "_document");
        for (Document document : documents) {
            RuntimeException failure = failures.get(document.id());
            assertThat(failure != null).as("refused: " + document).isEqualTo(isBad(document.text()));
            if (failure == null) {
                assertThat(stored.get(document.id())).isEqualTo(document.text().getBytes(UTF_8));
            } else {
                assertThat(failure)
                        .isInstanceOfAny(DocumentException.class, ModelException.class, IllegalArgumentException.class);
                assertThat(stored).doesNotContainKey(document.id());
            }
        }
        assertChunksAreVerbatim(documents.stream().collect(Collectors.toMap(Document::id, document -> document)));
        return failures.size();
    }

    private void assertChunksAreVerbatim(Map<String, Document> documents) {
        Map<String, byte[]> chunks = bytes("SELECT start_offset || '@' || ordinal || '@' || document_id,"
                + " convert_to(text, 'UTF8') FROM " + collection + "_chunk");
        assertThat(chunks).isNotEmpty();
        chunks.forEach((place, bytes) -> {
            String[] parts = place.split("@");
            int start = Integer.parseInt(parts[0]);
            String text = new String(bytes, UTF_8);
            assertThat(documents.get(parts[2]).text().startsWith(text, start))
                    .as(place)
                    .isTrue();
            assertThat(text.getBytes(UTF_8)).isEqualTo(bytes);
        });
        new Contents(TestCollection.POOL, collection).assertSound();
    }

    private Map<String, byte[]> bytes(String text) {
        return new Session(TestCollection.POOL, "the test").read("reading bytes", connection -> {
            Map<String, byte[]> bytes = new HashMap<>();
            try (var statement = connection.createStatement();
                    var rows = statement.executeQuery(text)) {
                while (rows.next()) {
                    bytes.put(rows.getString(1), rows.getBytes(2));
                }
            }
            return bytes;
        });
    }

    /** What cannot be kept as it is, or is not embedded as it should be. */
    private static boolean isBad(String text) {
        return !Arrays.equals(
                        text.codePoints().toArray(),
                        new String(text.getBytes(UTF_8), UTF_8).codePoints().toArray())
                || text.indexOf(0) >= 0
                || text.contains(NOT_EMBEDDED)
                || text.contains(NO_DIRECTION);
    }

    /** Refuses one kind of text, and gives zeros for another. */
    private static final class Refusing implements Embedder {
        private final HashEmbedder embedder = HashEmbedder.in(SPACE);

        @Override
        public EmbeddingSpace space() {
            return SPACE;
        }

        @Override
        public Embeddings embedDocuments(List<String> texts) {
            if (texts.stream().anyMatch(text -> text.contains(NOT_EMBEDDED))) {
                throw new ModelException("the model refuses a text");
            }
            Embeddings all = embedder.embedDocuments(texts);
            List<Embedding> list = new ArrayList<>();
            for (int i = 0; i < texts.size(); i++) {
                list.add(
                        texts.get(i).contains(NO_DIRECTION)
                                ? Embedding.of(0, 0, 0, 0)
                                : all.list().get(i));
            }
            return new Embeddings(list, all.usage());
        }

        @Override
        public Embeddings embedQueries(List<String> texts) {
            return embedDocuments(texts);
        }
    }
}
