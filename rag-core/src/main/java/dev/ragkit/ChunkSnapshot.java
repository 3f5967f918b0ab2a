package dev.ragkit;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;

/**
 * The state of a tenant's chunks after a number of writes. Never changes, takes no lock, and may be read by any number of
 * threads.
 */
final class ChunkSnapshot {
    private static final double K1 = 1.2;
    private static final double B = 0.75;

    /** A power of two. */
    private static final int ROWS_BETWEEN_CHECKS = 4_096;

    private final ChunkTable table;
    private final Metric metric;
    private final Extent extent;

    /**
     * Which part of the table belongs to the state.
     *
     * @param slots how many slots are published
     * @param writes how many writes there have been
     * @param chunks how many chunks are alive
     * @param words how many words they have together
     */
    record Extent(int slots, int writes, int chunks, long words) {}

    ChunkSnapshot(ChunkTable table, Metric metric, Extent extent) {
        this.table = table;
        this.metric = metric;
        this.extent = extent;
    }

    Extent extent() {
        return extent;
    }

    SearchResult nearest(Embedding embedding, SearchOptions options) {
        TopHits top = new TopHits(options, VectorStore.SCORE);
        float[] query = embedding.toArray();
        double querySquare = embedding.dot(embedding);
        for (VectorBlock block : table.blocks()) {
            int end = Math.min(block.end(), extent.slots);
            for (int slot = block.first(); slot < end; slot++) {
                if ((slot & (ROWS_BETWEEN_CHECKS - 1)) == 0) {
                    InMemoryStore.checkNotInterrupted();
                }
                if (isAlive(slot)) {
                    top.offer(table.chunk(slot), score(block, slot, query, querySquare));
                }
            }
        }
        return top.result();
    }

    private double score(VectorBlock block, int slot, float[] query, double querySquare) {
        return switch (metric) {
            case COSINE -> {
                double cosine = block.dot(slot, query) / Math.sqrt(querySquare * table.square(slot));
                yield Math.max(-1, Math.min(1, cosine));
            }
            case INNER_PRODUCT -> block.dot(slot, query);
            case L2 -> -block.distance(slot, query);
        };
    }

    SearchResult withWords(String text, SearchOptions options) {
        List<Postings> found = new LinkedHashSet<>(Words.of(text))
                .stream().map(table::postings).filter(Objects::nonNull).toList();
        double[] scores = new double[found.isEmpty() ? 0 : extent.slots];
        found.forEach(postings -> addScores(postings, scores));
        TopHits top = new TopHits(options, KeywordIndex.SCORE);
        for (int slot = 0; slot < scores.length; slot++) {
            if (scores[slot] > 0) {
                top.offer(table.chunk(slot), scores[slot]);
            }
        }
        return top.result();
    }

    /** BM25 as in {@link KeywordIndex}; how many chunks hold the word is counted, so that it is right for this very state. */
    private void addScores(Postings postings, double[] scores) {
        InMemoryStore.checkNotInterrupted();
        int[] holding = new int[1];
        postings.forEach(extent.slots, (slot, frequency) -> holding[0] += isAlive(slot) ? 1 : 0);
        double idf = Math.log1p((extent.chunks - holding[0] + 0.5) / (holding[0] + 0.5));
        double average = (double) extent.words / extent.chunks;
        postings.forEach(extent.slots, (slot, frequency) -> {
            if (isAlive(slot)) {
                double norm = K1 * (1 - B + B * table.length(slot) / average);
                scores[slot] += idf * frequency * (K1 + 1) / (frequency + norm);
            }
        });
    }

    private boolean isAlive(int slot) {
        return table.isAlive(slot, extent.writes);
    }
}
