package dev.ragkit.pgvector;

import dev.ragkit.EmbeddingSpace;
import dev.ragkit.VectorStore;
import dev.ragkit.testkit.KeywordIndexContract;

/** The suite that every keyword index passes. */
class PgVectorKeywordIndexContractTest extends KeywordIndexContract {
    @Override
    protected VectorStore create(EmbeddingSpace space) {
        return TestCollection.create(space, schema -> schema.index(VectorIndex.none()));
    }
}
