package dev.ragkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ChunkerPropertiesTest {
    private static final long SEED = Long.getLong("seed", 20261101L);
    private static final long TEXTS = 100_000L * (Boolean.getBoolean("rag.deep") ? 100 : 1);

    @Test
    void anyTextIsCutByTheRules() {
        System.out.printf("chunkers: %d texts, replay with -Dseed=%d%n", TEXTS, SEED);
        Random seeds = new Random(SEED);
        long chunks = 0;
        for (long i = 0; i < TEXTS; i++) {
            long seed = seeds.nextLong();
            chunks += check(new Random(seed), "text " + i + " of -Dseed=" + SEED);
        }
        System.out.printf("chunkers: %d chunks, every rule kept%n", chunks);
        assertThat(chunks).isGreaterThan(TEXTS);
    }

    private static int check(Random random, String name) {
        String text = new ChunkerTexts(random).text();
        ChunkSize size = size(random);
        Chunker chunker = random.nextBoolean() ? new RecursiveChunker(size) : new SentenceChunker(size);
        Document document = Document.of("d", text);
        List<Chunk> chunks = chunker.chunk(document);
        String broken = ChunkerRules.broken(text, chunks, size);
        if (broken != null) {
            throw new AssertionError(name + ", " + chunker.id() + ": " + broken + " in\n" + escaped(text));
        }
        return chunks.size();
    }

    private static ChunkSize size(Random random) {
        int most = 16 + random.nextInt(random.nextBoolean() ? 20 : 300);
        int overlap = random.nextInt(3) == 0 ? 0 : random.nextInt(most / 2 + 1);
        if (random.nextBoolean()) {
            return new ChunkSize(most, overlap, TokenCounter.characters(), "characters");
        }
        ChunkerUnits unit = ChunkerUnits.ALL.get(random.nextInt(ChunkerUnits.ALL.size()));
        return new ChunkSize(most, overlap, unit, unit.unit());
    }

    private static String escaped(String text) {
        StringBuilder escaped = new StringBuilder();
        for (char c : text.toCharArray()) {
            escaped.append(c >= ' ' && c < 0x7f ? String.valueOf(c) : String.format("\\u%04x", (int) c));
        }
        return escaped.toString();
    }
}
