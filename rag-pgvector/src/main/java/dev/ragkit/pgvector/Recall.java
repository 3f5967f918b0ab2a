package dev.ragkit.pgvector;

import java.time.Duration;
import java.util.Locale;

/**
 * How much of the true nearest a store's searches find: recall@k over sample queries, measured by {@link PgVectorStore#recall}.
 *
 * <p>The recall of one query is the number of its hits that are among the true nearest, divided by min(k, chunks that match). A hit
 * is among them if its score is at least that of the last of the true nearest, less 0.000001: which of several equal ones
 * is returned makes no difference. The figure is the mean over the queries.
 *
 * <p>The interval holds the recall over all such queries with a confidence of 95 %, if the sample is a random one. Queries are the
 * unit of the sample, for the hits of one query are found or missed together. It is Wilson's score interval (JASA 22, 1927)
 * with the effective number of hits in place of the number of trials, as Franco, Little, Louis and Slud recommend for cluster
 * samples (Journal of Survey Statistics and Methodology 7, 2019); its lower end is at most n / (n + 3.84) for n queries, what
 * n queries without a miss would give, because a kind of query that comes once in n may be missing from the sample.
 * Closer to 1 than that is not to be had without more queries: 73 for 0.95, 189 for 0.98, 381 for 0.99.
 *
 * <p>Immutable and safe for use by several threads.
 */
public final class Recall {
    /** The time for a whole measurement, or for a whole choice of {@link Tuning}: 10 minutes. */
    public static final Duration TIMEOUT = Duration.ofMinutes(10);

    private final Sample sample;
    private final Effort effort;
    private final double estimate;
    private final Interval interval;
    private final Times times;

    /** What was asked, and how many queries went through the index. */
    record Sample(int queries, int k, int indexed) {}

    /** The setting of the index that the recall is valid for. */
    record Effort(String setting, int value) {
        @Override
        public String toString() {
            return setting + " " + value;
        }
    }

    /** Medians, in nanoseconds. */
    record Times(long exact, long search) {}

    Recall(Sample sample, Effort effort, Times times, double[] shares, long hits) {
        this.sample = sample;
        this.effort = effort;
        this.times = times;
        this.estimate = Interval.mean(shares);
        this.interval = Interval.of(shares, hits);
    }

    /**
     * The mean over the sample.
     *
     * @return 0 to 1
     */
    public double estimate() {
        return estimate;
    }

    /**
     * The lower end of the 95 % confidence interval.
     *
     * @return 0 to {@link #estimate()}
     */
    public double lower() {
        return interval.lower();
    }

    /**
     * The upper end of the 95 % confidence interval.
     *
     * @return {@link #estimate()} to 1
     */
    public double upper() {
        return interval.upper();
    }

    /**
     * How many hits were asked for.
     *
     * @return k
     */
    public int k() {
        return sample.k;
    }

    /**
     * How many queries were measured.
     *
     * @return at least 1
     */
    public int queries() {
        return sample.queries;
    }

    /**
     * How many of the queries were answered through the index. The others were answered exactly, because that was faster or
     * because the index gave too few hits; they miss nothing.
     *
     * @return 0 to {@link #queries()}
     */
    public int indexed() {
        return sample.indexed;
    }

    /**
     * The setting of the index that this is valid for: {@code hnsw.ef_search} or {@code ivfflat.probes}.
     *
     * @return its name
     */
    public String setting() {
        return effort.setting;
    }

    /**
     * The value of {@link #setting()} that was in force in the searches measured, as the server says; the largest, should they
     * differ. Where the host has set a larger one for the session, or a filter calls for a larger one, it is that. A recall
     * says nothing about another value.
     *
     * @return at least 1; 0 where no search went through an index and the server has not loaded the extension's library
     */
    public int value() {
        return effort.value;
    }

    /**
     * The median time of a search on a connection that is at hand, with one process of the server.
     *
     * @return the time
     */
    public Duration searchTime() {
        return Duration.ofNanos(times.search);
    }

    /**
     * The median time of an exact search on a connection that is at hand, with one process of the server.
     *
     * @return the time
     */
    public Duration exactTime() {
        return Duration.ofNanos(times.exact);
    }

    /** One line for people to read, such as {@code recall@10 0.973 (95 %: 0.961 to 0.982) over 200 queries ...}. */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "recall@%d %.4f (95 %%: %.4f to %.4f) over %d queries, %d through the index with %s; median %.2f ms, exact %.2f"
                        + " ms",
                sample.k,
                estimate,
                lower(),
                upper(),
                sample.queries,
                sample.indexed,
                effort,
                times.search / 1e6,
                times.exact / 1e6);
    }
}
