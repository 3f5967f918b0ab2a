package dev.ragkit;

import java.util.List;

/**
 * Makes of a question what is to be searched for. See {@link Retriever#rewritten}.
 *
 * <p>A rewriter that asks a model fails when the model fails, or gives nothing that can be searched for. Who would rather search for
 * the question as it was asked says so: {@link #orQuestionOnFailure()}.
 *
 * <p>Implementations are safe for use by several threads.
 */
@FunctionalInterface
public interface QueryRewriter {
    /** The name under which hits of several searches carry what they rank by: {@value}. */
    String SCORE = "queries";

    /** The most texts that {@link #multiQuery} adds: {@value}. */
    int MAX_QUERIES = 10;

    /**
     * Rewrites a question.
     *
     * @param question the question as it was asked
     * @return the texts to search for, the most important first; at least one
     * @throws ModelException if a model fails, or gives nothing that can be searched for
     */
    List<String> rewrite(String question);

    /**
     * Has a model say the question in the words that documents would use, without what is said around it.
     *
     * @param generator writes the query
     * @return a rewriter that gives one text
     */
    static QueryRewriter rephrasing(Generator generator) {
        return question -> List.of(Rewrite.one(generator, Rewrite.REPHRASE, question));
    }

    /**
     * Has a model ask the question in several ways, and searches for all of them beside the question itself. What is found by more of
     * them, and further up, ranks higher.
     *
     * @param generator writes the queries
     * @param count how many it is asked for, 1 to {@value #MAX_QUERIES}; it may give fewer
     * @return a rewriter that gives the question and at least one more
     * @throws IllegalArgumentException if the count is out of bounds
     */
    static QueryRewriter multiQuery(Generator generator, int count) {
        Require.between(count, 1, MAX_QUERIES, "count");
        return question -> Rewrite.several(generator, question, count);
    }

    /**
     * Has a model make up a passage that would answer the question, and searches for what is like it: HyDE (Gao, Ma, Lin and Callan,
     * Precise Zero-Shot Dense Retrieval without Relevance Labels, 2023). What it makes up is searched for and never shown.
     *
     * @param generator writes the passage
     * @return a rewriter that gives the passage
     */
    static QueryRewriter hypothetical(Generator generator) {
        return question -> List.of(Rewrite.one(generator, Rewrite.MAKE_UP, question));
    }

    /**
     * Searches for the question as it was asked where rewriting it fails with {@link ModelException}.
     *
     * @return a rewriter that does not fail because of a model; an interrupt still ends it
     */
    default QueryRewriter orQuestionOnFailure() {
        return question -> {
            try {
                return rewrite(question);
            } catch (ModelException failure) {
                if (Thread.currentThread().isInterrupted()) {
                    throw failure;
                }
                return List.of(question);
            }
        };
    }
}
