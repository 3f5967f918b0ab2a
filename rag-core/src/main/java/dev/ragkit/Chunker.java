package dev.ragkit;

import java.util.List;

/**
 * Cuts a document into chunks: verbatim pieces with exact offsets, in order. Every character that is not white space ({@link
 * Character#isWhitespace(char)}) is in at least one chunk, no chunk is blank, and each begins and ends after the one before.
 *
 * <p>A surrogate pair is never split. The chunkers made here neither split an extended grapheme cluster (UAX #29, what readers
 * take for one character), unless it alone is larger than a chunk may be: then it is cut between code points, so that no chunk
 * ever measures more than the limit. Chunks have no white space at their edges, but where a combining mark stands on it.
 *
 * <p>The same document always gives the same chunks. Implementations are safe for use by several threads and take time in
 * proportion to the length of the text.
 */
public interface Chunker {
    /**
     * Cuts a document.
     *
     * @param document any document
     * @return its chunks with the ordinals 0, 1, 2, …; none for a blank text
     * @throws DocumentException if one character alone measures more than a chunk may
     */
    List<Chunk> chunk(Document document);

    /**
     * Names this chunker and all its settings. When it changes, documents are chunked and embedded again.
     *
     * @return such as {@code recursive(1000 characters, overlap 100)}
     */
    String id();

    /**
     * Cuts at the highest boundary in what fits: before a heading, a paragraph, a line, a sentence, a word, a character. A chunk
     * may be as short as a third of what fits for the sake of a heading, paragraph or line, and half for a sentence. A line break
     * that only wraps running text does not count as a line. Knows the headings, lists, tables and code blocks of Markdown and
     * the like.
     *
     * @return a builder with the defaults
     */
    static ChunkerBuilder recursive() {
        return new ChunkerBuilder(ChunkerBuilder.Strategy.RECURSIVE);
    }

    /**
     * Packs as many whole sentences as fit; a sentence that is too long by itself is cut like {@link #recursive()} does. What
     * neighbours share is whole sentences. A heading stays with the sentence that follows.
     *
     * @return a builder with the defaults
     */
    static ChunkerBuilder sentences() {
        return new ChunkerBuilder(ChunkerBuilder.Strategy.SENTENCES);
    }
}
