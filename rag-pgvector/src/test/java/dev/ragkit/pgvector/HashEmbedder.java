package dev.ragkit.pgvector;

import dev.ragkit.Embedder;
import dev.ragkit.Embedding;
import dev.ragkit.EmbeddingSpace;
import dev.ragkit.Embeddings;
import dev.ragkit.TokenUsage;
import java.util.List;
import java.util.function.IntConsumer;

/** The same text always has the same embedding, of small whole numbers, so that PostgreSQL prints it as Java does. */
final class HashEmbedder implements Embedder {
    private final EmbeddingSpace space;
    private final IntConsumer onTexts;

    /** Tells how many texts each call has before it gives their embeddings: what was asked for is paid for. */
    HashEmbedder(EmbeddingSpace space, IntConsumer onTexts) {
        this.space = space;
        this.onTexts = onTexts;
    }

    static HashEmbedder in(EmbeddingSpace space) {
        return new HashEmbedder(space, texts -> {});
    }

    @Override
    public EmbeddingSpace space() {
        return space;
    }

    @Override
    public Embeddings embedDocuments(List<String> texts) {
        onTexts.accept(texts.size());
        return new Embeddings(texts.stream().map(this::embedding).toList(), TokenUsage.NONE);
    }

    @Override
    public Embeddings embedQueries(List<String> texts) {
        return embedDocuments(texts);
    }

    Embedding embedding(String text) {
        int hash = text.hashCode();
        float[] values = new float[space.dimensions()];
        for (int i = 0; i < values.length; i++) {
            hash = hash * 0x9e3779b1 + i;
            values[i] = 1 + (hash >>> 26);
        }
        return Embedding.of(values);
    }
}
