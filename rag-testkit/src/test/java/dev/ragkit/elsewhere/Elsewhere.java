package dev.ragkit.elsewhere;

import dev.ragkit.Chunker;
import dev.ragkit.Embedder;
import dev.ragkit.EmbeddingSpace;
import dev.ragkit.Generator;
import dev.ragkit.InMemoryStore;
import dev.ragkit.Metric;
import dev.ragkit.Retriever;
import dev.ragkit.VectorStore;
import dev.ragkit.testkit.ChunkerContract;
import dev.ragkit.testkit.EmbedderContract;
import dev.ragkit.testkit.FakeEmbedder;
import dev.ragkit.testkit.FakeGenerator;
import dev.ragkit.testkit.GeneratorContract;
import dev.ragkit.testkit.KeywordIndexContract;
import dev.ragkit.testkit.RetrieverContract;
import dev.ragkit.testkit.VectorStoreContract;

/**
 * The suites as another module uses them: from another package. Where a suite has no nested classes, one of its tests has a
 * namesake here that would hide it, if it could.
 */
public final class Elsewhere {
    private Elsewhere() {}

    /** Passes. */
    public static final class OfStores extends VectorStoreContract {
        @Override
        protected VectorStore create(EmbeddingSpace space, Metric metric) {
            return VectorStore.inMemory(space, metric);
        }
    }

    /** Passes. */
    public static final class OfKeywords extends KeywordIndexContract {
        @Override
        protected VectorStore create(EmbeddingSpace space) {
            return VectorStore.inMemory(space);
        }
    }

    /** Passes. */
    public static final class OfChunkers extends ChunkerContract {
        @Override
        protected Chunker chunker() {
            return Chunker.recursive().build();
        }

        void chunksAreNumberedFromZero() {}
    }

    /** Passes. */
    public static final class OfEmbedders extends EmbedderContract {
        @Override
        protected Embedder embedder() {
            return FakeEmbedder.ofDimensions(64);
        }

        void thereIsOneEmbeddingAText() {}
    }

    /** Passes. */
    public static final class OfGenerators extends GeneratorContract {
        @Override
        protected Generator generator() {
            return FakeGenerator.replying("A reply.");
        }

        void aPromptGivesACompletion() {}
    }

    /** Passes. */
    public static final class OfRetrievers extends RetrieverContract {
        @Override
        protected Retriever create(Embedder embedder, InMemoryStore store) {
            return Retriever.hybrid(embedder, store);
        }

        void theBestComeFirst() {}
    }
}
