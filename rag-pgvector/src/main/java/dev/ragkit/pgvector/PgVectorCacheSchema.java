package dev.ragkit.pgvector;

import dev.ragkit.StoreException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/**
 * The tables of {@link PgVectorEmbeddingCache} and {@link PgVectorAnswerCache}: prints their DDL, or applies it, and removes what is
 * old. One pair of tables serves all collections and tenants of a schema. Nothing in them is needed for anything but speed: they
 * may be emptied at any time. A role that works on them needs SELECT, INSERT, UPDATE and DELETE.
 *
 * <p>The table of answers holds texts of documents that answers cite. An answer that can no longer be found, as after the deletion of
 * a document, stays there until {@link #prune} or until the same question is answered anew.
 *
 * <p>Immutable and safe for use by several threads and processes.
 */
public final class PgVectorCacheSchema {
    private static final int ROWS_AT_ONCE = 10_000;
    private static final Duration TIMEOUT = PgVectorStore.DEFAULT_TIMEOUT;

    private final CacheTables tables;
    private final CacheSql sql;

    private PgVectorCacheSchema(CacheTables tables) {
        this.tables = tables;
        this.sql = new CacheSql(tables);
    }

    /**
     * The tables in a schema.
     *
     * @param schema 1 to 63 lower-case letters, digits and underscores, not beginning with a digit, such as {@value
     *     PgVectorSchema#DEFAULT_SCHEMA}; for answers that of the collection
     * @return the schema
     * @throws IllegalArgumentException if the name is not allowed
     */
    public static PgVectorCacheSchema in(String schema) {
        return new PgVectorCacheSchema(new CacheTables(schema));
    }

    /**
     * The DDL, for those who apply it by other means. The extension is taken to be in the schema {@value
     * PgVectorSchema#DEFAULT_SCHEMA}.
     *
     * @return the statements in order, without semicolons; they may be run again
     */
    public List<String> statements() {
        List<String> statements = new ArrayList<>(List.of(sql.createSchema()));
        statements.addAll(sql.createTables(TableCreation.PRINTED));
        return statements;
    }

    /**
     * The DDL as one script.
     *
     * @return {@link #statements()}, each with a semicolon
     */
    public String ddl() {
        return String.join(";\n\n", statements()) + ";\n";
    }

    /**
     * Makes the tables, or finds that they are there. Any number of processes may call it at once.
     *
     * @param dataSource the database, as a role that may make tables
     * @throws StoreException if the extension is not installed, or the database fails
     */
    public void apply(DataSource dataSource) {
        Session session = session(dataSource);
        if (!session.read("looking for tables", this::areThere)) {
            session.write("making the schema", connection -> {
                Tables lock = new Tables(tables.schema(), "rag_cache");
                TableCreation.lock(connection, lock);
                Catalogue catalogue = new Catalogue(connection, lock);
                if (!catalogue.isSchemaThere()) {
                    Catalogue.run(connection, sql.createSchema());
                }
                for (String statement : sql.createTables(catalogue.extension())) {
                    Catalogue.run(connection, statement);
                }
                return true;
            });
        }
    }

    /**
     * Removes the tables with all that is cached. Nothing happens where they are not there.
     *
     * @param dataSource the database
     * @throws StoreException if the database fails
     */
    public void drop(DataSource dataSource) {
        session(dataSource).write("dropping tables", connection -> {
            Catalogue.run(connection, sql.dropTables());
            return true;
        });
    }

    /**
     * Removes embeddings and answers that were kept longer ago than this, of all tenants, in transactions of at most 10,000 rows.
     * Call it now and then; nothing else makes the tables smaller. Where it is broken off, what was removed stays removed.
     *
     * @param dataSource the database
     * @param age how old what stays may be, by the clock of the server; 0 or more
     * @return how many were removed
     * @throws IllegalArgumentException if the age is negative
     * @throws StoreException if the tables are not there, or the database fails
     */
    public long prune(DataSource dataSource, Duration age) {
        if (age.isNegative()) {
            throw new IllegalArgumentException("age must not be negative, was " + age);
        }
        Session session = session(dataSource);
        long all = 0;
        for (String text : sql.prune()) {
            long removed = ROWS_AT_ONCE;
            while (removed == ROWS_AT_ONCE) {
                removed = session.write("removing what is old", connection -> prune(connection, text, age));
                all += removed;
            }
        }
        return all;
    }

    private static long prune(Connection connection, String text, Duration age) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(text)) {
            new Parameters(statement).number(seconds(age)).integer(ROWS_AT_ONCE);
            return statement.executeUpdate();
        }
    }

    static double seconds(Duration duration) {
        return (double) duration.toSeconds() + duration.toNanosPart() / 1e9;
    }

    private Session session(DataSource dataSource) {
        return new Session(dataSource, tables.where()).within(TIMEOUT);
    }

    private boolean areThere(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql.isThere())) {
            new Parameters(statement).text(tables.embeddings()).text(tables.answers());
            try (ResultSet row = statement.executeQuery()) {
                return row.next() && row.getBoolean(1);
            }
        }
    }

    /** Fails where the tables were never made. */
    void require(Connection connection) throws SQLException {
        if (!areThere(connection)) {
            throw new StoreException("the tables of " + tables.where()
                    + " are not there: make them with PgVectorCacheSchema.in(\"" + tables.schema()
                    + "\").apply(dataSource), or let an owner run what statements() prints");
        }
    }

    /** Shows the schema. */
    @Override
    public String toString() {
        return "PgVectorCacheSchema[" + tables.schema() + "]";
    }
}
