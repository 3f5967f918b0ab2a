package dev.ragkit.benchmarks;

import dev.ragkit.Chunk;
import dev.ragkit.Document;
import dev.ragkit.EmbeddedChunk;
import dev.ragkit.EmbeddedDocument;
import dev.ragkit.Embedding;
import dev.ragkit.EmbeddingSpace;
import dev.ragkit.Metadata;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The rows of a corpus as documents, with text and with metadata to filter by. */
final class Passages {
    private static final int BUCKETS = 10_000;
    private static final String BREAK = "\n\n";

    private final Corpus corpus;

    Passages(Corpus corpus) {
        this.corpus = corpus;
    }

    /** The space of a corpus: its vectors have length 1. */
    static EmbeddingSpace space(Corpus corpus) {
        return EmbeddingSpace.builder("benchmark", corpus.name(), corpus.dimensions())
                .normalized()
                .build();
    }

    /** A number below 10,000 that has nothing to do with where the vector lies. */
    static int bucket(int row) {
        return (int) ((row * 7_919L + 13) % BUCKETS);
    }

    static String id(int row) {
        return String.format(Locale.ROOT, "d%07d", row);
    }

    /** The row of a chunk. */
    static int row(String documentId, int ordinal) {
        return Integer.parseInt(documentId.substring(1)) + ordinal;
    }

    Metadata metadata(int row) {
        int bucket = bucket(row);
        return Metadata.of(Map.of(
                "bucket", bucket,
                "tenth", "t" + bucket % 10,
                "hundredth", "h" + bucket % 100,
                "thousandth", "k" + bucket % 1_000,
                "label", "l" + corpus.label(row)));
    }

    /** A document of one chunk. */
    EmbeddedDocument document(int row) {
        return document(row, 1);
    }

    /** A document of the chunks of these rows, named by the first. */
    EmbeddedDocument document(int first, int chunks) {
        StringBuilder text = new StringBuilder();
        List<String> pieces = new ArrayList<>();
        for (int i = 0; i < chunks; i++) {
            pieces.add(Texts.of(first + i));
            text.append(i == 0 ? "" : BREAK).append(pieces.get(i));
        }
        Document document = new Document(id(first), text.toString(), metadata(first), "passages/" + first + ".md");
        List<EmbeddedChunk> embedded = new ArrayList<>();
        int start = 0;
        for (int i = 0; i < chunks; i++) {
            int end = start + pieces.get(i).length();
            embedded.add(new EmbeddedChunk(Chunk.of(document, i, start, end), Embedding.of(corpus.row(first + i))));
            start = end + BREAK.length();
        }
        return new EmbeddedDocument(document, "v1", embedded);
    }

    /** Documents of so many chunks each for the rows from {@code first} on, up to {@code end}. */
    List<EmbeddedDocument> documents(int first, int end, int chunks) {
        List<EmbeddedDocument> documents = new ArrayList<>();
        for (int row = first; row < end; row += chunks) {
            documents.add(document(row, Math.min(chunks, end - row)));
        }
        return documents;
    }
}
