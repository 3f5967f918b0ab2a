package dev.ragkit.benchmarks;

import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/** The exact answer to the first queries of a corpus: what the score of the best, second best, … matching row is. */
final class Truth {
    /** Scores closer than this are taken for equal: they differ by the order of additions. */
    private static final float TOLERANCE = 1e-6f;

    private final Corpus corpus;
    private final float[][] best;
    private final int matching;

    private Truth(Corpus corpus, float[][] best, int matching) {
        this.corpus = corpus;
        this.best = best;
        this.matching = matching;
    }

    /** Looks at each row for the {@code k} best of those that match. */
    static Truth of(Corpus corpus, int queries, int k, IntPredicate matches) {
        int[] rows = IntStream.range(0, corpus.rows()).filter(matches).toArray();
        float[][] asked = IntStream.range(0, queries).mapToObj(corpus::query).toArray(float[][]::new);
        int slices = Runtime.getRuntime().availableProcessors();
        List<float[][]> parts = IntStream.range(0, slices)
                .parallel()
                .mapToObj(slice -> best(corpus, rows, asked, new int[] {slice, slices, k}))
                .toList();
        return new Truth(corpus, merged(parts, k), rows.length);
    }

    /** Each row is made once and held against all queries. */
    private static float[][] best(Corpus corpus, int[] rows, float[][] asked, int[] slice) {
        float[][] best = new float[asked.length][slice[2]];
        for (float[] scores : best) {
            Arrays.fill(scores, Float.NEGATIVE_INFINITY);
        }
        for (int i = slice[0]; i < rows.length; i += slice[1]) {
            float[] row = corpus.row(rows[i]);
            for (int query = 0; query < asked.length; query++) {
                insert(best[query], Corpus.dot(asked[query], row));
            }
        }
        return best;
    }

    /** Keeps the scores descending. */
    private static void insert(float[] scores, float score) {
        int at = scores.length - 1;
        if (score <= scores[at]) {
            return;
        }
        while (at > 0 && scores[at - 1] < score) {
            scores[at] = scores[at - 1];
            at--;
        }
        scores[at] = score;
    }

    private static float[][] merged(List<float[][]> parts, int k) {
        float[][] merged = new float[parts.get(0).length][];
        for (int query = 0; query < merged.length; query++) {
            merged[query] = new float[k];
            Arrays.fill(merged[query], Float.NEGATIVE_INFINITY);
            for (float[][] part : parts) {
                for (float score : part[query]) {
                    insert(merged[query], score);
                }
            }
        }
        return merged;
    }

    int queries() {
        return best.length;
    }

    /** How many rows match. */
    int matching() {
        return matching;
    }

    /** The share of the {@code k} best that is among the hits; 1 where nothing matches. A tie counts as found. */
    double recall(int query, List<Integer> hits, int k) {
        int expected = Math.min(k, matching);
        if (expected == 0) {
            return 1;
        }
        float[] asked = corpus.query(query);
        float least = best[query][expected - 1] - TOLERANCE;
        long found = hits.stream()
                .filter(row -> Corpus.dot(asked, corpus.row(row)) >= least)
                .count();
        return (double) Math.min(found, expected) / expected;
    }
}
