package dev.ragkit.intercept;

import dev.ragkit.Embedding;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** A bounded cache in the heap; one lock, held for as long as some maps take to be read. */
final class LeastRecentlyUsed implements EmbeddingCache {
    private static final int MOST = 10_000_000;

    private final int capacity;
    private final LinkedHashMap<EmbeddingKey, Embedding> byAccess = new LinkedHashMap<>(16, 0.75f, true);

    LeastRecentlyUsed(int capacity) {
        if (capacity < 1 || capacity > MOST) {
            throw new IllegalArgumentException("capacity must be between 1 and " + MOST + ", was " + capacity);
        }
        this.capacity = capacity;
    }

    @Override
    public synchronized Map<EmbeddingKey, Embedding> find(Collection<EmbeddingKey> keys) {
        Map<EmbeddingKey, Embedding> found = new HashMap<>();
        for (EmbeddingKey key : keys) {
            Embedding embedding = byAccess.get(key);
            if (embedding != null) {
                found.put(key, embedding);
            }
        }
        return found;
    }

    @Override
    public synchronized void keep(Map<EmbeddingKey, Embedding> embeddings) {
        for (Map.Entry<EmbeddingKey, Embedding> entry : embeddings.entrySet()) {
            byAccess.put(entry.getKey(), entry.getValue());
            if (byAccess.size() > capacity) {
                byAccess.remove(byAccess.keySet().iterator().next());
            }
        }
    }

    /** Shows how much is in it. */
    @Override
    public synchronized String toString() {
        return "EmbeddingCache.inMemory(" + byAccess.size() + " of " + capacity + ")";
    }
}
