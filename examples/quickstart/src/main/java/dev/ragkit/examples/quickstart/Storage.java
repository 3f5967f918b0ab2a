package dev.ragkit.examples.quickstart;

import dev.ragkit.EmbeddingSpace;
import dev.ragkit.VectorStore;

/** Where the documents are kept: {@code VectorStore::inMemory}, or a {@link PostgresStorage}. */
interface Storage extends AutoCloseable {
    /** Opens the store for embeddings of a space. */
    VectorStore store(EmbeddingSpace space);

    @Override
    default void close() {}
}
