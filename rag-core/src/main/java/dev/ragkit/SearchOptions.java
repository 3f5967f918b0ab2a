package dev.ragkit;

/**
 * What every search can be told: how many hits, among which chunks, from which score on.
 *
 * <p>Immutable and safe for use by several threads.
 */
public final class SearchOptions {
    /** The number of hits unless told otherwise: {@value}. */
    public static final int DEFAULT_LIMIT = 10;

    /** The most hits one search returns: {@value}. */
    public static final int MAX_LIMIT = 1_000;

    private static final SearchOptions DEFAULTS = builder().build();

    private final int limit;
    private final Filter filter;
    private final double minScore;

    private SearchOptions(Builder builder) {
        limit = builder.limit;
        filter = builder.filter;
        minScore = builder.minScore;
    }

    /**
     * {@value #DEFAULT_LIMIT} hits, all chunks, any score.
     *
     * @return the defaults
     */
    public static SearchOptions ofDefaults() {
        return DEFAULTS;
    }

    /**
     * The defaults, but for the number of hits.
     *
     * @param limit 1 to {@value #MAX_LIMIT}
     * @return the options
     * @throws IllegalArgumentException if the limit is out of bounds
     */
    public static SearchOptions ofLimit(int limit) {
        return builder().limit(limit).build();
    }

    /**
     * Starts with the defaults.
     *
     * @return the builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Starts with these options.
     *
     * @return the builder
     */
    public Builder toBuilder() {
        return new Builder().limit(limit).filter(filter).minScore(minScore);
    }

    /**
     * How many hits at most.
     *
     * @return 1 to {@value #MAX_LIMIT}
     */
    public int limit() {
        return limit;
    }

    /**
     * Which chunks are searched.
     *
     * @return the filter, {@link Filter#all()} by default
     */
    public Filter filter() {
        return filter;
    }

    /**
     * The least score of a hit, in the unit of the search that reads it.
     *
     * @return the least score, {@link Double#NEGATIVE_INFINITY} by default
     */
    public double minScore() {
        return minScore;
    }

    @Override
    public String toString() {
        return "SearchOptions[limit=" + limit + ", filter=" + filter + ", minScore=" + minScore + "]";
    }

    /** Collects {@link SearchOptions}. For use by one thread. */
    public static final class Builder {
        private int limit = DEFAULT_LIMIT;
        private Filter filter = Filter.all();
        private double minScore = Double.NEGATIVE_INFINITY;

        private Builder() {}

        /**
         * Sets how many hits at most. Default: {@value SearchOptions#DEFAULT_LIMIT}.
         *
         * @param limit 1 to {@value SearchOptions#MAX_LIMIT}
         * @return this
         * @throws IllegalArgumentException if the limit is out of bounds
         */
        public Builder limit(int limit) {
            this.limit = Require.between(limit, 1, MAX_LIMIT, "limit");
            return this;
        }

        /**
         * Sets which chunks are searched. Default: all.
         *
         * @param filter the filter
         * @return this
         */
        public Builder filter(Filter filter) {
            this.filter = filter;
            return this;
        }

        /**
         * Sets the least score of a hit, inclusive. Default: any.
         *
         * @param minScore in the unit of the search: a store's {@link Metric}, or BM25 for keywords
         * @return this
         * @throws IllegalArgumentException if it is NaN
         */
        public Builder minScore(double minScore) {
            if (Double.isNaN(minScore)) {
                throw new IllegalArgumentException("minScore must be a number, was NaN");
            }
            this.minScore = minScore;
            return this;
        }

        /**
         * Makes the options.
         *
         * @return the options
         */
        public SearchOptions build() {
            return new SearchOptions(this);
        }
    }
}
