package dev.ragkit;

import java.util.List;

/**
 * A document as a store takes it: with all its chunks, embedded.
 *
 * @param document the document
 * @param fingerprint stands for everything the chunks depend on: the document, the chunker, the embedding space; see
 *     {@link DocumentVersion}
 * @param chunks the chunks in order, with the ordinals 0, 1, 2, …; empty for a document without words
 */
public record EmbeddedDocument(Document document, String fingerprint, List<EmbeddedChunk> chunks) {
    /**
     * Copies and checks the chunks.
     *
     * @param document the document
     * @param fingerprint stands for everything the chunks depend on
     * @param chunks the chunks in order
     * @throws IllegalArgumentException if a chunk is of another document, out of order, or not a verbatim piece of the text
     */
    public EmbeddedDocument {
        Require.identifier(fingerprint, "fingerprint");
        chunks = List.copyOf(chunks);
        for (int i = 0; i < chunks.size(); i++) {
            check(document, i, chunks.get(i).chunk());
        }
    }

    private static void check(Document document, int ordinal, Chunk chunk) {
        if (!chunk.documentId().equals(document.id())) {
            throw new IllegalArgumentException("document '" + document.id() + "' must not hold " + chunk);
        }
        if (chunk.ordinal() != ordinal) {
            throw new IllegalArgumentException(
                    "chunks must be numbered 0, 1, 2, …: expected ordinal " + ordinal + ", was " + chunk);
        }
        if (!document.text().startsWith(chunk.text(), chunk.start())) {
            throw new IllegalArgumentException(
                    chunk + " must be a verbatim piece of the document's text at its offsets");
        }
    }
}
