package dev.ragkit.pgvector;

import dev.ragkit.Chunk;
import dev.ragkit.Document;
import dev.ragkit.DocumentException;
import dev.ragkit.EmbeddedChunk;
import dev.ragkit.EmbeddedDocument;
import dev.ragkit.Embedding;
import dev.ragkit.Metric;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Documents to be replaced together: checked before anything is sent, and in the order in which their rows get locked. */
final class Batch {
    /** Beyond these the sum of squares leaves the range of a float, which is what pgvector adds up in. */
    static final double MAX_NORM = 1e18;

    static final double MIN_NORM = 1e-18;

    private final List<EmbeddedDocument> documents;

    private Batch(List<EmbeddedDocument> documents) {
        this.documents = documents;
    }

    static Batch of(List<EmbeddedDocument> documents, Definition definition) {
        Set<String> ids = new HashSet<>();
        for (EmbeddedDocument embedded : documents) {
            String id = embedded.document().id();
            if (!ids.add(id)) {
                throw new IllegalArgumentException("document '" + id + "' must not be there twice in one call");
            }
            checkText(embedded.document());
            embedded.chunks().forEach(chunk -> check(chunk, definition));
        }
        List<EmbeddedDocument> ordered = new ArrayList<>(documents);
        ordered.sort(Comparator.comparing(embedded -> embedded.document().id(), Utf8.ORDER));
        return new Batch(ordered);
    }

    private static void checkText(Document document) {
        int at = Utf8.unstorableAt(document.text());
        if (at >= 0) {
            throw new DocumentException(
                    "document '" + document.id() + "' cannot be stored: its text has NUL or an unpaired"
                            + " surrogate at character " + at + "; remove or replace it");
        }
    }

    private static void check(EmbeddedChunk embedded, Definition definition) {
        Chunk chunk = embedded.chunk();
        if (!Utf8.isStorable(chunk.text()) || !Utf8.isStorable(chunk.source())) {
            throw new DocumentException(
                    chunk
                            + " cannot be stored: its text or source has NUL or an unpaired surrogate; cut elsewhere, or replace it");
        }
        check(embedded.embedding(), chunk.toString(), definition);
    }

    /** Refuses an embedding that the database would refuse, or could not compare. */
    static void check(Embedding embedding, String name, Definition definition) {
        if (embedding.dimensions() != definition.space().dimensions()) {
            throw new IllegalArgumentException("the embedding of " + name + " must have "
                    + definition.space().dimensions() + " dimensions, had " + embedding.dimensions()
                    + ": use the embedder of the collection, " + definition.space());
        }
        if (definition.type() == VectorType.HALFVEC) {
            checkHalf(embedding, name, definition.metric());
        }
        double norm = embedding.norm();
        if (norm > MAX_NORM) {
            throw new IllegalArgumentException(
                    "the embedding of " + name + " must have a length of at most " + MAX_NORM + ", had " + norm);
        }
        if (norm < MIN_NORM && definition.metric() == Metric.COSINE) {
            throw new IllegalArgumentException("the embedding of " + name
                    + " must not be zeros only: it has no direction, and" + " no search by cosine could find it");
        }
    }

    private static void checkHalf(Embedding embedding, String name, Metric metric) {
        boolean zeros = true;
        for (int i = 0; i < embedding.dimensions(); i++) {
            float value = embedding.value(i);
            if (Math.abs(value) > HalfFloat.MAX) {
                throw new IllegalArgumentException("the embedding of " + name + " does not fit halfvec: component " + i
                        + " must lie between -65,504 and 65,504; use VectorType.VECTOR");
            }
            zeros &= (HalfFloat.of(value) & 0x7fff) == 0;
        }
        if (zeros && metric == Metric.COSINE) {
            throw new IllegalArgumentException(
                    "the embedding of " + name + " must not be zeros only once rounded to halfvec:"
                            + " use VectorType.VECTOR, or larger components");
        }
    }

    boolean isEmpty() {
        return documents.isEmpty();
    }

    /** Ordered by id. */
    List<EmbeddedDocument> documents() {
        return documents;
    }

    /** Names the document, or the first of several. */
    @Override
    public String toString() {
        String first = documents.isEmpty() ? "" : documents.get(0).document().id();
        return documents.size() == 1
                ? "document '" + first + "'"
                : documents.size() + " documents from '" + first + "' on";
    }
}
