package dev.ragkit.benchmarks;

import dev.ragkit.Embedding;
import dev.ragkit.SearchOptions;
import dev.ragkit.SearchResult;
import dev.ragkit.VectorStore;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** The library. The embedding is made before the time starts, as it is by whoever embeds. */
record RagKit(String name, VectorStore store, Corpus corpus, SearchOptions options) implements Contender {
    static final String NAME = "RagKit";

    RagKit(SearchTable table, SearchOptions options) {
        this(NAME, table.store(), table.corpus(), options);
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
            public List<Integer> rows(int query) {
                return search(query).hits().stream()
                        .map(hit -> Passages.row(
                                hit.chunk().documentId(), hit.chunk().ordinal()))
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
                .toLowerCase(Locale.ROOT)
                .replace('_', ' ');
    }
}
