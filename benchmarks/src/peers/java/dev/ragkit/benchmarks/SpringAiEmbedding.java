package dev.ragkit.benchmarks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.springframework.ai.document.Document;
import org.springframework.ai.embedding.TokenCountBatchingStrategy;
import org.springframework.ai.openai.OpenAiEmbeddingModel;
import org.springframework.ai.openai.OpenAiEmbeddingOptions;

/**
 * Spring AI's embedder, which sends all texts of a call in one request.
 *
 * @param batching who makes calls of the right size
 */
record SpringAiEmbedding(Batching batching) implements EmbeddingClient {
    /** Who decides which texts go into a request. */
    enum Batching {
        /** The caller, who knows how long the texts are. */
        BY_HAND,
        /** The strategy that its stores take unless told otherwise. */
        ITS_OWN
    }

    @Override
    public String name() {
        return batching == Batching.BY_HAND ? "Spring AI" : "Spring AI with its TokenCountBatchingStrategy";
    }

    @Override
    public Session open(String baseUrl, List<String> texts) {
        OpenAiEmbeddingOptions.Builder builder = OpenAiEmbeddingOptions.builder();
        builder.baseUrl(baseUrl);
        builder.apiKey("none");
        builder.model("text-embedding-3-small");
        OpenAiEmbeddingOptions options = builder.build();
        OpenAiEmbeddingModel model = OpenAiEmbeddingModel.builder().options(options).build();
        return batching == Batching.BY_HAND ? new Calls(model, texts) : new Strategy(model, options, documents(texts));
    }

    private static List<Document> documents(List<String> texts) {
        return texts.stream().map(Document::new).toList();
    }

    /** Calls of as many texts as a request may have. */
    private record Calls(OpenAiEmbeddingModel model, List<String> texts) implements Vectors {
        @Override
        public Object embed() {
            List<float[]> vectors = new ArrayList<>();
            for (int from = 0; from < texts.size(); from += EmbedderRatios.REQUEST_TEXTS) {
                vectors.addAll(
                        model.embed(texts.subList(from, Math.min(texts.size(), from + EmbedderRatios.REQUEST_TEXTS))));
            }
            return vectors;
        }
    }

    /** One call with the strategy. */
    private record Strategy(OpenAiEmbeddingModel model, OpenAiEmbeddingOptions options, List<Document> documents)
            implements Vectors {
        @Override
        public Object embed() {
            return model.embed(documents, options, new TokenCountBatchingStrategy());
        }
    }

    /** What both return. */
    private interface Vectors extends Session {
        @Override
        default boolean isRight(Object embedded, int count, float[] first) {
            return embedded instanceof List<?> list
                    && list.size() == count
                    && list.get(0) instanceof float[] vector
                    && Arrays.equals(vector, first);
        }

        @Override
        default void close() {}
    }
}
