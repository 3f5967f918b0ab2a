package dev.ragkit.benchmarks;

import com.zaxxer.hikari.HikariDataSource;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.springframework.ai.document.Document;
import org.springframework.ai.vectorstore.SearchRequest;
import org.springframework.ai.vectorstore.pgvector.PgVectorStore;
import org.springframework.ai.vectorstore.pgvector.PgVectorStore.PgIndexType;
import org.springframework.jdbc.core.JdbcTemplate;

/** Spring AI's store on a pool. It is told to make no index first, and the one that it would make is made after the load. */
final class SpringAiPeer implements Peer {
    private static final String TABLE = "peer";
    private static final String QUERY = "query ";
    private static final int LIMIT = 10;

    private final Corpus corpus;
    private final HikariDataSource pool = new HikariDataSource();
    private final GivenVectors vectors;
    private final PgVectorStore store;

    SpringAiPeer(String url, Corpus corpus) {
        this.corpus = corpus;
        this.vectors = new GivenVectors(corpus.dimensions());
        pool.setJdbcUrl(url);
        for (int query = 0; query < corpus.queries(); query++) {
            vectors.put(QUERY + query, corpus.query(query));
        }
        store = PgVectorStore.builder(new JdbcTemplate(pool), vectors)
                .vectorTableName(TABLE)
                .dimensions(corpus.dimensions())
                .indexType(PgIndexType.NONE)
                .initializeSchema(true)
                .build();
        store.afterPropertiesSet();
    }

    @Override
    public String name() {
        return "Spring AI";
    }

    @Override
    public void add(List<Item> items) {
        items.forEach(item -> vectors.put(item.text(), item.vector()));
        store.add(items.stream()
                .map(item -> new Document(new UUID(0, item.row()).toString(), item.text(), item.metadata()))
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
        List<SearchRequest> requests = IntStream.range(0, corpus.queries())
                .mapToObj(query -> request(query, filtered))
                .toList();
        return new Contender() {
            @Override
            public String name() {
                return SpringAiPeer.this.name();
            }

            @Override
            public Session open() {
                return new Searches(requests);
            }
        };
    }

    private static SearchRequest request(int query, boolean filtered) {
        SearchRequest.Builder builder =
                SearchRequest.builder().query(QUERY + query).topK(LIMIT);
        return filtered
                ? builder.filterExpression("hundredth == 'h3'").build()
                : builder.build();
    }

    /** The store is for any thread. */
    private final class Searches implements Contender.Session {
        private final List<SearchRequest> requests;

        Searches(List<SearchRequest> requests) {
            this.requests = requests;
        }

        @Override
        public List<Document> search(int query) {
            return store.similaritySearch(requests.get(query));
        }

        @Override
        public List<Integer> rows(int query) {
            return search(query).stream()
                    .map(document ->
                            (int) UUID.fromString(document.getId()).getLeastSignificantBits())
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
