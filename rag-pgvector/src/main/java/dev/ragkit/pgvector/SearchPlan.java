package dev.ragkit.pgvector;

/**
 * Chooses between looking at each row that matches and asking the index. Looking at n rows takes time in proportion to n; an
 * index scan of N rows that has to find k among the n that match walks past about k * N / n. They take the same time where n * n =
 * factor * k * N.
 *
 * @param factor how many rows can be looked at, one after another, in the time of one step in the index
 */
record SearchPlan(double factor) {
    /** The factor of {@link #ofDefaults}. */
    static final double DEFAULT_FACTOR = 8;

    private static final int MIN_EF_SEARCH = 40;
    private static final int MAX_EF_SEARCH = 1_000;

    static SearchPlan ofDefaults() {
        return new SearchPlan(DEFAULT_FACTOR);
    }

    /** For tests of the way through the index on few rows. */
    static SearchPlan alwaysIndex() {
        return new SearchPlan(0);
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
        return Math.min(MAX_EF_SEARCH, Math.max(MIN_EF_SEARCH, 2 * limit));
    }
}
