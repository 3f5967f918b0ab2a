package dev.ragkit.intercept;

import dev.ragkit.Embedding;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentMap;

/**
 * Keeps embeddings for {@link CachedEmbedder}. It may forget any of them at any time, and finds nothing under a key that it was not
 * given with exactly that key.
 *
 * <p>Implementations are safe for use by several threads.
 */
public interface EmbeddingCache {
    /**
     * Finds embeddings.
     *
     * @param keys what to look for; none finds nothing without any work
     * @return those that are there, by key; a key that is absent was not kept, or was forgotten
     * @throws dev.ragkit.StoreException if the cache cannot be reached
     */
    Map<EmbeddingKey, Embedding> find(Collection<EmbeddingKey> keys);

    /**
     * Keeps embeddings. One that is there under the same key is replaced.
     *
     * @param embeddings by key; none keeps nothing without any work
     * @throws dev.ragkit.StoreException if the cache cannot be reached
     */
    void keep(Map<EmbeddingKey, Embedding> embeddings);

    /**
     * A cache in the heap that forgets what has not been asked for the longest. One embedding takes four bytes a dimension, and
     * about 250 bytes.
     *
     * @param capacity how many embeddings it holds at most, 1 to 10,000,000
     * @return the cache, empty
     * @throws IllegalArgumentException if the capacity is out of bounds
     */
    static EmbeddingCache inMemory(int capacity) {
        return new LeastRecentlyUsed(capacity);
    }

    /**
     * A cache in a map, such as the view of a cache of Caffeine:
     *
     * <pre>
     * EmbeddingCache.in(Caffeine.newBuilder().maximumSize(100_000).&lt;EmbeddingKey, Embedding&gt;build().asMap())
     * </pre>
     *
     * @param map holds the embeddings; who passes it bounds it
     * @return the cache
     */
    static EmbeddingCache in(ConcurrentMap<EmbeddingKey, Embedding> map) {
        return new MapCache(map);
    }
}
