package dev.ragkit.intercept;

import dev.ragkit.Embedder;
import dev.ragkit.Generator;
import dev.ragkit.KeywordIndex;
import dev.ragkit.VectorStore;

/**
 * Wraps parts with {@link Interceptor}s, outermost first:
 *
 * <pre>
 * Intercepted.embedder(openAi, metrics, retry, rateLimit)
 *
 *   caller -&gt; metrics -&gt; retry -&gt; rateLimit -&gt; openAi
 * </pre>
 *
 * <p>Here a retried call waits for the rate limit again, and the metrics see one call with all its tries.
 */
public final class Intercepted {
    private Intercepted() {}

    /**
     * Wraps an embedder.
     *
     * @param target the part
     * @param interceptors outermost first
     * @return an embedder of the same space
     */
    public static Embedder embedder(Embedder target, Interceptor... interceptors) {
        return new InterceptedEmbedder(target, new Chain(Invocation.Component.EMBEDDER, interceptors));
    }

    /**
     * Wraps a generator.
     *
     * @param target the part
     * @param interceptors outermost first
     * @return a generator
     */
    public static Generator generator(Generator target, Interceptor... interceptors) {
        return new InterceptedGenerator(target, new Chain(Invocation.Component.GENERATOR, interceptors));
    }

    /**
     * Wraps a store.
     *
     * @param target the part
     * @param interceptors outermost first
     * @return a store of the same collection; a {@link KeywordIndex} too, if the target is
     */
    public static VectorStore store(VectorStore target, Interceptor... interceptors) {
        Chain chain = new Chain(Invocation.Component.STORE, interceptors);
        return target instanceof KeywordIndex
                ? new InterceptedSearchStore(target, chain)
                : new InterceptedStore(target, chain);
    }
}
