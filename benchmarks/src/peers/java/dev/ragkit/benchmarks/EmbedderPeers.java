package dev.ragkit.benchmarks;

import java.util.ArrayList;
import java.util.List;

/**
 * The library's embedder beside those that users take today, with the same texts by the same server: {@code mvn -Ppeers -pl
 * benchmarks -am package -DskipTests}, then {@code java -cp benchmarks.jar dev.ragkit.benchmarks.EmbedderPeers [--quick]
 * [--part=langchain4j,springai,strategy]}.
 */
final class EmbedderPeers {
    private EmbedderPeers() {}

    /**
     * Measures those that are asked for.
     *
     * @param words the arguments
     */
    public static void main(String[] words) {
        Arguments arguments = Arguments.of(words);
        List<EmbeddingClient> clients = new ArrayList<>(List.of(new RagKitEmbedding(1)));
        if (arguments.wants("langchain4j")) {
            clients.add(LangChain4jEmbedding.withDefaults());
            clients.add(LangChain4jEmbedding.inBase64());
        }
        if (arguments.wants("springai")) {
            clients.add(new SpringAiEmbedding(SpringAiEmbedding.Batching.BY_HAND));
        }
        if (arguments.wants("strategy")) {
            clients.add(new SpringAiEmbedding(SpringAiEmbedding.Batching.ITS_OWN));
        }
        EmbedderRatios.measure("embedderpeers", arguments, clients);
    }
}
