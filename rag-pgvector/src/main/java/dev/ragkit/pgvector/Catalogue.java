package dev.ragkit.pgvector;

import dev.ragkit.StoreException;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** What the database's own catalogue says: whether what the library needs is there, and what to do if it is not. */
final class Catalogue {
    private static final String SERVER = """
            SELECT e.extversion, n.nspname, current_setting('server_encoding'), current_user,
                EXISTS (SELECT FROM pg_catalog.pg_available_extensions a WHERE a.name = 'vector'),
                coalesce(has_schema_privilege(n.oid, 'USAGE'), true)
            FROM (SELECT 1) AS one
            LEFT JOIN pg_catalog.pg_extension e ON e.extname = 'vector'
            LEFT JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace""";

    private static final String TABLES = """
            SELECT w.name, c.oid IS NOT NULL, coalesce(has_schema_privilege(n.oid, 'USAGE'), false),
                coalesce(has_table_privilege(c.oid, 'SELECT'), false),
                coalesce(has_table_privilege(c.oid, 'INSERT') AND has_table_privilege(c.oid, 'UPDATE')
                    AND has_table_privilege(c.oid, 'DELETE'), false)
            FROM unnest(?::text[]) AS w(name)
            LEFT JOIN pg_catalog.pg_namespace n ON n.nspname = ?
            LEFT JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = w.name
            UNION ALL
            SELECT w.name, p.oid IS NOT NULL, coalesce(has_schema_privilege(n.oid, 'USAGE'), false),
                coalesce(has_function_privilege(p.oid, 'EXECUTE'), false), true
            FROM unnest(?::text[]) AS w(name)
            LEFT JOIN pg_catalog.pg_namespace n ON n.nspname = ?
            LEFT JOIN pg_catalog.pg_proc p ON p.pronamespace = n.oid AND p.proname = w.name""";

    private static final String TEXT_SEARCH = """
            SELECT FROM pg_catalog.pg_ts_config c JOIN pg_catalog.pg_namespace n ON n.oid = c.cfgnamespace
            WHERE n.nspname || '.' || c.cfgname = ?""";

    private final Connection connection;
    private final Tables tables;

    Catalogue(Connection connection, Tables tables) {
        this.connection = connection;
        this.tables = tables;
    }

    /** The extension; fails where it is not installed, or the database cannot keep all text. */
    Extension extension() throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(SERVER);
                ResultSet row = statement.executeQuery()) {
            row.next();
            if (!"UTF8".equals(row.getString(3))) {
                throw new StoreException("the database is encoded in " + row.getString(3)
                        + " and cannot keep all text: create one with ENCODING 'UTF8'");
            }
            if (row.getString(1) == null) {
                throw new StoreException("the extension vector is not installed in this database: "
                        + (row.getBoolean(5)
                                ? "let a superuser run CREATE EXTENSION vector, or use PgVectorSchema with createExtension()"
                                : "the server does not have pgvector; install it on the server first, then run CREATE EXTENSION"
                                        + " vector"));
            }
            if (!row.getBoolean(6)) {
                throw new StoreException(
                        "the role '" + row.getString(4) + "' may not use the schema '" + row.getString(2)
                                + "', in which the extension vector is: run GRANT USAGE ON SCHEMA "
                                + Tables.quoted(row.getString(2)) + " TO " + Tables.quoted(row.getString(4)));
            }
            Extension extension = new Extension(row.getString(2), row.getString(1));
            if (!extension.isSupported()) {
                throw new StoreException("pgvector 0.5 or newer is needed, this database has " + extension.version()
                        + ": install a newer one on the server, then run ALTER EXTENSION vector UPDATE");
            }
            return extension;
        }
    }

    boolean isExtensionInstalled() throws SQLException {
        return exists("SELECT FROM pg_catalog.pg_extension WHERE extname = ?", "vector");
    }

    boolean isSchemaThere() throws SQLException {
        return exists("SELECT FROM pg_catalog.pg_namespace WHERE nspname = ?", tables.schema());
    }

    /** Whether the qualified name is that of a text search configuration. */
    boolean isTextSearchThere(String configuration) throws SQLException {
        return exists(TEXT_SEARCH, configuration);
    }

    boolean isRegistryThere() throws SQLException {
        return exists("SELECT WHERE to_regclass(?) IS NOT NULL", tables.registry());
    }

    private boolean exists(String text, String name) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(text)) {
            statement.setString(1, name);
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next();
            }
        }
    }

    /**
     * Fails where a table or function is not there or the role may not use it to search; the message has the statement that grants it.
     *
     * @return what to say to a write, empty if the role may write
     */
    String requireTables() throws SQLException {
        Rights rights = rights();
        if (!rights.missing.isEmpty()) {
            throw notThere("the tables or functions " + String.join(", ", rights.missing) + " are missing");
        }
        if (!rights.usable) {
            throw new StoreException(schemaDenied());
        }
        if (!rights.readable) {
            throw new StoreException(rowsDenied());
        }
        return rights.writable ? "" : rowsDenied();
    }

    /** What is not there, and what the role may do with what is. */
    private record Rights(List<String> missing, boolean usable, boolean readable, boolean writable) {}

    private Rights rights() throws SQLException {
        List<String> missing = new ArrayList<>();
        boolean usable = true;
        boolean readable = true;
        boolean writable = true;
        try (PreparedStatement statement = connection.prepareStatement(TABLES)) {
            statement.setArray(1, texts(tables.names()));
            statement.setString(2, tables.schema());
            statement.setArray(3, texts(tables.functionNames()));
            statement.setString(4, tables.schema());
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    if (!rows.getBoolean(2)) {
                        missing.add(rows.getString(1));
                    }
                    usable &= rows.getBoolean(3);
                    readable &= rows.getBoolean(4);
                    writable &= rows.getString(1).equals(Tables.REGISTRY) || rows.getBoolean(5);
                }
            }
        }
        return new Rights(missing, usable, readable, writable);
    }

    private Array texts(List<String> values) throws SQLException {
        return connection.createArrayOf("text", values.toArray());
    }

    /** What to say where the collection was never made. */
    StoreException notThere(String why) {
        return new StoreException(tables.where() + " is not there, " + why
                + ": make it with PgVectorSchema.builder(space, \"" + tables.collection() + "\").schema(\""
                + tables.schema() + "\").build().apply(dataSource), or let an owner run what statements() prints");
    }

    private String schemaDenied() throws SQLException {
        String role = Tables.quoted(currentUser());
        return "the role " + role + " may not use the schema '" + tables.schema() + "': run GRANT USAGE ON SCHEMA "
                + Tables.quoted(tables.schema()) + " TO " + role;
    }

    private String rowsDenied() throws SQLException {
        String role = Tables.quoted(currentUser());
        List<String> grants = new ArrayList<>(tables.grants(role));
        if (exists("SELECT WHERE to_regprocedure(?) IS NOT NULL", tables.estimateOfRange())) {
            grants.add(Tables.grantExecute(tables.estimateOfRange(), role));
        }
        return "the role " + role + " may not work on " + tables.where() + ": run " + String.join("; ", grants);
    }

    private String currentUser() throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("SELECT current_user");
                ResultSet row = statement.executeQuery()) {
            row.next();
            return row.getString(1);
        }
    }

    private boolean isStandby() throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("SELECT pg_is_in_recovery()");
                ResultSet row = statement.executeQuery()) {
            return row.next() && row.getBoolean(1);
        }
    }

    /** Fails on a server that follows another one, where nothing can be made. */
    void requirePrimary() throws SQLException {
        if (isStandby()) {
            throw new StoreException("this server is a standby, on which " + tables.where()
                    + " cannot be made or changed: do that on its primary, from which it comes here by itself");
        }
    }

    /** Runs a statement that gives nothing. */
    static void run(Connection connection, String text) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(text)) {
            statement.execute();
        }
    }
}
