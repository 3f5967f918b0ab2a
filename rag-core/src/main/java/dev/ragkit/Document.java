package dev.ragkit;

/**
 * What the host gives us to answer from. The same id replaces the old version.
 *
 * <p>The text may be anything; {@link Rag#ingest} refuses and reports a document whose text no store could keep as it is.
 *
 * @param id names the document inside its collection and tenant: 1 to 512 characters, not blank
 * @param text the whole text
 * @param metadata values that every chunk of the document carries, to filter by
 * @param source where it came from, for people: a file or URL; may be empty
 */
public record Document(String id, String text, Metadata metadata, String source) {
    /**
     * Checks the id and the source.
     *
     * @param id names the document inside its collection and tenant
     * @param text the whole text
     * @param metadata values that every chunk of the document carries
     * @param source where it came from
     * @throws IllegalArgumentException if the id is blank or too long, or either contains NUL or an unpaired surrogate
     */
    public Document {
        Require.identifier(id, "document id");
        Require.storable(source, "document source");
    }

    /**
     * A document without metadata whose source is its id.
     *
     * @param id the id
     * @param text the whole text
     * @return the document
     */
    public static Document of(String id, String text) {
        return new Document(id, text, Metadata.empty(), id);
    }

    /**
     * A copy with other metadata.
     *
     * @param metadata replaces what was there
     * @return the copy
     */
    public Document withMetadata(Metadata metadata) {
        return new Document(id, text, metadata, source);
    }

    /**
     * A copy with another source.
     *
     * @param source replaces what was there
     * @return the copy
     */
    public Document withSource(String source) {
        return new Document(id, text, metadata, source);
    }

    /** Shows the id, the source and the length, not the text. */
    @Override
    public String toString() {
        return "Document[id=" + id + ", source=" + source + ", characters=" + text.length() + "]";
    }
}
