package dev.ragkit.pgvector;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.ragkit.Chunk;
import dev.ragkit.Document;
import dev.ragkit.EmbeddedChunk;
import dev.ragkit.EmbeddedDocument;
import dev.ragkit.Embedding;
import dev.ragkit.EmbeddingSpace;
import dev.ragkit.Metric;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import javax.sql.DataSource;

/** Collections with names of their own in one database of the test server, through one pool. */
final class TestCollection {
    /** Six connections: a few threads at once, and far fewer than a server has. */
    static final HikariDataSource POOL = pool(TestPostgres.shared().freshDatabase(), 6);

    private static final AtomicInteger NUMBER = new AtomicInteger();

    private TestCollection() {}

    static String name() {
        return "c" + NUMBER.incrementAndGet();
    }

    static HikariDataSource pool(String jdbcUrl, int size) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(jdbcUrl);
        config.setMaximumPoolSize(size);
        config.setConnectionTimeout(20_000);
        return new HikariDataSource(config);
    }

    /** Makes a collection and opens it. */
    static PgVectorStore create(EmbeddingSpace space, UnaryOperator<PgVectorSchema.Builder> settings) {
        return create(space, settings, SearchPlan.ofDefaults());
    }

    static PgVectorStore create(EmbeddingSpace space, UnaryOperator<PgVectorSchema.Builder> settings, SearchPlan plan) {
        String name = name();
        PgVectorSchema schema =
                settings.apply(PgVectorSchema.builder(space, name)).build();
        schema.apply(POOL);
        return PgVectorStore.builder(POOL, space, name).plan(plan).build();
    }

    static PgVectorStore create(EmbeddingSpace space, Metric metric, VectorIndex index) {
        return create(space, schema -> schema.metric(metric).index(index));
    }

    /** Such an index learns its lists from rows, so there are some when it is built and none any more when it is handed out. */
    static PgVectorStore createWithIvfFlat(EmbeddingSpace space, UnaryOperator<PgVectorSchema.Builder> settings) {
        String name = name();
        PgVectorSchema schema =
                settings.apply(PgVectorSchema.builder(space, name)).build();
        schema.apply(POOL);
        PgVectorStore store = PgVectorStore.builder(POOL, space, name)
                .plan(SearchPlan.alwaysIndex())
                .build();
        Random random = new Random(1);
        List<EmbeddedDocument> documents = IntStream.range(0, 100)
                .mapToObj(i -> document("teacher-" + i, "text", direction(random, space.dimensions())))
                .toList();
        store.replace(documents);
        schema.buildIndex(POOL);
        store.delete(documents.stream().map(each -> each.document().id()).toList());
        return store;
    }

    /** Runs a statement behind the back of every store. */
    static void execute(String text) {
        execute(POOL, text);
    }

    /** Runs a statement, without a transaction around it. */
    static void execute(DataSource dataSource, String text) {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(text);
        } catch (SQLException e) {
            throw new IllegalStateException("the test database refused: " + text + " (" + e.getSQLState() + ")", e);
        }
    }

    /** The first column of all rows, as text. */
    static List<String> query(DataSource dataSource, String text) {
        List<String> values = new ArrayList<>();
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(text)) {
            while (rows.next()) {
                values.add(rows.getString(1));
            }
            return values;
        } catch (SQLException e) {
            throw new IllegalStateException("the test database refused: " + text + " (" + e.getSQLState() + ")", e);
        }
    }

    /** A document that is one chunk. */
    /** Returns when a standby has all that was written on its primary until now. */
    static void catchUp(DataSource primary, DataSource standby) {
        String written = query(primary, "SELECT pg_current_wal_insert_lsn()").get(0);
        Eventually.holds(() -> query(standby, "SELECT pg_last_wal_replay_lsn() >= '" + written + "'")
                .contains("t"));
    }

    static EmbeddedDocument document(String id, String text, Embedding embedding) {
        return document(Document.of(id, text), embedding);
    }

    static EmbeddedDocument document(Document document, Embedding embedding) {
        Chunk chunk = Chunk.of(document, 0, 0, document.text().length());
        return new EmbeddedDocument(document, "v1", List.of(new EmbeddedChunk(chunk, embedding)));
    }

    /** A random embedding of length 1. */
    static Embedding direction(Random random, int dimensions) {
        float[] values = new float[dimensions];
        for (int i = 0; i < dimensions; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return Embedding.of(values).normalized();
    }
}
