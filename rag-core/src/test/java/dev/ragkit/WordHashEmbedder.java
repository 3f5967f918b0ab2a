package dev.ragkit;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;

/** Embeds a text as the bag of its words, hashed; texts that share words are near. Counts what it is asked. */
final class WordHashEmbedder implements Embedder {
    private static final int DIMENSIONS = 64;

    private final EmbeddingSpace space =
            EmbeddingSpace.builder("test", "word-hash", DIMENSIONS).normalized().build();
    final List<String> texts = new ArrayList<>();
    int calls;
    Predicate<String> refuses = text -> false;
    RuntimeException refusal = new ModelException("the model refuses this text");

    @Override
    public EmbeddingSpace space() {
        return space;
    }

    @Override
    public Embeddings embedDocuments(List<String> batch) {
        calls++;
        if (batch.stream().anyMatch(refuses)) {
            throw refusal;
        }
        texts.addAll(batch);
        return embedQueries(batch);
    }

    @Override
    public Embeddings embedQueries(List<String> batch) {
        return new Embeddings(batch.stream().map(WordHashEmbedder::embed).toList(), TokenUsage.ofInput(batch.size()));
    }

    private static Embedding embed(String text) {
        float[] values = new float[DIMENSIONS];
        values[0] = 0.01f;
        for (String word : text.toLowerCase(Locale.ROOT).split("\\W+")) {
            values[Math.floorMod(word.hashCode(), DIMENSIONS)] += 1;
        }
        return Embedding.of(values).normalized();
    }
}
