package dev.ragkit.pgvector;

/**
 * Chooses between looking at each row that matches and asking the index, and how widely the index looks. Looking at n rows takes time
 * in proportion to n; an index scan of N rows that has to find k among the n that match walks past about k * N / n. They take the
 * same time where n * n = factor * k * N.
 *
 * @param factor how many rows can be looked at, one after another, in the time of one step in the index
 * @param efSearch how many candidates an HNSW index keeps, unless more hits are asked for; 0 for what the limit calls for
 * @param probes how many lists of an IVFFlat index are looked into; 0 for the square root of all
 */
record SearchPlan(double factor, int efSearch, int probes) {
    /** The factor of {@link #ofDefaults}. */
    static final double DEFAULT_FACTOR = 16;

    static final int DEFAULT_EF_SEARCH = 40;
    static final int MAX_EF_SEARCH = 1_000;

    /** Signs alone tell little: so many candidates for each hit asked for are ranked by their distance. */
    private static final int CANDIDATES_PER_HIT = 10;

    private static final int MIN_CANDIDATES = 100;

    static SearchPlan ofDefaults() {
        return new SearchPlan(DEFAULT_FACTOR, 0, 0);
    }

    /** For tests of the way through the index on few rows. */
    static SearchPlan alwaysIndex() {
        return new SearchPlan(0, 0, 0);
    }

    SearchPlan withEfSearch(int candidates) {
        return new SearchPlan(factor, candidates, probes);
    }

    SearchPlan withProbes(int lists) {
        return new SearchPlan(factor, efSearch, lists);
    }

    /** What n * n / N has to exceed for the index to be asked. */
    double threshold(int limit) {
        return factor * limit;
    }

    /**
     * How many candidates an HNSW index keeps, more than asked for, so that the last ones are as good as the first, and how many of
     * a coarser index are ranked by their distance; or probes.
     */
    int breadth(int limit, Definition definition) {
        VectorIndex index = definition.index();
        if (index.kind() == VectorIndex.Kind.IVFFLAT) {
            return probes == 0 ? index.probes() : Math.min(probes, index.mostProbes());
        }
        if (limit <= efSearch) {
            return efSearch;
        }
        return Math.min(
                MAX_EF_SEARCH,
                definition.isRescored()
                        ? Math.max(MIN_CANDIDATES, CANDIDATES_PER_HIT * limit)
                        : Math.max(DEFAULT_EF_SEARCH, 2 * limit));
    }

    Recall.Effort effort(int limit, Definition definition) {
        boolean lists = definition.index().kind() == VectorIndex.Kind.IVFFLAT;
        return new Recall.Effort(lists ? "ivfflat.probes" : "hnsw.ef_search", breadth(limit, definition));
    }
}
