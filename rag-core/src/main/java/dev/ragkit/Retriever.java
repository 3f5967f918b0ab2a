package dev.ragkit;

import java.util.List;

/**
 * Finds chunks for a query. Built from parts that are composed:
 *
 * <pre>
 * Retriever.hybrid(embedder, store).reranked(reranker)
 * </pre>
 *
 * <p>A retriever that puts several searches together, or orders their hits anew, asks them for more candidates than the query
 * wants hits: five times as many, at least 50, at most {@value SearchOptions#MAX_LIMIT}.
 *
 * <p>Everything runs on the caller's thread, one search after the other. Implementations are safe for use by several threads.
 */
@FunctionalInterface
public interface Retriever {
    /**
     * Finds chunks.
     *
     * @param query what to look for, and where
     * @return at most {@link SearchOptions#limit()} hits, ordered by {@link Hit#BEST_FIRST}
     * @throws ModelException if a model fails
     * @throws StoreException if the store fails
     */
    List<Hit> retrieve(Query query);

    /**
     * Finds the chunks whose embeddings are nearest to the query's.
     *
     * @param embedder embeds the query
     * @param store is searched
     * @return the retriever; its hits have the score of {@link VectorStore#metric()}
     * @throws IllegalArgumentException if the embedder and the store do not have the same {@link EmbeddingSpace}
     */
    static Retriever vector(Embedder embedder, VectorStore store) {
        if (!embedder.space().equals(store.space())) {
            throw new IllegalArgumentException(
                    "the embedder and the store must have the same embedding space; the embedder's is "
                            + embedder.space() + ", the store's is " + store.space()
                            + "; use the embedder that the collection was made with, or ingest into another collection");
        }
        return query ->
                store.search(embedder.embedQuery(query.text()), query.options()).hits();
    }

    /**
     * Finds the chunks that hold words of the query. {@link SearchOptions#minScore()} is not read: it is the vector search's.
     *
     * @param index is searched
     * @return the retriever; its hits have the score of the index
     */
    static Retriever keyword(KeywordIndex index) {
        return query ->
                index.search(query.text(), withoutMinScore(query).options()).hits();
    }

    /**
     * Finds by embeddings and by words, and fuses both with {@link Fusion#ofDefaults()}.
     *
     * @param embedder embeds the query
     * @param store is searched both ways
     * @param <S> a store that is also a keyword index
     * @return the retriever; see {@link #hybrid(Retriever, Retriever, Fusion)}
     * @throws IllegalArgumentException if the embedder and the store do not have the same {@link EmbeddingSpace}
     */
    static <S extends VectorStore & KeywordIndex> Retriever hybrid(Embedder embedder, S store) {
        return hybrid(vector(embedder, store), keyword(store), Fusion.ofDefaults());
    }

    /**
     * Finds in two ways, one after the other, and fuses the hits. A hit carries its score from each search that found it, as
     * {@code vector} and {@code keyword}, and the score that it ranks by as {@code fused}.
     *
     * <p>{@link SearchOptions#minScore()} holds for the first search only. It is never compared with a fused score, so a chunk
     * that the second search finds is returned whatever the first would score it.
     *
     * @param vector the first search, usually {@link #vector}
     * @param keyword the second search, usually {@link #keyword}
     * @param fusion puts the hits together
     * @return the retriever
     */
    static Retriever hybrid(Retriever vector, Retriever keyword, Fusion fusion) {
        return query -> {
            Query wide = Candidates.of(query);
            List<Hit> fused = fusion.fuse(vector.retrieve(wide), keyword.retrieve(withoutMinScore(wide)));
            return Candidates.best(fused, query);
        };
    }

    /**
     * Lets a reranker order the candidates that this retriever finds, and keeps the best. Where nothing is found, the reranker
     * is not called. {@link SearchOptions#minScore()} is not compared with the reranker's scores.
     *
     * @param reranker scores the candidates
     * @return the retriever; its hits keep the scores that they had, beside the reranker's
     */
    default Retriever reranked(Reranker reranker) {
        return query -> {
            List<Hit> candidates = retrieve(Candidates.of(query));
            return candidates.isEmpty() ? candidates : Candidates.best(reranker.rerank(query, candidates), query);
        };
    }

    /**
     * Searches for what a rewriter makes of the question: one text in its place, or several, one search after the other. Hits of several
     * searches rank by the sum of {@code 1 / (60 + rank)} over the searches, as {@value QueryRewriter#SCORE}, and keep the scores of the
     * first search that found them; {@link SearchOptions#minScore()} holds for each search. What is put behind it, such as {@link
     * #reranked}, sees the question as it was asked.
     *
     * @param rewriter makes the texts
     * @return the retriever; it fails where the rewriter does, see {@link QueryRewriter#orQuestionOnFailure()}
     */
    default Retriever rewritten(QueryRewriter rewriter) {
        return new RewritingRetriever(this, rewriter);
    }

    private static Query withoutMinScore(Query query) {
        return new Query(
                query.text(),
                query.options().toBuilder().minScore(Double.NEGATIVE_INFINITY).build());
    }
}
