package dev.ragkit.docs;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.SQLExceptionOverride;
import dev.ragkit.Chunk;
import dev.ragkit.Document;
import dev.ragkit.EmbeddedChunk;
import dev.ragkit.EmbeddedDocument;
import dev.ragkit.Embedding;
import dev.ragkit.EmbeddingSpace;
import dev.ragkit.SearchOptions;
import dev.ragkit.pgvector.Consistency;
import dev.ragkit.pgvector.PgVectorDataSource;
import dev.ragkit.pgvector.PgVectorSchema;
import dev.ragkit.pgvector.PgVectorStore;
import dev.ragkit.pgvector.TestPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConnectionsTest {
    private static final EmbeddingSpace SPACE =
            EmbeddingSpace.builder("test", "connected", 2).build();

    private final String database = TestPostgres.shared().freshDatabase();
    private final String url = database.replaceFirst("\\?.*", "");
    private final String password = "x";

    @Test
    void aPool() throws SQLException {
        // region pool
        PgVectorDataSource dataSource = PgVectorDataSource.builder(url)
                .user("postgres")
                .password(password)
                .maximumPoolSize(8)
                .build();
        // endregion
        try (dataSource;
                Connection connection = dataSource.getConnection()) {
            assertThat(connection.isValid(1)).isTrue();
            assertThat(dataSource.toString()).contains("at most 8 connections");
        }
    }

    @Test
    void aReplica() {
        EmbeddingSpace space = SPACE;
        String replicaUrl = database;
        try (PgVectorDataSource primary =
                PgVectorDataSource.builder(database).maximumPoolSize(1).build()) {
            PgVectorSchema.builder(space, "handbook").build().apply(primary);
            // region replica
            PgVectorDataSource replica = PgVectorDataSource.builder(replicaUrl)
                    .name("ragkit-replica")
                    .connectionTimeout(Duration.ofMillis(500))
                    .build();
            PgVectorStore store = PgVectorStore.builder(primary, space, "handbook")
                    .replica(replica)
                    .build();
            PgVectorStore relaxed = store.consistency(Consistency.ANY);
            // endregion
            try (replica) {
                Document document = Document.of("a", "text");
                Embedding embedding = Embedding.of(1, 0);
                store.replace(List.of(new EmbeddedDocument(
                        document, "v1", List.of(new EmbeddedChunk(Chunk.of(document, 0, 0, 4), embedding)))));
                assertThat(store.search(embedding, SearchOptions.ofDefaults()).hits())
                        .hasSize(1);
                assertThat(relaxed.search("text", SearchOptions.ofDefaults()).hits())
                        .hasSize(1);
            }
        }
    }

    // region override
    /** Named by the setting exceptionOverrideClassName of a HikariCP pool, from version 6.3 on. */
    public static final class LeaveReadOnlyServers implements SQLExceptionOverride {
        @java.lang.Override
        public Override adjudicate(SQLException error) {
            return "25006".equals(error.getSQLState()) ? Override.MUST_EVICT : Override.CONTINUE_EVICT;
        }
    }
    // endregion

    @Test
    void aPoolOfTheHostsOwnLeavesReadOnlyServers() throws SQLException {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(database);
        config.setMaximumPoolSize(1);
        config.setExceptionOverrideClassName(LeaveReadOnlyServers.class.getName());
        try (HikariDataSource pool = new HikariDataSource(config)) {
            execute(pool, "CREATE TABLE t (i int)");
            execute(pool, "SET default_transaction_read_only = on");
            assertThat(execute(pool, "INSERT INTO t VALUES (1)")).isEqualTo("25006");
            assertThat(execute(pool, "INSERT INTO t VALUES (1)")).isEmpty();
        }
    }

    /** The SQLSTATE, or nothing where it went well. */
    private static String execute(HikariDataSource pool, String text) {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(text);
            return "";
        } catch (SQLException e) {
            return e.getSQLState();
        }
    }
}
