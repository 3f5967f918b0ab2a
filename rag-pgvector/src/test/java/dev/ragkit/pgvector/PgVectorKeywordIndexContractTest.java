package dev.ragkit.pgvector;

import dev.ragkit.EmbeddingSpace;
import dev.ragkit.VectorStore;
import dev.ragkit.testkit.KeywordIndexContract;
import org.junit.jupiter.api.Nested;

/** The suite that every keyword index passes. */
class PgVectorKeywordIndexContractTest {

    @Nested
    class Plain extends KeywordIndexContract {
        @Override
        protected VectorStore create(EmbeddingSpace space) {
            return TestCollection.create(space, schema -> schema.index(VectorIndex.none()));
        }
    }

    @Nested
    class Partitioned extends KeywordIndexContract {
        @Override
        protected VectorStore create(EmbeddingSpace space) {
            return TestCollection.create(
                    space, schema -> schema.index(VectorIndex.none()).partitionsByTenant(3));
        }
    }

    @Nested
    class RowLevelSecurity extends KeywordIndexContract {
        @Override
        protected VectorStore create(EmbeddingSpace space) {
            return StrictCollection.SHARED.create(
                    space, schema -> schema.index(VectorIndex.none()), SearchPlan.ofDefaults());
        }
    }
}
