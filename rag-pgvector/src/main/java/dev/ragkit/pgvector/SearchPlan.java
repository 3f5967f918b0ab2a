package dev.ragkit.pgvector;

/**
 * Chooses between looking at each row that matches and asking the index, and how widely the index looks. Looking at n rows takes time
 * in proportion to n; an index scan of N rows that has to find k among the n that match walks past about k * N / n. They take the
 * same time where n * n = factor * k * N.
 *
 * @param factor how many rows can be looked at, one after another, in the time of one step in the index
 * @param efSearch the least number of candidates that an HNSW index keeps
 */
record SearchPlan(double factor, int efSearch) {
    /** The factor of {@link #ofDefaults}. */
    static final double DEFAULT_FACTOR = 8;

    static final int DEFAULT_EF_SEARCH = 40;
    static final int MAX_EF_SEARCH = 1_000;

    /** Signs alone tell little: so many candidates for each hit asked for are ranked by their distance. */
    private static final int CANDIDATES_PER_HIT = 10;

    private static final int MIN_CANDIDATES = 100;

    static SearchPlan ofDefaults() {
        return new SearchPlan(DEFAULT_FACTOR, DEFAULT_EF_SEARCH);
    }

    /** For tests of the way through the index on few rows. */
    static SearchPlan alwaysIndex() {
        return new SearchPlan(0, DEFAULT_EF_SEARCH);
    }

    /** What n * n / N has to exceed for the index to be asked. */
    double threshold(int limit) {
        return factor * limit;
    }

    /** How many candidates an HNSW index keeps, more than asked for, so that the last ones are as good as the first; or probes. */
    int breadth(int limit, Definition definition) {
        if (definition.index().kind() == VectorIndex.Kind.IVFFLAT) {
            return definition.index().probes();
        }
        int least = definition.isRescored() ? candidates(limit) : Math.min(MAX_EF_SEARCH, 2 * limit);
        return Math.max(efSearch, least);
    }

    /** How many rows a coarser index gives to be ranked by their distance. */
    int candidates(int limit) {
        return Math.min(MAX_EF_SEARCH, Math.max(MIN_CANDIDATES, CANDIDATES_PER_HIT * limit));
    }
}
