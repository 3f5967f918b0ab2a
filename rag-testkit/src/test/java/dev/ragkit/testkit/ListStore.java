package dev.ragkit.testkit;

import dev.ragkit.DocumentVersion;
import dev.ragkit.EmbeddedChunk;
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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The plainest store there is: every step is a {@link StoreRules rule}, so that one at a time can be broken. */
final class ListStore implements VectorStore, KeywordIndex {
    private final Shared shared;
    private final String tenant;

    /** A document as it is kept. */
    record Kept(EmbeddedDocument document, List<EmbeddedChunk> chunks) {
        static Kept of(EmbeddedDocument document) {
            return new Kept(document, document.chunks());
        }
    }

    /** What the handles of all tenants share; the maps are never changed, only replaced. */
    static final class Shared {
        private final EmbeddingSpace space;
        private final Metric metric;
        private final StoreRules rules;
        private volatile Map<String, Map<String, Kept>> tenants = Map.of();

        private Shared(EmbeddingSpace space, Metric metric, StoreRules rules) {
            this.space = space;
            this.metric = metric;
            this.rules = rules;
        }

        void publish(Map<String, Map<String, Kept>> next) {
            tenants = copy(next);
        }
    }

    ListStore(EmbeddingSpace space, Metric metric, StoreRules rules) {
        this(new Shared(space, metric, rules), DEFAULT_TENANT);
    }

    private ListStore(Shared shared, String tenant) {
        this.shared = shared;
        this.tenant = tenant;
    }

    @Override
    public EmbeddingSpace space() {
        return shared.rules.space(shared.space, tenant);
    }

    @Override
    public Metric metric() {
        return shared.metric;
    }

    @Override
    public ListStore tenant(String tenant) {
        return new ListStore(shared, shared.rules.tenant(tenant));
    }

    @Override
    public void replace(List<EmbeddedDocument> documents) {
        synchronized (shared) {
            shared.rules.checkIds(documents);
            Map<String, Map<String, Kept>> next = copy(shared.tenants);
            try {
                for (EmbeddedDocument document : shared.rules.checked(space(), metric(), documents)) {
                    shared.rules.put(next, tenant, document);
                }
            } finally {
                shared.rules.publish(shared, next, tenant, documents);
            }
        }
    }

    @Override
    public int delete(Collection<String> documentIds) {
        synchronized (shared) {
            Map<String, Map<String, Kept>> next = copy(shared.tenants);
            int deleted = shared.rules.delete(next, tenant, documentIds);
            shared.publish(next);
            return deleted;
        }
    }

    @Override
    public Map<String, DocumentVersion> versions(Collection<String> documentIds) {
        return shared.rules.versions(shared.rules.ledger(shared.tenants, tenant), documentIds);
    }

    @Override
    public List<String> documentIds(Filter filter, String after, int limit) {
        shared.rules.checkPage(limit);
        List<String> ids = shared.rules.ledger(shared.tenants, tenant).entrySet().stream()
                .filter(entry -> shared.rules.matches(
                        filter, entry.getValue().document().document().metadata()))
                .map(Map.Entry::getKey)
                .sorted(Found.CODE_POINT_ORDER)
                .toList();
        return shared.rules.page(ids, after).stream().limit(limit).toList();
    }

    @Override
    public SearchResult search(Embedding embedding, SearchOptions options) {
        shared.rules.checkQuery(space(), metric(), embedding);
        return shared.rules.chosen(
                shared.rules.candidates(embedding, this, shared.tenants), options, VectorStore.SCORE);
    }

    @Override
    public SearchResult search(String text, SearchOptions options) {
        return shared.rules.chosen(
                shared.rules.candidates(text, own().values(), shared.tenants), options, KeywordIndex.SCORE);
    }

    Map<String, Kept> own() {
        return shared.rules.visible(shared.tenants, tenant);
    }

    static Map<String, Map<String, Kept>> copy(Map<String, Map<String, Kept>> tenants) {
        Map<String, Map<String, Kept>> copy = new HashMap<>();
        tenants.forEach((name, documents) -> copy.put(name, new TreeMap<>(documents)));
        return copy;
    }
}
