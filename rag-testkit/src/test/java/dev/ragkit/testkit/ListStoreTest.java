package dev.ragkit.testkit;

import dev.ragkit.EmbeddingSpace;
import dev.ragkit.Hit;
import dev.ragkit.Metric;
import dev.ragkit.SearchResult;
import dev.ragkit.VectorStore;
import java.util.List;
import org.junit.jupiter.api.Nested;

/** The suites pass on something right; {@link SuitesRejectWhatIsWrongTest} breaks it, one rule at a time. */
class ListStoreTest {
    @Nested
    class Cosine extends VectorStoreContract {
        @Override
        protected VectorStore create(EmbeddingSpace space, Metric metric) {
            return new ListStore(space, metric, new StoreRules());
        }
    }

    @Nested
    class L2 extends VectorStoreContract {
        @Override
        protected VectorStore create(EmbeddingSpace space, Metric metric) {
            return new ListStore(space, metric, new StoreRules());
        }

        @Override
        protected Metric metric() {
            return Metric.L2;
        }
    }

    @Nested
    class InnerProduct extends VectorStoreContract {
        @Override
        protected VectorStore create(EmbeddingSpace space, Metric metric) {
            return new ListStore(space, metric, new StoreRules());
        }

        @Override
        protected Metric metric() {
            return Metric.INNER_PRODUCT;
        }
    }

    /** Finds enough, but not always the nearest, and says so. */
    @Nested
    class Approximate extends VectorStoreContract {
        @Override
        protected VectorStore create(EmbeddingSpace space, Metric metric) {
            return new ListStore(space, metric, new MissesTheNearest());
        }

        @Override
        protected boolean exact() {
            return false;
        }
    }

    @Nested
    class Keywords extends KeywordIndexContract {
        @Override
        protected VectorStore create(EmbeddingSpace space) {
            return new ListStore(space, Metric.COSINE, new StoreRules());
        }
    }

    /** Leaves out the best hit where there is another one to take its place, as an approximate index may. */
    static final class MissesTheNearest extends StoreRules {
        @Override
        SearchResult result(List<Hit> hits, int limit) {
            int skipped = hits.size() > limit ? 1 : 0;
            List<Hit> found = hits.subList(skipped, Math.min(hits.size(), limit + skipped));
            return new SearchResult(found, SearchResult.Path.INDEX, true, hits.size());
        }
    }
}
