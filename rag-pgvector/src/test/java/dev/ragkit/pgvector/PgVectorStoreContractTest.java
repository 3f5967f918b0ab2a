package dev.ragkit.pgvector;

import dev.ragkit.EmbeddingSpace;
import dev.ragkit.Metric;
import dev.ragkit.VectorStore;
import dev.ragkit.testkit.VectorStoreContract;
import org.junit.jupiter.api.Nested;

/** The suite that every store passes, once for each kind of index and each metric. */
class PgVectorStoreContractTest {

    @Nested
    class HnswByCosine extends Suite {
        HnswByCosine() {
            super(Metric.COSINE, VectorIndex.hnsw());
        }
    }

    @Nested
    class HnswByInnerProduct extends Suite {
        HnswByInnerProduct() {
            super(Metric.INNER_PRODUCT, VectorIndex.hnsw());
        }
    }

    @Nested
    class HnswByL2 extends Suite {
        HnswByL2() {
            super(Metric.L2, VectorIndex.hnsw(8, 32));
        }
    }

    @Nested
    class IvfFlatByCosine extends Suite {
        IvfFlatByCosine() {
            super(Metric.COSINE, VectorIndex.ivfFlat(4));
        }
    }

    @Nested
    class IvfFlatByInnerProduct extends Suite {
        IvfFlatByInnerProduct() {
            super(Metric.INNER_PRODUCT, VectorIndex.ivfFlat(4));
        }
    }

    @Nested
    class IvfFlatByL2 extends Suite {
        IvfFlatByL2() {
            super(Metric.L2, VectorIndex.ivfFlat(4));
        }
    }

    @Nested
    class NoIndexByCosine extends Suite {
        NoIndexByCosine() {
            super(Metric.COSINE, VectorIndex.none());
        }
    }

    @Nested
    class NoIndexByInnerProduct extends Suite {
        NoIndexByInnerProduct() {
            super(Metric.INNER_PRODUCT, VectorIndex.none());
        }
    }

    @Nested
    class NoIndexByL2 extends Suite {
        NoIndexByL2() {
            super(Metric.L2, VectorIndex.none());
        }
    }

    @Nested
    class HalfPrecisionByCosine extends Suite {
        HalfPrecisionByCosine() {
            super(Metric.COSINE, VectorIndex.hnsw());
        }

        @Override
        PgVectorSchema.Builder settings(PgVectorSchema.Builder schema) {
            return super.settings(schema).vectorType(VectorType.HALFVEC);
        }

        @Override
        protected double scoreTolerance() {
            return 0.002;
        }
    }

    @Nested
    class RowLevelSecurity extends Suite {
        RowLevelSecurity() {
            super(Metric.COSINE, VectorIndex.hnsw());
        }

        @Override
        protected VectorStore create(EmbeddingSpace space, Metric asked) {
            return StrictCollection.SHARED.create(space, this::settings, SearchPlan.alwaysIndex());
        }
    }

    @Nested
    class Partitioned extends Suite {
        Partitioned() {
            super(Metric.COSINE, VectorIndex.hnsw());
        }

        @Override
        PgVectorSchema.Builder settings(PgVectorSchema.Builder schema) {
            return super.settings(schema).partitionsByTenant(3);
        }
    }

    @Nested
    class PartitionedWithRowLevelSecurity extends Suite {
        PartitionedWithRowLevelSecurity() {
            super(Metric.INNER_PRODUCT, VectorIndex.hnsw());
        }

        @Override
        protected VectorStore create(EmbeddingSpace space, Metric asked) {
            return StrictCollection.SHARED.create(
                    space, schema -> settings(schema).partitionsByTenant(2), SearchPlan.alwaysIndex());
        }
    }

    /** The tables are small, where the store would look at every row; here it asks the index first all the same. */
    private abstract static class Suite extends VectorStoreContract {
        private final Metric metric;
        private final VectorIndex index;

        Suite(Metric metric, VectorIndex index) {
            this.metric = metric;
            this.index = index;
        }

        PgVectorSchema.Builder settings(PgVectorSchema.Builder schema) {
            return schema.metric(metric).index(index);
        }

        @Override
        protected VectorStore create(EmbeddingSpace space, Metric asked) {
            return index.kind() == VectorIndex.Kind.IVFFLAT
                    ? TestCollection.createWithIvfFlat(space, this::settings)
                    : TestCollection.create(space, this::settings, SearchPlan.alwaysIndex());
        }

        @Override
        protected Metric metric() {
            return metric;
        }

        @Override
        protected boolean exact() {
            return index.kind() == VectorIndex.Kind.NONE;
        }
    }
}
