package dev.ragkit.testkit;

import dev.ragkit.EmbeddingSpace;
import dev.ragkit.Metric;
import dev.ragkit.SearchResult;
import dev.ragkit.VectorStore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Timeout;

/**
 * What every {@link VectorStore} must do, one test a statement. Extend it once for each kind of index and each metric:
 *
 * <pre>{@code
 * class MyStoreTest extends VectorStoreContract {
 *     @Override
 *     protected VectorStore create(EmbeddingSpace space, Metric metric) {
 *         return MyStore.open(database, "collection_" + counter.incrementAndGet(), space, metric);
 *     }
 * }
 * }</pre>
 *
 * <p>A store with an approximate index returns {@code false} from {@link #exact()} and passes the same suite: what it may get wrong
 * is which of many chunks are the nearest. How many hits it returns is always exact, whatever the filter, after any number of
 * deletes, and with any number of equal vectors.
 *
 * <p>The tests stand in nested classes: Searching, Filtering, Replacing, ReadingBack, Ledger, Tenants, Concurrency. They cannot be
 * overridden. All embeddings have {@value Vectors#DIMENSIONS} dimensions; those for {@link Metric#INNER_PRODUCT} have length 1. No test
 * stores more than 1,200 chunks.
 */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
public abstract class VectorStoreContract {
    /** For the subclass. */
    protected VectorStoreContract() {}

    /**
     * Makes an empty store for one test, on its default tenant.
     *
     * @param space of the collection
     * @param metric the one of {@link #metric()}
     * @return a store on a collection that no other test uses
     */
    protected abstract VectorStore create(EmbeddingSpace space, Metric metric);

    /**
     * The metric to test with. Default: {@link Metric#COSINE}.
     *
     * @return the metric
     */
    protected Metric metric() {
        return Metric.COSINE;
    }

    /**
     * How far a score may be from the formula of {@link Metric}. Default: 0.00001; a store that keeps vectors in half precision
     * needs about 0.005.
     *
     * @return the largest difference
     */
    protected double scoreTolerance() {
        return 1e-5;
    }

    /**
     * Whether a search always finds the true nearest. Default: true. Where it is false, only the results that say so by their
     * {@link SearchResult#path()} are held to it.
     *
     * @return false for a store with an approximate index
     */
    protected boolean exact() {
        return true;
    }

    final VectorStore store() {
        return create(Vectors.space(metric()), metric());
    }

    final boolean isExact(SearchResult result) {
        return exact() || result.path() != SearchResult.Path.INDEX;
    }

    @Nested
    final class Searching extends StoreSearching {
        Searching() {
            super(VectorStoreContract.this);
        }
    }

    @Nested
    final class Filtering extends StoreFiltering {
        Filtering() {
            super(VectorStoreContract.this);
        }
    }

    @Nested
    final class Replacing extends StoreReplacing {
        Replacing() {
            super(VectorStoreContract.this);
        }
    }

    @Nested
    final class ReadingBack extends StoreReadingBack {
        ReadingBack() {
            super(VectorStoreContract.this);
        }
    }

    @Nested
    final class Ledger extends StoreLedger {
        Ledger() {
            super(VectorStoreContract.this);
        }
    }

    @Nested
    final class Tenants extends StoreTenants {
        Tenants() {
            super(VectorStoreContract.this);
        }
    }

    @Nested
    final class Concurrency extends StoreConcurrency {
        Concurrency() {
            super(VectorStoreContract.this);
        }
    }
}
