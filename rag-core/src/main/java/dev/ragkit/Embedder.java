package dev.ragkit;

import java.util.List;

/**
 * Turns texts into embeddings of one {@link EmbeddingSpace}. Documents and queries are apart because some models want a
 * different prefix for each; where a model makes no difference, both give the same.
 *
 * <p>The same text gives the same embedding, up to rounding, whatever its neighbours in the list.
 *
 * <p>Implementations are safe for use by several threads. An interrupt ends a call with
 * {@link java.util.concurrent.CancellationException}, the interrupt flag still set.
 */
public interface Embedder {
    /**
     * The space that the embeddings belong to.
     *
     * @return always the same space
     */
    EmbeddingSpace space();

    /**
     * Embeds texts of documents.
     *
     * @param texts any number of texts; none gives an empty result without any work
     * @return one embedding a text, in the same order
     * @throws ModelException if the model fails or refuses a text; {@link TextsRefusedException} if it embedded the others
     */
    Embeddings embedDocuments(List<String> texts);

    /**
     * Embeds texts of queries.
     *
     * @param texts any number of texts; none gives an empty result without any work
     * @return one embedding a text, in the same order
     * @throws ModelException if the model fails or refuses a text; {@link TextsRefusedException} if it embedded the others
     */
    Embeddings embedQueries(List<String> texts);

    /**
     * Embeds one query.
     *
     * @param text the query's text
     * @return its embedding
     * @throws ModelException if the model fails or refuses the text
     */
    default Embedding embedQuery(String text) {
        return embedQueries(List.of(text)).get(0);
    }
}
