package dev.ragkit.testkit;

import dev.ragkit.Embedder;
import dev.ragkit.Hit;
import dev.ragkit.InMemoryStore;
import dev.ragkit.Retriever;
import java.util.Arrays;
import org.junit.jupiter.api.Nested;

class CoreRetrieversTest {
    @Nested
    class Vector extends RetrieverContract {
        @Override
        protected Retriever create(Embedder embedder, InMemoryStore store) {
            return Retriever.vector(embedder, store);
        }
    }

    @Nested
    class Keyword extends RetrieverContract {
        @Override
        protected Retriever create(Embedder embedder, InMemoryStore store) {
            return Retriever.keyword(store);
        }
    }

    @Nested
    class Hybrid extends RetrieverContract {
        @Override
        protected Retriever create(Embedder embedder, InMemoryStore store) {
            return Retriever.hybrid(embedder, store);
        }
    }

    /** Reranked by how many words of the question the chunk holds. */
    @Nested
    class Reranked extends RetrieverContract {
        @Override
        protected Retriever create(Embedder embedder, InMemoryStore store) {
            return Retriever.hybrid(embedder, store)
                    .reranked((query, candidates) -> candidates.stream()
                            .map(hit -> hit.rescored(
                                    "shared", shared(query.text(), hit.chunk().text())))
                            .sorted(Hit.BEST_FIRST)
                            .toList());
        }
    }

    private static long shared(String question, String text) {
        return Arrays.stream(question.split(" ", -1)).filter(text::contains).count();
    }
}
