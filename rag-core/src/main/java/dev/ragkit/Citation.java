package dev.ragkit;

/**
 * A place in a stored document that a part of an answer rests on. The quote is verbatim: it is the document's text from
 * {@link #start()} to {@link #end()}.
 *
 * @param marker how the answer cites it, such as {@code [1]}
 * @param hit the chunk that holds the quote
 * @param start where the quote begins in the document
 * @param quote the quoted text, not empty
 */
public record Citation(String marker, Hit hit, int start, String quote) {
    /**
     * Checks that the quote stands in the chunk.
     *
     * @param marker how the answer cites it
     * @param hit the chunk that holds the quote
     * @param start where the quote begins in the document
     * @param quote the quoted text
     * @throws IllegalArgumentException if the chunk does not hold the quote at that offset
     */
    public Citation {
        Chunk chunk = hit.chunk();
        if (quote.isEmpty() || !chunk.text().startsWith(quote, start - chunk.start())) {
            throw new IllegalArgumentException(
                    "citation " + marker + " must be a verbatim piece of " + chunk + ", was at " + start);
        }
    }

    /**
     * Where the quote ends in the document, exclusive.
     *
     * @return the offset
     */
    public int end() {
        return start + quote.length();
    }

    /**
     * The document that is cited.
     *
     * @return its id
     */
    public String documentId() {
        return hit.chunk().documentId();
    }

    /**
     * Where the document came from, for people.
     *
     * @return the source, may be empty
     */
    public String source() {
        return hit.chunk().source();
    }

    /** Shows the place, not the quote. */
    @Override
    public String toString() {
        return "Citation[" + marker + " " + documentId() + " " + start + ".." + end() + "]";
    }
}
