package dev.ragkit.benchmarks;

import dev.ragkit.Embedder;
import dev.ragkit.Embedding;
import dev.ragkit.EmbeddingSpace;
import dev.ragkit.Embeddings;
import dev.ragkit.ModelException;
import dev.ragkit.TokenUsage;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Looks embeddings up that were made before, by text. */
final class GivenEmbeddings implements Embedder {
    private final EmbeddingSpace space;
    private final Map<String, Embedding> byText = new HashMap<>();

    GivenEmbeddings(String model, int dimensions) {
        space = EmbeddingSpace.builder("given", model, dimensions).normalized().build();
    }

    void put(String text, float[] values) {
        byText.put(text, Embedding.of(values));
    }

    @Override
    public EmbeddingSpace space() {
        return space;
    }

    @Override
    public Embeddings embedDocuments(List<String> texts) {
        return new Embeddings(texts.stream().map(this::given).toList(), TokenUsage.NONE);
    }

    @Override
    public Embeddings embedQueries(List<String> texts) {
        return embedDocuments(texts);
    }

    private Embedding given(String text) {
        Embedding embedding = byText.get(text);
        if (embedding == null) {
            throw new ModelException("no embedding was given for a text of " + text.length() + " characters");
        }
        return embedding;
    }
}
