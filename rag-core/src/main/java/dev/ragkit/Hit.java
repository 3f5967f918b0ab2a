package dev.ragkit;

import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A chunk that a search returned, with its score and where the score came from.
 *
 * @param chunk the chunk
 * @param score what the list is ordered by, higher is better; comparable only inside one list
 * @param scores by the name of what gave it ({@code vector}, {@code keyword}, {@code fused}, …), in the order they were given;
 *     unmodifiable
 */
public record Hit(Chunk chunk, double score, Map<String, Double> scores) {
    /**
     * The order of every list of hits: the better score first; among equal scores by document id, by code point, then by
     * ordinal.
     */
    public static final Comparator<Hit> BEST_FIRST = Comparator.comparingDouble(Hit::score)
            .reversed()
            .thenComparing(hit -> hit.chunk().documentId(), CodePointOrder.INSTANCE)
            .thenComparingInt(hit -> hit.chunk().ordinal());

    /**
     * Copies the scores.
     *
     * @param chunk the chunk
     * @param score what the list is ordered by
     * @param scores by the name of what gave it
     * @throws IllegalArgumentException if the score is NaN
     */
    public Hit {
        if (Double.isNaN(score)) {
            throw new IllegalArgumentException("the score of " + chunk + " must be a number, was NaN");
        }
        scores = scores.size() < 2 ? Map.copyOf(scores) : Collections.unmodifiableMap(new LinkedHashMap<>(scores));
    }

    /**
     * A hit with its first score.
     *
     * @param chunk the chunk
     * @param origin what gave the score
     * @param score the score
     * @return the hit
     */
    public static Hit of(Chunk chunk, String origin, double score) {
        return new Hit(chunk, score, Map.of(origin, score));
    }

    /**
     * A copy that ranks by another score; the earlier ones stay in {@link #scores()}.
     *
     * @param origin what gave the score
     * @param score the score
     * @return the copy
     */
    public Hit rescored(String origin, double score) {
        Map<String, Double> all = new LinkedHashMap<>(scores);
        all.remove(origin);
        all.put(origin, score);
        return new Hit(chunk, score, all);
    }

    /** Shows the chunk's place and the scores, not the text. */
    @Override
    public String toString() {
        return "Hit[" + chunk + ", score=" + score + ", scores=" + scores + "]";
    }
}
