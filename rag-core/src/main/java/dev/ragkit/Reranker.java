package dev.ragkit;

import java.util.List;

/**
 * Reorders candidates by how well they answer a query.
 *
 * <p>Implementations are safe for use by several threads.
 */
@FunctionalInterface
public interface Reranker {
    /** The name under which hits carry a reranker's score: {@value}. */
    String SCORE = "reranked";

    /**
     * Scores candidates again.
     *
     * @param query the query
     * @param candidates what a search found
     * @return the same chunks with new scores, ordered by {@link Hit#BEST_FIRST}
     * @throws ModelException if the model behind it fails
     */
    List<Hit> rerank(Query query, List<Hit> candidates);
}
