package dev.ragkit;

import java.util.List;

/** Ends each chunk after the last sentence that fits, but not after a heading. */
record SentenceChunker(ChunkSize size) implements Chunker {
    @Override
    public List<Chunk> chunk(Document document) {
        return new Cutting(document, size, SentenceChunker::cut, Boundaries.SENTENCE).chunks();
    }

    @Override
    public String id() {
        return "sentences" + size.describe();
    }

    static int cut(Boundaries boundaries, int after, int most) {
        int last = boundaries.last(after, most, Boundaries.SENTENCE);
        return last >= 0 ? last : RecursiveChunker.cut(boundaries, after, most);
    }
}
