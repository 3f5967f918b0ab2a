package dev.ragkit.benchmarks;

import com.zaxxer.hikari.HikariDataSource;
import dev.ragkit.pgvector.PgVectorSchema;
import dev.ragkit.pgvector.PgVectorStore;
import dev.ragkit.pgvector.TestPostgres;
import dev.ragkit.pgvector.VectorIndex;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import javax.sql.DataSource;

/** A corpus in a collection of its own database, one chunk a document, loaded first and indexed after. */
final class SearchTable implements AutoCloseable {
    static final String COLLECTION = "bench";

    /** The chunks, for statements written by hand. */
    static final String CHUNK = "public.bench_chunk";

    private static final int BATCH = 500;

    /** An index that does not fit the stock 64 MB takes ten times as long to build. */
    private static final String ROOM_TO_BUILD = "&options=-c%20maintenance_work_mem=2GB";

    private final Corpus corpus;
    private final String url;
    private final HikariDataSource pool;
    private final PgVectorStore store;

    private SearchTable(Corpus corpus, String url, HikariDataSource pool, PgVectorStore store) {
        this.corpus = corpus;
        this.url = url;
        this.pool = pool;
        this.store = store;
    }

    /** Loads the corpus into a new database, with indexes on the keys of {@link Selection} as a host may have them. */
    static SearchTable load(TestPostgres server, Corpus corpus) {
        String url = server.freshDatabase();
        schema(corpus, VectorIndex.none()).apply(TestPostgres.dataSource(url));
        try (SearchTable empty = open(url, corpus)) {
            Passages passages = new Passages(corpus);
            for (int row = 0; row < corpus.rows(); row += BATCH) {
                empty.store.replace(passages.documents(row, Math.min(corpus.rows(), row + BATCH), 1));
            }
        }
        schema(corpus, VectorIndex.hnsw()).buildIndex(TestPostgres.dataSource(url + ROOM_TO_BUILD));
        for (String expression : Selection.INDEXES) {
            execute(url, "CREATE INDEX ON " + CHUNK + " (" + expression + ")");
        }
        execute(url, "VACUUM ANALYZE");
        return open(url, corpus);
    }

    /** Opens what {@link #load} made. */
    static SearchTable open(String url, Corpus corpus) {
        HikariDataSource pool = new HikariDataSource();
        pool.setJdbcUrl(url);
        DataSource dataSource = pool;
        PgVectorStore store = PgVectorStore.builder(dataSource, Passages.space(corpus), COLLECTION)
                .build();
        return new SearchTable(corpus, url, pool, store);
    }

    static PgVectorSchema schema(Corpus corpus, VectorIndex index) {
        return PgVectorSchema.builder(Passages.space(corpus), COLLECTION)
                .index(index)
                .rangeIndex("bucket")
                .build();
    }

    static void execute(String url, String sql) {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException("the server refused: " + sql, e);
        }
    }

    /** The first column of all rows, as text. */
    static List<String> texts(DataSource dataSource, String sql) {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            List<String> texts = new java.util.ArrayList<>();
            while (rows.next()) {
                texts.add(String.valueOf(rows.getString(1)));
            }
            return texts;
        } catch (SQLException e) {
            throw new IllegalStateException("the server refused: " + sql, e);
        }
    }

    Corpus corpus() {
        return corpus;
    }

    String url() {
        return url;
    }

    HikariDataSource pool() {
        return pool;
    }

    PgVectorStore store() {
        return store;
    }

    @Override
    public void close() {
        pool.close();
    }
}
