package dev.ragkit;

import java.util.List;

/**
 * Puts the hits of a vector search and of a keyword search into one list. The two scores have nothing in common, so they are
 * never compared as they are.
 *
 * <p>Implementations are safe for use by several threads.
 */
@FunctionalInterface
public interface Fusion {
    /** The name under which hits carry their fused score: {@value}. */
    String SCORE = "fused";

    /**
     * The weight of the vector search in {@link #ofDefaults()}: {@value}. The best mean nDCG@10 over two models on the train
     * queries of SciFact; a weaker model wants less, a stronger one more.
     */
    double DEFAULT_VECTOR_WEIGHT = 0.5;

    /**
     * Fuses two lists. A chunk is the same if its document id and ordinal are.
     *
     * @param vector the hits of the vector search
     * @param keyword the hits of the keyword search
     * @return every chunk of the two lists once, ordered by {@link Hit#BEST_FIRST}; a hit keeps its scores as {@code vector} and
     *     {@code keyword}, and gets its rank from {@code fused}
     */
    List<Hit> fuse(List<Hit> vector, List<Hit> keyword);

    /**
     * {@link #convex} with {@link #DEFAULT_VECTOR_WEIGHT}.
     *
     * @return the fusion
     */
    static Fusion ofDefaults() {
        return convex(DEFAULT_VECTOR_WEIGHT);
    }

    /**
     * The weighted sum of the two scores, each brought to 0..1 within its list: the best hit gets 1, the last one 0. A chunk
     * that a list does not hold gets 0 there; where all hits of a list score the same, each gets 1 (Bruch, Gai and Ingber, An
     * Analysis of Fusion Functions for Hybrid Retrieval, 2023).
     *
     * @param vectorWeight the weight of the vector search, 0 to 1; the keyword search has the rest
     * @return the fusion
     * @throws IllegalArgumentException if the weight is out of bounds
     */
    static Fusion convex(double vectorWeight) {
        if (!(vectorWeight >= 0 && vectorWeight <= 1)) {
            throw new IllegalArgumentException("vectorWeight must be between 0 and 1, was " + vectorWeight);
        }
        return new SummedFusion(
                hits -> SummedFusion.spread(hits, vectorWeight), hits -> SummedFusion.spread(hits, 1 - vectorWeight));
    }

    /**
     * The sum of {@code 1 / (60 + rank)} over the lists, the rank counted from 1. Looks at the order only, whatever the scores
     * (Cormack, Clarke and Büttcher, Reciprocal Rank Fusion outperforms Condorcet and individual Rank Learning Methods, 2009).
     *
     * @return the fusion
     */
    static Fusion reciprocalRank() {
        return new SummedFusion(SummedFusion::reciprocalRanks, SummedFusion::reciprocalRanks);
    }
}
