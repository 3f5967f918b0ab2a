package dev.ragkit.intercept;

import dev.ragkit.TokenCounter;

/**
 * One call of a part on its way through the interceptors.
 *
 * @param <T> what the call returns
 */
public interface Invocation<T> {
    /** What kind of part is called. */
    enum Component {
        /** An {@link dev.ragkit.Embedder}. */
        EMBEDDER,
        /** A {@link dev.ragkit.Generator}. */
        GENERATOR,
        /** A {@link dev.ragkit.VectorStore} or {@link dev.ragkit.KeywordIndex}. */
        STORE
    }

    /**
     * What kind of part is called.
     *
     * @return the kind
     */
    Component component();

    /**
     * Which method is called.
     *
     * @return the method's name, such as {@code embedDocuments}
     */
    String operation();

    /**
     * How much the call carries: texts to embed, documents to replace, ids to delete or look up, hits to find at most, passages
     * to answer from.
     *
     * @return 0 or more
     */
    int size();

    /**
     * How many tokens of text the call sends to a model: the texts to embed, the messages to answer.
     *
     * @param counter counts them
     * @return 0 or more; 0 for a store
     */
    long tokens(TokenCounter counter);

    /**
     * Whether doing it again would be safe at this moment. A streaming generation is no longer once text was handed out.
     *
     * @return true if it would be
     */
    boolean isRepeatable();

    /**
     * Goes on to the next interceptor, and behind the last one to the part. May be called again if the call is repeatable.
     *
     * @return what it returned
     */
    T proceed();
}
