package dev.ragkit.testkit;

import dev.ragkit.EmbeddingSpace;
import dev.ragkit.KeywordIndex;
import dev.ragkit.Metric;
import dev.ragkit.VectorStore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Timeout;

/**
 * What every {@link KeywordIndex} must do, one test a statement. Extend it once:
 *
 * <pre>{@code
 * class MyIndexTest extends KeywordIndexContract {
 *     @Override
 *     protected VectorStore create(EmbeddingSpace space) {
 *         return MyStore.open(database, "collection_" + counter.incrementAndGet(), space);
 *     }
 * }
 * }</pre>
 *
 * <p>Stemming and stop words differ between implementations, so the texts are made of words that no language has. Scores must be
 * those of BM25 within 0.0001.
 *
 * <p>The tests stand in nested classes: Finding, Scoring. They cannot be overridden.
 */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
public abstract class KeywordIndexContract {
    /** For the subclass. */
    protected KeywordIndexContract() {}

    /**
     * Makes an empty store for one test, on its default tenant.
     *
     * @param space of the collection; the embeddings do not matter here
     * @return a store on a collection that no other test uses
     */
    protected abstract VectorStore create(EmbeddingSpace space);

    /**
     * The keyword index over a store that {@link #create} made, or over one of its tenants. Default: the store itself.
     *
     * @param store the store
     * @return the index over the store's documents
     */
    protected KeywordIndex index(VectorStore store) {
        if (store instanceof KeywordIndex index) {
            return index;
        }
        throw new IllegalStateException(
                store.getClass().getName() + " must implement KeywordIndex; otherwise override index(store)");
    }

    final VectorStore store() {
        return create(Vectors.space(Metric.COSINE));
    }

    @Nested
    final class Finding extends KeywordFinding {
        Finding() {
            super(KeywordIndexContract.this);
        }
    }

    @Nested
    final class Scoring extends KeywordScoring {
        Scoring() {
            super(KeywordIndexContract.this);
        }
    }
}
