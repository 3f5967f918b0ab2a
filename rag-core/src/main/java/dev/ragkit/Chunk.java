package dev.ragkit;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A verbatim piece of one document: {@code document.text().substring(start(), end())} equals {@link #text()}. A document's id
 * and the ordinal together name the chunk.
 *
 * <p>Immutable and safe for use by several threads.
 */
public final class Chunk {
    private final Place place;
    private final String text;
    private final String source;
    private final Metadata metadata;

    private Chunk(Chunk.Place place, String text, String source, Metadata metadata) {
        this.place = place;
        this.text = text;
        this.source = source;
        this.metadata = metadata;
    }

    private record Place(String documentId, int ordinal, int start) {
        private Place {
            Require.identifier(documentId, "document id");
            Require.between(ordinal, 0, Integer.MAX_VALUE, "ordinal");
            Require.between(start, 0, Integer.MAX_VALUE, "start");
        }
    }

    /**
     * The piece of a document between two offsets, with the document's metadata and source.
     *
     * @param document the document
     * @param ordinal the chunk's number in the document, from 0
     * @param start where it begins
     * @param end where it ends, exclusive
     * @return the chunk
     * @throws IllegalArgumentException if the offsets do not lie in the text or the chunk would be empty
     */
    public static Chunk of(Document document, int ordinal, int start, int end) {
        String text = document.text();
        if (start < 0 || start >= end || end > text.length()) {
            throw new IllegalArgumentException("chunk " + ordinal + " of document '" + document.id()
                    + "' must lie in 0.." + text.length() + " and not be empty, was " + start + ".." + end);
        }
        return new Chunk(
                new Place(document.id(), ordinal, start),
                text.substring(start, end),
                document.source(),
                document.metadata());
    }

    /**
     * A chunk read back from where it was kept, without metadata and source.
     *
     * @param documentId the document's id
     * @param ordinal the chunk's number in the document, from 0
     * @param start where it begins in the document
     * @param text the verbatim text, not empty
     * @return the chunk
     * @throws IllegalArgumentException if a value is out of bounds
     */
    public static Chunk of(String documentId, int ordinal, int start, String text) {
        if (text.isEmpty()) {
            throw new IllegalArgumentException(
                    "chunk " + ordinal + " of document '" + documentId + "' must not be empty");
        }
        return new Chunk(new Place(documentId, ordinal, start), text, "", Metadata.empty());
    }

    /**
     * A copy with other metadata.
     *
     * @param metadata replaces what was there
     * @return the copy
     */
    public Chunk withMetadata(Metadata metadata) {
        return new Chunk(place, text, source, metadata);
    }

    /**
     * A copy with another source.
     *
     * @param source replaces what was there
     * @return the copy
     */
    public Chunk withSource(String source) {
        return new Chunk(place, text, source, metadata);
    }

    /**
     * A copy with another source and other metadata.
     *
     * @param source replaces what was there
     * @param metadata replaces what was there
     * @return the copy
     */
    public Chunk described(String source, Metadata metadata) {
        return new Chunk(place, text, source, metadata);
    }

    /**
     * The id of the document it is a piece of.
     *
     * @return the id
     */
    public String documentId() {
        return place.documentId;
    }

    /**
     * Its number in the document.
     *
     * @return from 0
     */
    public int ordinal() {
        return place.ordinal;
    }

    /**
     * Where it begins in the document's text.
     *
     * @return the offset
     */
    public int start() {
        return place.start;
    }

    /**
     * Where it ends in the document's text, exclusive.
     *
     * @return the offset
     */
    public int end() {
        return place.start + text.length();
    }

    /**
     * The verbatim text.
     *
     * @return not empty
     */
    public String text() {
        return text;
    }

    /**
     * Where the document came from, for people.
     *
     * @return the source, may be empty
     */
    public String source() {
        return source;
    }

    /**
     * The document's metadata, and what the chunker added.
     *
     * @return the metadata
     */
    public Metadata metadata() {
        return metadata;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Chunk that
                && place.equals(that.place)
                && text.equals(that.text)
                && source.equals(that.source)
                && metadata.equals(that.metadata);
    }

    @Override
    public int hashCode() {
        return Objects.hash(place, text, source, metadata);
    }

    /** Shows the place, not the text. */
    @Override
    public String toString() {
        return "Chunk[" + place.documentId + "#" + place.ordinal + ", " + place.start + ".." + end() + "]";
    }
}
