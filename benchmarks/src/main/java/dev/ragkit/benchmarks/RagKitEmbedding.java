package dev.ragkit.benchmarks;

import dev.ragkit.Embedding;
import dev.ragkit.Embeddings;
import dev.ragkit.openai.OpenAiConnection;
import dev.ragkit.openai.OpenAiEmbedder;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * The library's embedder with its defaults, told nothing about the size of requests.
 *
 * @param atOnce requests of one call at once
 */
record RagKitEmbedding(int atOnce) implements EmbeddingClient {
    @Override
    public String name() {
        return atOnce == 1 ? "RagKit" : "RagKit with " + atOnce + " requests at once";
    }

    @Override
    public Session open(String baseUrl, List<String> texts) {
        OpenAiConnection connection =
                OpenAiConnection.builder(baseUrl).key("none").build();
        ExecutorService helpers = Executors.newFixedThreadPool(atOnce);
        OpenAiEmbedder embedder = OpenAiEmbedder.builder(connection, OpenAiEmbedder.space("text-embedding-3-small"))
                .concurrently(atOnce, helpers)
                .build();
        return new Session() {
            @Override
            public Embeddings embed() {
                return embedder.embedDocuments(texts);
            }

            @Override
            public boolean isRight(Object embedded, int count, float[] first) {
                Embeddings embeddings = (Embeddings) embedded;
                return embeddings.list().size() == count && embeddings.get(0).equals(Embedding.of(first));
            }

            @Override
            public void close() {
                helpers.shutdown();
                connection.close();
            }
        };
    }
}
