package dev.ragkit.pgvector;

/**
 * Chooses between looking at each row that matches and asking the index. Looking at n rows takes time in proportion to n; an
 * index scan of N rows that has to find k among the n that match walks past about k * N / n. They take the same time where n * n =
 * factor * k * N.
 *
 * @param factor how many rows can be looked at, one after another, in the time of one step in the index
 * @param efSearch how many candidates an HNSW index keeps, unless more are asked for
 * @param probes how many lists of an IVFFlat index are looked into; 0 for the square root of all
 */
record SearchPlan(double factor, int efSearch, int probes) {
    /** The factor of {@link #ofDefaults}. */
    static final double DEFAULT_FACTOR = 8;

    static final int DEFAULT_EF_SEARCH = 40;
    static final int MAX_EF_SEARCH = 1_000;

    private static final SearchPlan DEFAULTS = new SearchPlan(DEFAULT_FACTOR, DEFAULT_EF_SEARCH, 0);

    static SearchPlan ofDefaults() {
        return DEFAULTS;
    }

    /** For tests of the way through the index on few rows. */
    static SearchPlan alwaysIndex() {
        return new SearchPlan(0, DEFAULT_EF_SEARCH, 0);
    }

    SearchPlan withEfSearch(int candidates) {
        return new SearchPlan(factor, candidates, probes);
    }

    SearchPlan withProbes(int lists) {
        return new SearchPlan(factor, efSearch, lists);
    }

    /** Whether to look at each row that matches, by estimates of the rows that match and of all rows. */
    boolean isExactFirst(double matching, double all, int limit) {
        return matching * matching <= threshold(limit) * Math.max(matching, all);
    }

    /** What n * n / N has to exceed for the index to be asked. */
    double threshold(int limit) {
        return factor * limit;
    }

    /** How many candidates the index keeps: more than asked for, so that the last ones are as good as the first. */
    int efSearch(int limit) {
        return limit <= efSearch ? efSearch : Math.min(MAX_EF_SEARCH, 2 * limit);
    }

    /** How many lists are looked into first. */
    int probes(VectorIndex index) {
        return probes == 0 ? index.probes() : Math.min(probes, index.mostProbes());
    }
}
