package dev.ragkit.benchmarks;

import dev.ragkit.Embedding;
import dev.ragkit.SearchOptions;
import dev.ragkit.SearchResult;
import dev.ragkit.VectorStore;
import java.util.List;
import java.util.stream.IntStream;

/** The library. The embedding is made before the time starts, as it is by whoever embeds. */
record RagKit(VectorStore store, Corpus corpus, SearchOptions options) implements Contender {
    static final String NAME = "RagKit";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Session open() {
        List<Embedding> queries = IntStream.range(0, corpus.queries())
                .mapToObj(query -> Embedding.of(corpus.query(query)))
                .toList();
        return new Session() {
            @Override
            public SearchResult search(int query) {
                return store.search(queries.get(query), options);
            }

            @Override
            public List<String> ids(int query) {
                return search(query).hits().stream()
                        .map(hit -> hit.chunk().documentId())
                        .toList();
            }

            @Override
            public void close() {}
        };
    }

    /** How the search went: exact, by index, or both. */
    String path(int query) {
        return store.search(Embedding.of(corpus.query(query)), options)
                .path()
                .name()
                .toLowerCase(java.util.Locale.ROOT)
                .replace('_', ' ');
    }
}
