package dev.ragkit;

import java.util.List;

/**
 * Ends each chunk at the highest boundary in the window of what fits: before a heading, a paragraph, a line, a sentence, a
 * word, a grapheme cluster. Of equal ones the last counts.
 *
 * <p>A boundary too near the beginning of the window would leave a scrap for a chunk; there it counts no more than one between
 * words. Cutting at a good boundary somewhat early retrieves better than filling the window.
 */
record RecursiveChunker(ChunkSize size) implements Chunker {
    /** How much of the window a chunk that ends before a line or more must fill, in percent. */
    private static final int LEAST_FILL = 30;

    /** The same where it ends between sentences. */
    private static final int LEAST_FILL_OF_SENTENCES = 50;

    @Override
    public List<Chunk> chunk(Document document) {
        return new Cutting(document, size, RecursiveChunker::cut, Boundaries.WORD).chunks();
    }

    @Override
    public String id() {
        return "recursive" + size.describe();
    }

    /** A {@link CutRule}. */
    static int cut(Boundaries boundaries, int after, int most) {
        int lines = after + (int) ((most - after) * (long) LEAST_FILL / 100);
        int sentences = after + (int) ((most - after) * (long) LEAST_FILL_OF_SENTENCES / 100);
        int best = -1;
        byte bestLevel = Boundaries.NONE;
        for (int at = most; at > after && (at >= lines || bestLevel < Boundaries.WORD); at--) {
            byte level = boundaries.level(at);
            if (level > Boundaries.WORD && at < (level > Boundaries.SENTENCE ? lines : sentences)) {
                level = Boundaries.WORD;
            }
            if (level > bestLevel) {
                best = at;
                bestLevel = level;
            }
        }
        return best;
    }
}
