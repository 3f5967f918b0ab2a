package dev.ragkit.examples.quickstart;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.pool.HikariPool.PoolInitializationException;
import dev.ragkit.EmbeddingSpace;
import dev.ragkit.StoreException;
import dev.ragkit.VectorStore;
import dev.ragkit.pgvector.PgVectorSchema;
import dev.ragkit.pgvector.PgVectorStore;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A collection in PostgreSQL with pgvector. Its tables are made where they are not there. */
final class PostgresStorage implements Storage {
    private final HikariDataSource pool;
    private final String collection;
    private final Consumer<String> notes;

    /**
     * Connects.
     *
     * @param url of the database
     * @param collection its name
     * @param environment with the login, where the URL has none
     * @param notes takes a line where tables were made
     * @throws Failure if it cannot connect
     */
    PostgresStorage(String url, String collection, Map<String, String> environment, Consumer<String> notes) {
        this.collection = collection;
        this.notes = notes;
        requireUnderstood(url);
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(url);
        config.setUsername(environment.get("PGUSER"));
        config.setPassword(environment.get("PGPASSWORD"));
        config.setMaximumPoolSize(2);
        try {
            pool = new HikariDataSource(config);
        } catch (PoolInitializationException e) {
            throw noDatabase(Objects.requireNonNullElse(e.getCause(), e));
        }
    }

    /** The pool would put the whole URL, with its password, into the message. */
    private static void requireUnderstood(String url) {
        try {
            DriverManager.getDriver(url);
        } catch (SQLException e) {
            throw new Failure(
                    ExitCode.USAGE,
                    "--store is no URL that the PostgreSQL driver understands: write one such as"
                            + " jdbc:postgresql://localhost:5432/postgres");
        }
    }

    private static Failure noDatabase(Throwable cause) {
        String state = state(cause);
        String advice = "check that the server runs, and the host and port in --store";
        if (state.startsWith("28")) {
            advice = "check user and password, in --store or in PGUSER and PGPASSWORD";
        } else if (state.equals("3D000")) {
            advice = "create it, or name another in --store";
        }
        String why = cause.getMessage()
                + (cause.getCause() == null ? "" : " (" + cause.getCause().getMessage() + ")");
        return new Failure(ExitCode.NO_DATABASE, "cannot connect to the database: " + why + "; " + advice, cause);
    }

    private static String state(@Nullable Throwable cause) {
        return cause instanceof SQLException sql && sql.getSQLState() != null ? sql.getSQLState() : "";
    }

    @Override
    public VectorStore store(EmbeddingSpace space) {
        try {
            return open(space);
        } catch (StoreException e) {
            return make(space);
        } catch (IllegalArgumentException e) {
            throw new Failure(ExitCode.USAGE, "--collection cannot be taken: " + e.getMessage(), e);
        }
    }

    private VectorStore open(EmbeddingSpace space) {
        return PgVectorStore.builder(pool, space, collection).build();
    }

    /** If the tables were not what was missing, this fails for the same reason. */
    private VectorStore make(EmbeddingSpace space) {
        try {
            PgVectorSchema.builder(space, collection).build().apply(pool);
            VectorStore store = open(space);
            notes.accept("made the tables of the collection " + collection);
            return store;
        } catch (StoreException e) {
            if (e.isTransient()) {
                throw e;
            }
            String advice = state(e.getCause()).equals("42501")
                    ? "; to make tables, the user needs GRANT CREATE ON SCHEMA public from its owner"
                    : "";
            throw new Failure(
                    ExitCode.NOT_PREPARED, "the database cannot be used as it is: " + e.getMessage() + advice, e);
        }
    }

    @Override
    public void close() {
        pool.close();
    }
}
