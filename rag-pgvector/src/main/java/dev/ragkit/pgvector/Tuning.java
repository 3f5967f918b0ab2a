package dev.ragkit.pgvector;

import dev.ragkit.Embedding;
import dev.ragkit.SearchOptions;
import dev.ragkit.StoreException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Picks how much an index is to look at, so that a recall is reached: {@code hnsw.ef_search} of an HNSW index, {@code
 * ivfflat.probes} of an IVFFlat index.
 *
 * <p>The value picked is the least whose {@link Recall#lower()} reaches the target, not the least whose estimate does: the
 * estimate of a sample is too high half of the time, and more often where it was picked for being high enough. The price is more
 * queries, {@link #leastQueries()} or better twice as many. Take them from what users ask; stored chunks are found too easily.
 *
 * <p>Each query is searched for exactly once and then with some 10 to 20 values, one search at a time: values are doubled until the
 * target is reached and halved in between, which takes recall to grow with the value. The value is right for the chunks
 * that are there; measure again when they have doubled.
 *
 * <p>Immutable and safe for use by several threads.
 */
public final class Tuning {
    /** The lowest target: {@value}. */
    public static final double MIN_RECALL = 0.5;

    /** The highest target: {@value}. */
    public static final double MAX_RECALL = 0.999;

    private final double target;

    private Tuning(double target) {
        this.target = target;
    }

    /**
     * For a recall to reach.
     *
     * @param target {@value #MIN_RECALL} to {@value #MAX_RECALL}
     * @return the tuning
     * @throws IllegalArgumentException if the target is out of bounds
     */
    public static Tuning forRecall(double target) {
        if (!(target >= MIN_RECALL && target <= MAX_RECALL)) {
            throw new IllegalArgumentException(
                    "target must be between " + MIN_RECALL + " and " + MAX_RECALL + ", was " + target);
        }
        return new Tuning(target);
    }

    /**
     * How many sample queries it takes to be sure of the target, if none of them misses anything.
     *
     * @return for example 73 for 0.95, 189 for 0.98, 381 for 0.99
     */
    public int leastQueries() {
        return Interval.queriesFor(target);
    }

    /**
     * What was picked.
     *
     * @param setting {@code hnsw.ef_search} or {@code ivfflat.probes}
     * @param value the least that reaches the target; for {@link PgVectorStore.Builder#efSearch} or {@link
     *     PgVectorStore.Builder#probes}
     * @param recall what it reaches
     */
    public record Choice(String setting, int value, Recall recall) {}

    /**
     * Picks the value for searches without a filter.
     *
     * @param store a handle on the tenant to measure; its own settings make no difference
     * @param sampleQueries at least {@link #leastQueries()}, drawn at random from what is asked
     * @param k how many hits are asked for, 1 to {@value SearchOptions#MAX_LIMIT}
     * @return the choice
     * @throws IllegalArgumentException if k is out of bounds, there are too few queries, or one does not fit the store
     * @throws StoreException if no value reaches the target, the index is not used, or the database fails; the message says what
     *     to do
     */
    public Choice choose(PgVectorStore store, List<Embedding> sampleQueries, int k) {
        return choose(store, sampleQueries, SearchOptions.ofLimit(k));
    }

    /**
     * Picks the value for searches with a filter.
     *
     * @param store a handle on the tenant to measure; its own settings make no difference
     * @param sampleQueries at least {@link #leastQueries()}, drawn at random from what is asked
     * @param options the limit and the filter; no least score
     * @return the choice
     * @throws IllegalArgumentException if there are too few queries, one does not fit the store, or there is a least score
     * @throws StoreException if no value reaches the target, the index is not used, or the database fails; the message says what
     *     to do
     */
    public Choice choose(PgVectorStore store, List<Embedding> sampleQueries, SearchOptions options) {
        if (sampleQueries.size() < leastQueries()) {
            throw new IllegalArgumentException("a recall of " + target + " takes at least " + leastQueries()
                    + " sample queries to be sure of, were " + sampleQueries.size());
        }
        VectorIndex index = store.index();
        if (index.kind() == VectorIndex.Kind.NONE) {
            throw new StoreException(
                    "the collection has no index over its embeddings, so every search is exact and there is"
                            + " nothing to tune: build one with PgVectorSchema.buildIndex and open the store anew, or leave it");
        }
        return new Search(store.trueNearest(sampleQueries, options), options.limit(), index).least();
    }

    /** A search for the least value. */
    private final class Search {
        private final TrueNearest nearest;
        private final int least;
        private final int most;
        private final boolean isProbes;

        Search(TrueNearest nearest, int k, VectorIndex index) {
            this.nearest = nearest;
            this.isProbes = index.kind() == VectorIndex.Kind.IVFFLAT;
            this.least = isProbes ? 1 : Math.min(k, SearchPlan.MAX_EF_SEARCH);
            this.most = isProbes ? index.mostProbes() : SearchPlan.MAX_EF_SEARCH;
        }

        Choice least() {
            int below = least - 1;
            int value = least;
            Optional<Choice> found = reaching(value);
            while (found.isEmpty()) {
                below = value;
                value = Math.min(most, 2 * value);
                found = value == below ? Optional.of(notReached()) : reaching(value);
            }
            Choice choice = found.get();
            while (choice.value - below > 1) {
                int middle = (below + choice.value) >>> 1;
                Optional<Choice> lower = reaching(middle);
                below = lower.isEmpty() ? middle : below;
                choice = lower.orElse(choice);
            }
            return choice;
        }

        private Optional<Choice> reaching(int value) {
            Recall recall = measured(value);
            return recall.indexed() > 0 && recall.lower() >= target
                    ? Optional.of(new Choice(recall.setting(), value, recall))
                    : Optional.empty();
        }

        private Recall measured(int value) {
            SearchPlan plan = SearchPlan.ofDefaults();
            return nearest.recall(isProbes ? plan.withProbes(value) : plan.withEfSearch(value));
        }

        private Choice notReached() {
            Recall recall = measured(most);
            if (recall.indexed() == 0) {
                throw new StoreException(
                        "none of the sample queries was answered through the index, because looking at each"
                                + " chunk is faster or the index gives too few: there is nothing to tune; try again with more chunks"
                                + " or a wider filter");
            }
            throw new StoreException(String.format(
                    Locale.ROOT,
                    "no %s up to %d is sure to reach a recall of %s: %s. Build the index again with more links, such as"
                            + " VectorIndex.hnsw(32, 200), or ask for less",
                    recall.setting(),
                    most,
                    target,
                    recall));
        }
    }

    /** Shows the target. */
    @Override
    public String toString() {
        return "Tuning[recall " + target + "]";
    }
}
