package dev.ragkit.testkit;

import dev.ragkit.Chunk;
import dev.ragkit.Chunker;
import dev.ragkit.Document;
import java.util.ArrayList;
import java.util.List;

/** The plainest chunker there is: pieces of at most 50 characters, blank ones left out. */
final class FixedChunks implements Chunker {
    static final int SIZE = 50;

    @Override
    public List<Chunk> chunk(Document document) {
        List<Chunk> chunks = new ArrayList<>();
        String text = document.text();
        int start = 0;
        while (start < text.length()) {
            int end = end(text, start);
            if (!text.substring(start, end).isBlank()) {
                chunks.add(Chunk.of(document, chunks.size(), start, end));
            }
            start = end;
        }
        return chunks;
    }

    private static int end(String text, int start) {
        int end = Math.min(text.length(), start + SIZE);
        boolean pair = end < text.length()
                && Character.isHighSurrogate(text.charAt(end - 1))
                && Character.isLowSurrogate(text.charAt(end));
        return pair ? end - 1 : end;
    }

    @Override
    public String id() {
        return "fixed(" + SIZE + ")";
    }
}
