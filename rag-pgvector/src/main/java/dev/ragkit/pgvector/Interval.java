package dev.ragkit.pgvector;

import java.util.Arrays;

/**
 * A 95 % confidence interval for a mean of shares, each the found part of what one query should find.
 *
 * <p>Queries are what was sampled; the hits of one query are found or missed together. So this is Wilson's score interval with
 * the effective number of hits, n * p * (1 - p) / s^2, for the number of trials, as for a proportion in a cluster sample, at
 * least one a query and at most one a hit: Wilson, JASA 22 (1927), and Franco, Little, Louis and Slud, Journal of Survey
 * Statistics and Methodology 7 (2019), who recommend that form.
 *
 * <p>The lower end is never above what n queries with nothing missed would give, n / (n + z^2), the "rule of three" (Hanley and
 * Lippman-Hand, JAMA 249, 1983): a kind of query that comes once in n may be missing from the sample, and where no query misses
 * anything, s^2 says nothing. Student's interval and the percentile bootstrap, which are usual for such means, hold their
 * promise in the middle of the scale (Soboroff, EVIA 2014) and not near 1, where recall is: see ADR 0019.
 */
record Interval(double lower, double upper) {
    /** The square of the 97.5 % quantile of the normal distribution. */
    private static final double Z2 = 1.959963984540054 * 1.959963984540054;

    /**
     * Of the shares of some queries.
     *
     * @param shares of each query, 0 to 1; at least one
     * @param hits how many hits all of them should find
     */
    static Interval of(double[] shares, long hits) {
        int queries = shares.length;
        double mean = mean(shares);
        double squares = Arrays.stream(shares)
                .map(share -> (share - mean) * (share - mean))
                .sum();
        double trials = queries;
        if (squares > 0) {
            double variance = squares / (queries - 1);
            trials = Math.max(queries, Math.min((double) hits, queries * mean * (1 - mean) / variance));
        }
        Interval wilson = wilson(mean, trials);
        return new Interval(Math.min(wilson.lower, highestLower(queries)), wilson.upper);
    }

    static double mean(double[] shares) {
        return Arrays.stream(shares).sum() / shares.length;
    }

    private static Interval wilson(double mean, double trials) {
        double centre = mean + Z2 / (2 * trials);
        double half = Math.sqrt(Z2 * (mean * (1 - mean) / trials + Z2 / (4 * trials * trials)));
        double scale = 1 + Z2 / trials;
        return new Interval(Math.max(0, (centre - half) / scale), Math.min(1, (centre + half) / scale));
    }

    /** The lower end where that many queries miss nothing. */
    private static double highestLower(int queries) {
        return queries / (queries + Z2);
    }

    /** How many queries it takes at least for a lower end that high, 0 to 1 exclusive. */
    static int queriesFor(double lower) {
        return (int) Math.ceil(Z2 * lower / (1 - lower));
    }
}
