package dev.ragkit.benchmarks;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.springframework.ai.document.Document;
import org.springframework.ai.embedding.Embedding;
import org.springframework.ai.embedding.EmbeddingModel;
import org.springframework.ai.embedding.EmbeddingRequest;
import org.springframework.ai.embedding.EmbeddingResponse;

/** Gives the vector that a text was registered with, so that no time is spent on embedding. */
final class GivenVectors implements EmbeddingModel {
    private final Map<String, float[]> vectors = new ConcurrentHashMap<>();
    private final int dimensions;

    GivenVectors(int dimensions) {
        this.dimensions = dimensions;
    }

    void put(String text, float[] vector) {
        vectors.put(text, vector);
    }

    @Override
    public int dimensions() {
        return dimensions;
    }

    @Override
    public float[] embed(String text) {
        return vectors.getOrDefault(text, new float[0]);
    }

    @Override
    public float[] embed(Document document) {
        return embed(String.valueOf(document.getText()));
    }

    @Override
    public EmbeddingResponse call(EmbeddingRequest request) {
        List<String> texts = request.getInstructions();
        return new EmbeddingResponse(IntStream.range(0, texts.size())
                .mapToObj(i -> new Embedding(embed(texts.get(i)), i))
                .toList());
    }
}
