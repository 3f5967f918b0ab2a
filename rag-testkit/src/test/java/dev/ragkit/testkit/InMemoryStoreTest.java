package dev.ragkit.testkit;

import dev.ragkit.EmbeddingSpace;
import dev.ragkit.Metric;
import dev.ragkit.VectorStore;
import org.junit.jupiter.api.Nested;

class InMemoryStoreTest {
    @Nested
    class Cosine extends VectorStoreContract {
        @Override
        protected VectorStore create(EmbeddingSpace space, Metric metric) {
            return VectorStore.inMemory(space, metric);
        }
    }

    @Nested
    class L2 extends VectorStoreContract {
        @Override
        protected VectorStore create(EmbeddingSpace space, Metric metric) {
            return VectorStore.inMemory(space, metric);
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
            return VectorStore.inMemory(space, metric);
        }

        @Override
        protected Metric metric() {
            return Metric.INNER_PRODUCT;
        }
    }

    @Nested
    class Keywords extends KeywordIndexContract {
        @Override
        protected VectorStore create(EmbeddingSpace space) {
            return VectorStore.inMemory(space);
        }
    }
}
