package dev.ragkit.intercept;

import dev.ragkit.Embedding;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/** A cache in a map of the host. */
record MapCache(Map<EmbeddingKey, Embedding> map) implements EmbeddingCache {
    @Override
    public Map<EmbeddingKey, Embedding> find(Collection<EmbeddingKey> keys) {
        Map<EmbeddingKey, Embedding> found = new HashMap<>();
        for (EmbeddingKey key : keys) {
            Embedding embedding = map.get(key);
            if (embedding != null) {
                found.put(key, embedding);
            }
        }
        return found;
    }

    @Override
    public void keep(Map<EmbeddingKey, Embedding> embeddings) {
        map.putAll(embeddings);
    }

    /** Shows no key and no embedding. */
    @Override
    public String toString() {
        return "EmbeddingCache.in(" + map.getClass().getSimpleName() + ")";
    }
}
