package dev.ragkit.intercept;

import dev.ragkit.DocumentVersion;
import dev.ragkit.EmbeddedDocument;
import dev.ragkit.Embedding;
import dev.ragkit.EmbeddingSpace;
import dev.ragkit.Filter;
import dev.ragkit.Metric;
import dev.ragkit.SearchOptions;
import dev.ragkit.SearchResult;
import dev.ragkit.VectorStore;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** A store inside a chain. Every operation is repeatable: that is what {@link VectorStore} promises. */
record InterceptedStore(VectorStore target, Chain chain) implements VectorStore {
    @Override
    public EmbeddingSpace space() {
        return target.space();
    }

    @Override
    public Metric metric() {
        return target.metric();
    }

    @Override
    public VectorStore tenant(String tenant) {
        return new InterceptedStore(target.tenant(tenant), chain);
    }

    @Override
    public void replace(List<EmbeddedDocument> documents) {
        chain.call("replace", documents.size(), () -> {
            target.replace(documents);
            return Boolean.TRUE;
        });
    }

    @Override
    public int delete(Collection<String> documentIds) {
        return chain.call("delete", documentIds.size(), () -> target.delete(documentIds));
    }

    @Override
    public Map<String, DocumentVersion> versions(Collection<String> documentIds) {
        return chain.call("versions", documentIds.size(), () -> target.versions(documentIds));
    }

    @Override
    public List<String> documentIds(Filter filter, String after, int limit) {
        return chain.call("documentIds", limit, () -> target.documentIds(filter, after, limit));
    }

    @Override
    public SearchResult search(Embedding embedding, SearchOptions options) {
        return chain.call("search", options.limit(), () -> target.search(embedding, options));
    }
}
