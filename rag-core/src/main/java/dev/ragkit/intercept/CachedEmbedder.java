package dev.ragkit.intercept;

import dev.ragkit.Embedder;
import dev.ragkit.Embedding;
import dev.ragkit.EmbeddingSpace;
import dev.ragkit.Embeddings;
import dev.ragkit.StoreChecks;
import dev.ragkit.TokenUsage;
import dev.ragkit.VectorStore;
import dev.ragkit.intercept.EmbeddingKey.Input;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Embeds a text once: asks a cache first, and the embedder for what is not there.
 *
 * <pre>
 * caller -&gt; CachedEmbedder -&gt; cache
 *                          -&gt; retry -&gt; rateLimit -&gt; embedder     // for the rest, in one call
 * </pre>
 *
 * <p>Texts are found under their tenant, the embedding space and whether they are documents or queries; no tenant's text is ever
 * answered from what another has put in. A text that comes several times in a call is embedded once. Two calls that miss the same
 * text at the same time both embed it.
 *
 * <p>What the cache throws reaches the caller. {@link Embeddings#usage()} is what the embedder used for the rest, {@link
 * TokenUsage#NONE} if there was none.
 *
 * <p>Immutable and safe for use by several threads, as its parts are.
 */
public final class CachedEmbedder implements Embedder {
    private final Embedder embedder;
    private final EmbeddingCache cache;
    private final String tenant;

    private CachedEmbedder(Embedder embedder, EmbeddingCache cache, String tenant) {
        this.embedder = embedder;
        this.cache = cache;
        this.tenant = StoreChecks.tenant(tenant);
    }

    /**
     * Puts a cache before an embedder.
     *
     * @param embedder embeds what the cache does not have
     * @param cache keeps embeddings; may be shared by embedders of several spaces
     * @return an embedder of the same space, for the tenant {@value VectorStore#DEFAULT_TENANT}
     */
    public static CachedEmbedder of(Embedder embedder, EmbeddingCache cache) {
        return new CachedEmbedder(embedder, cache, VectorStore.DEFAULT_TENANT);
    }

    /**
     * The same embedder and cache for a tenant, as {@link VectorStore#tenant} is the same store.
     *
     * @param tenant whose texts are embedded; not blank
     * @return a handle that finds only what it, or another one for the same tenant, has put in
     * @throws IllegalArgumentException if it is not a name that a store takes
     */
    public CachedEmbedder tenant(String tenant) {
        return new CachedEmbedder(embedder, cache, tenant);
    }

    @Override
    public EmbeddingSpace space() {
        return embedder.space();
    }

    @Override
    public Embeddings embedDocuments(List<String> texts) {
        return embed(Input.DOCUMENT, texts);
    }

    @Override
    public Embeddings embedQueries(List<String> texts) {
        return embed(Input.QUERY, texts);
    }

    private Embeddings embed(Input input, List<String> texts) {
        List<EmbeddingKey> keys = texts.stream()
                .map(text -> EmbeddingKey.of(tenant, space(), input, text))
                .toList();
        Map<EmbeddingKey, String> wanted = new LinkedHashMap<>();
        for (int i = 0; i < keys.size(); i++) {
            wanted.putIfAbsent(keys.get(i), texts.get(i));
        }
        Map<EmbeddingKey, Embedding> known = wanted.isEmpty() ? new HashMap<>() : find(wanted);
        wanted.keySet().removeAll(known.keySet());
        TokenUsage usage = wanted.isEmpty() ? TokenUsage.NONE : embedMissing(input, wanted, known);
        return new Embeddings(keys.stream().map(known::get).toList(), usage);
    }

    /** Only what was asked for, and what has the dimensions of the space. */
    private Map<EmbeddingKey, Embedding> find(Map<EmbeddingKey, String> wanted) {
        Map<EmbeddingKey, Embedding> known = new HashMap<>(cache.find(List.copyOf(wanted.keySet())));
        known.keySet().retainAll(wanted.keySet());
        known.values().forEach(space()::check);
        return known;
    }

    private TokenUsage embedMissing(
            Input input, Map<EmbeddingKey, String> missing, Map<EmbeddingKey, Embedding> known) {
        List<String> texts = List.copyOf(missing.values());
        Embeddings embedded = input == Input.DOCUMENT ? embedder.embedDocuments(texts) : embedder.embedQueries(texts);
        Map<EmbeddingKey, Embedding> fresh = new HashMap<>();
        List<EmbeddingKey> keys = new ArrayList<>(missing.keySet());
        for (int i = 0; i < keys.size(); i++) {
            fresh.put(keys.get(i), space().check(embedded.get(i)));
        }
        known.putAll(fresh);
        cache.keep(fresh);
        return embedded.usage();
    }

    /** Shows the space; not the tenant, whose name may be personal. */
    @Override
    public String toString() {
        return "CachedEmbedder[" + space() + "]";
    }
}
