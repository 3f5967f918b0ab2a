package dev.ragkit.benchmarks;

import static dev.langchain4j.store.embedding.filter.MetadataFilterBuilder.metadataKey;

import com.zaxxer.hikari.HikariDataSource;
import dev.langchain4j.data.document.Metadata;
import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.store.embedding.EmbeddingSearchRequest;
import dev.langchain4j.store.embedding.EmbeddingSearchResult;
import dev.langchain4j.store.embedding.pgvector.DefaultMetadataStorageConfig;
import dev.langchain4j.store.embedding.pgvector.MetadataStorageMode;
import dev.langchain4j.store.embedding.pgvector.PgVectorEmbeddingStore;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;

/** LangChain4j's store on a pool, with metadata as jsonb. It makes IVFFlat indexes only, so HNSW is made by hand. */
final class LangChain4jPeer implements Peer {
    private static final String TABLE = "peer";
    private static final int LIMIT = 10;

    private final Corpus corpus;
    private final HikariDataSource pool = new HikariDataSource();
    private final PgVectorEmbeddingStore store;

    LangChain4jPeer(String url, Corpus corpus) {
        this.corpus = corpus;
        pool.setJdbcUrl(url);
        store = PgVectorEmbeddingStore.datasourceBuilder()
                .datasource(pool)
                .table(TABLE)
                .dimension(corpus.dimensions())
                .metadataStorageConfig(DefaultMetadataStorageConfig.builder()
                        .storageMode(MetadataStorageMode.COMBINED_JSONB)
                        .columnDefinitions(List.of("metadata JSONB NULL"))
                        .build())
                .build();
    }

    @Override
    public String name() {
        return "LangChain4j";
    }

    @Override
    public void add(List<Item> items) {
        store.addAll(
                items.stream().map(item -> new UUID(0, item.row()).toString()).toList(),
                items.stream().map(item -> Embedding.from(item.vector())).toList(),
                items.stream()
                        .map(item -> TextSegment.from(item.text(), Metadata.from(item.metadata())))
                        .toList());
    }

    @Override
    public void buildIndex() {
        SearchTable.execute(
                pool.getJdbcUrl(), "CREATE INDEX ON " + TABLE + " USING hnsw (embedding vector_cosine_ops)");
        SearchTable.execute(pool.getJdbcUrl(), "VACUUM ANALYZE");
    }

    @Override
    public long count() {
        return Long.parseLong(
                SearchTable.texts(pool, "SELECT count(*) FROM " + TABLE).get(0));
    }

    @Override
    public Contender unfiltered() {
        return contender(false);
    }

    @Override
    public Contender filtered() {
        return contender(true);
    }

    private Contender contender(boolean filtered) {
        List<EmbeddingSearchRequest> requests = IntStream.range(0, corpus.queries())
                .mapToObj(query -> request(query, filtered))
                .toList();
        return new Contender() {
            @Override
            public String name() {
                return LangChain4jPeer.this.name();
            }

            @Override
            public Session open() {
                return new Searches(requests);
            }
        };
    }

    private EmbeddingSearchRequest request(int query, boolean filtered) {
        EmbeddingSearchRequest.EmbeddingSearchRequestBuilder builder = EmbeddingSearchRequest.builder()
                .queryEmbedding(Embedding.from(corpus.query(query)))
                .maxResults(LIMIT);
        return filtered
                ? builder.filter(metadataKey("hundredth").isEqualTo("h3")).build()
                : builder.build();
    }

    /** The store is for any thread. */
    private final class Searches implements Contender.Session {
        private final List<EmbeddingSearchRequest> requests;

        Searches(List<EmbeddingSearchRequest> requests) {
            this.requests = requests;
        }

        @Override
        public EmbeddingSearchResult<TextSegment> search(int query) {
            return store.search(requests.get(query));
        }

        @Override
        public List<Integer> rows(int query) {
            return search(query).matches().stream()
                    .map(match -> (int) UUID.fromString(match.embeddingId()).getLeastSignificantBits())
                    .toList();
        }

        @Override
        public void close() {}
    }

    @Override
    public void close() {
        pool.close();
    }
}
