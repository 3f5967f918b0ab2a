package dev.ragkit;

import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A store in memory: every search looks at every chunk of the tenant, or at every chunk that holds a word, so it is exact. Made
 * by {@link VectorStore#inMemory(EmbeddingSpace)}.
 *
 * <p>A chunk takes its text, 4 bytes a dimension, and about 20 bytes a word. The space of replaced and deleted chunks is
 * reclaimed once there are more of them than of the others.
 *
 * <p>Words are runs of letters and digits, without accents and case; English words by their stem, and without stop words;
 * Chinese, Japanese, Korean and Thai by pairs of characters. {@link KeywordIndex} tells the formula; a word that stands several
 * times in the query counts once.
 *
 * <p>Safe for use by several threads. Searches take no lock and see one state of the tenant from beginning to end: a
 * {@link #replace} or {@link #delete} shows as a whole or not at all.
 */
public final class InMemoryStore implements VectorStore, KeywordIndex {
    private final EmbeddingSpace space;
    private final Metric metric;
    private final String tenant;
    private final ConcurrentHashMap<String, TenantChunks> tenants;

    InMemoryStore(EmbeddingSpace space, Metric metric) {
        this(space, metric, DEFAULT_TENANT, new ConcurrentHashMap<>());
    }

    private InMemoryStore(
            EmbeddingSpace space, Metric metric, String tenant, ConcurrentHashMap<String, TenantChunks> tenants) {
        this.space = space;
        this.metric = metric;
        this.tenant = tenant;
        this.tenants = tenants;
    }

    @Override
    public EmbeddingSpace space() {
        return space;
    }

    @Override
    public Metric metric() {
        return metric;
    }

    @Override
    public InMemoryStore tenant(String tenant) {
        return new InMemoryStore(space, metric, Require.identifier(tenant, "tenant"), tenants);
    }

    @Override
    public void replace(List<EmbeddedDocument> documents) {
        checkNotInterrupted();
        List<EmbeddedDocument> copy = List.copyOf(documents);
        check(copy);
        if (!copy.isEmpty()) {
            tenants.computeIfAbsent(tenant, name -> new TenantChunks(space.dimensions(), metric))
                    .replace(copy);
        }
    }

    @Override
    public int delete(Collection<String> documentIds) {
        checkNotInterrupted();
        return chunks().delete(new HashSet<>(documentIds));
    }

    @Override
    public Map<String, DocumentVersion> versions(Collection<String> documentIds) {
        checkNotInterrupted();
        return chunks().versions(documentIds);
    }

    @Override
    public List<String> documentIds(Filter filter, String after, int limit) {
        Require.between(limit, 1, 10_000, "limit");
        checkNotInterrupted();
        return chunks().documentIds(filter, after, limit);
    }

    @Override
    public SearchResult search(Embedding embedding, SearchOptions options) {
        space.check(embedding);
        if (hasNoDirection(embedding)) {
            throw new IllegalArgumentException("the embedding to search for must not be all zeros under " + metric
                    + ", which has no angle to them; embed a text that is not empty");
        }
        checkNotInterrupted();
        return chunks().now().nearest(embedding, options);
    }

    @Override
    public SearchResult search(String text, SearchOptions options) {
        checkNotInterrupted();
        return chunks().now().withWords(text, options);
    }

    /** Shows the space and the metric; not the tenant, whose name may be personal. */
    @Override
    public String toString() {
        return "InMemoryStore[" + space + ", " + metric + "]";
    }

    /** An unknown tenant gets nothing but an empty view, so that asking for tenants costs no memory. */
    private TenantChunks chunks() {
        TenantChunks chunks = tenants.get(tenant);
        return chunks != null ? chunks : new TenantChunks(space.dimensions(), metric);
    }

    private void check(List<EmbeddedDocument> documents) {
        Set<String> ids = new HashSet<>();
        for (EmbeddedDocument document : documents) {
            String id = document.document().id();
            if (!ids.add(id)) {
                throw new IllegalArgumentException("document '" + id + "' must not be there twice in one call");
            }
            document.chunks().forEach(this::check);
        }
    }

    private void check(EmbeddedChunk embedded) {
        Embedding embedding = embedded.embedding();
        if (embedding.dimensions() != space.dimensions()) {
            throw new IllegalArgumentException("the embedding of " + embedded.chunk() + " must have "
                    + space.dimensions() + " dimensions, had " + embedding.dimensions() + "; the collection is of "
                    + space);
        }
        if (hasNoDirection(embedding)) {
            throw new IllegalArgumentException("the embedding of " + embedded.chunk() + " must not be all zeros under "
                    + metric + ", which has no angle to them; leave the chunk out or use another metric");
        }
    }

    private boolean hasNoDirection(Embedding embedding) {
        return metric == Metric.COSINE && embedding.dot(embedding) == 0;
    }

    static void checkNotInterrupted() {
        if (Thread.currentThread().isInterrupted()) {
            throw new CancellationException("the thread was interrupted; what was written before stays");
        }
    }
}
