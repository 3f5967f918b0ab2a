package dev.ragkit.intercept;

import dev.ragkit.Embedder;
import dev.ragkit.EmbeddingSpace;
import dev.ragkit.Embeddings;
import java.util.List;

/** An embedder inside a chain. */
record InterceptedEmbedder(Embedder target, Chain chain) implements Embedder {
    @Override
    public EmbeddingSpace space() {
        return target.space();
    }

    @Override
    public Embeddings embedDocuments(List<String> texts) {
        return chain.call("embedDocuments", Load.of(texts), () -> target.embedDocuments(texts));
    }

    @Override
    public Embeddings embedQueries(List<String> texts) {
        return chain.call("embedQueries", Load.of(texts), () -> target.embedQueries(texts));
    }
}
