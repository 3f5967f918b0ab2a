package dev.ragkit.intercept;

import dev.ragkit.DocumentVersion;
import dev.ragkit.EmbeddedDocument;
import dev.ragkit.Embedding;
import dev.ragkit.EmbeddingSpace;
import dev.ragkit.Filter;
import dev.ragkit.KeywordIndex;
import dev.ragkit.Metric;
import dev.ragkit.SearchOptions;
import dev.ragkit.SearchResult;
import dev.ragkit.VectorStore;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** A store that is a keyword index too, inside a chain. */
final class InterceptedSearchStore implements VectorStore, KeywordIndex {
    private final InterceptedStore store;
    private final KeywordIndex index;

    InterceptedSearchStore(VectorStore target, Chain chain) {
        this.store = new InterceptedStore(target, chain);
        this.index = (KeywordIndex) target;
    }

    @Override
    public EmbeddingSpace space() {
        return store.space();
    }

    @Override
    public Metric metric() {
        return store.metric();
    }

    @Override
    public VectorStore tenant(String tenant) {
        return new InterceptedSearchStore(store.target().tenant(tenant), store.chain());
    }

    @Override
    public void replace(List<EmbeddedDocument> documents) {
        store.replace(documents);
    }

    @Override
    public int delete(Collection<String> documentIds) {
        return store.delete(documentIds);
    }

    @Override
    public Map<String, DocumentVersion> versions(Collection<String> documentIds) {
        return store.versions(documentIds);
    }

    @Override
    public List<String> documentIds(Filter filter, String after, int limit) {
        return store.documentIds(filter, after, limit);
    }

    @Override
    public SearchResult search(Embedding embedding, SearchOptions options) {
        return store.search(embedding, options);
    }

    @Override
    public SearchResult search(String text, SearchOptions options) {
        return store.chain().call("searchKeywords", options.limit(), () -> index.search(text, options));
    }
}
