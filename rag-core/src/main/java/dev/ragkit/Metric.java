package dev.ragkit;

/**
 * How near two embeddings are. A score is higher the nearer they are; the formulas here are the specification that every
 * store agrees with, up to rounding. No store rescales.
 */
public enum Metric {
    /** The cosine of the angle between the two, from -1 to 1. Undefined for a vector of zeros, which stores refuse. */
    COSINE {
        @Override
        public double score(Embedding a, Embedding b) {
            double norms = Math.sqrt(a.dot(a) * b.dot(b));
            return norms == 0 ? 0 : Math.max(-1, Math.min(1, a.dot(b) / norms));
        }
    },
    /** The inner product; meant for normalised embeddings, where it equals the cosine. */
    INNER_PRODUCT {
        @Override
        public double score(Embedding a, Embedding b) {
            return a.dot(b);
        }
    },
    /** The Euclidean distance, negated: 0 for equal vectors, below 0 for all others. */
    L2 {
        @Override
        public double score(Embedding a, Embedding b) {
            return -a.distance(b);
        }
    };

    /**
     * The score of two embeddings.
     *
     * @param a one embedding
     * @param b the other, of the same dimensions
     * @return higher is nearer; the range is the constant's
     * @throws IllegalArgumentException if the dimensions differ
     */
    public abstract double score(Embedding a, Embedding b);
}
