package dev.ragkit.benchmarks;

import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.openai.OpenAiEmbeddingModel;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * LangChain4j's embedder, told by hand how many texts of this length a request may have: by default it sends 2,048, which the
 * server refuses.
 *
 * @param name for the tables
 * @param settings beside address, key and model
 */
record LangChain4jEmbedding(String name, UnaryOperator<OpenAiEmbeddingModel.OpenAiEmbeddingModelBuilder> settings)
        implements EmbeddingClient {
    static LangChain4jEmbedding withDefaults() {
        return new LangChain4jEmbedding("LangChain4j", builder -> builder);
    }

    static LangChain4jEmbedding inBase64() {
        return new LangChain4jEmbedding("LangChain4j in base64", builder -> builder.encodingFormat("base64"));
    }

    @Override
    public Session open(String baseUrl, List<String> texts) {
        OpenAiEmbeddingModel model = settings.apply(OpenAiEmbeddingModel.builder()
                        .baseUrl(baseUrl)
                        .apiKey("none")
                        .modelName("text-embedding-3-small")
                        .maxSegmentsPerBatch(EmbedderRatios.REQUEST_TEXTS))
                .build();
        List<TextSegment> segments = texts.stream().map(TextSegment::from).toList();
        return new Session() {
            @Override
            public Object embed() {
                return model.embedAll(segments).content();
            }

            @Override
            public boolean isRight(Object embedded, int count, float[] first) {
                return embedded instanceof List<?> list
                        && list.size() == count
                        && list.get(0) instanceof Embedding embedding
                        && Arrays.equals(embedding.vector(), first);
            }

            @Override
            public void close() {}
        };
    }
}
