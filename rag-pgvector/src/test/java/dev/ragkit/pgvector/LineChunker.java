package dev.ragkit.pgvector;

import dev.ragkit.Chunk;
import dev.ragkit.Chunker;
import dev.ragkit.Document;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Each line is a chunk, so a test says how many chunks a document has. */
final class LineChunker implements Chunker {
    private static final int WORDS_A_LINE = 8;

    @Override
    public List<Chunk> chunk(Document document) {
        List<Chunk> chunks = new ArrayList<>();
        int start = 0;
        for (String line : document.text().split("\n")) {
            if (!line.isEmpty()) {
                chunks.add(Chunk.of(document, chunks.size(), start, start + line.length()));
            }
            start += line.length() + 1;
        }
        return chunks;
    }

    @Override
    public String id() {
        return "lines";
    }

    /** A document of so many chunks, of common and of rare words; each chunk names the version. */
    static Document document(String id, int version, int chunks) {
        Random random = new Random(31L * id.hashCode() + version);
        StringBuilder text = new StringBuilder();
        for (int line = 0; line < chunks; line++) {
            text.append(id).append(" version ").append(version).append(" line ").append(line);
            for (int word = 0; word < WORDS_A_LINE; word++) {
                text.append(" word").append(random.nextInt(random.nextBoolean() ? 10 : 3_000));
            }
            text.append('\n');
        }
        return Document.of(id, text.toString());
    }
}
