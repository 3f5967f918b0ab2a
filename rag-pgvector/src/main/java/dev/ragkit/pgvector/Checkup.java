package dev.ragkit.pgvector;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** A collection under examination, on one connection, in one transaction that only reads. */
final class Checkup {
    private final Connection connection;
    private final Tables tables;
    private final Definition definition;
    private final Extension extension;
    private final List<Finding> findings = new ArrayList<>();

    /** Reads a row. */
    interface Row<T> {
        T read(ResultSet row) throws SQLException;
    }

    Checkup(Connection connection, Tables tables, Definition definition, Extension extension) {
        this.connection = connection;
        this.tables = tables;
        this.definition = definition;
        this.extension = extension;
    }

    Connection connection() {
        return connection;
    }

    Tables tables() {
        return tables;
    }

    Definition definition() {
        return definition;
    }

    Extension extension() {
        return extension;
    }

    Ddl ddl() {
        return new Ddl(tables, definition, extension);
    }

    boolean isHnsw() {
        return definition.index().kind() == VectorIndex.Kind.HNSW;
    }

    void add(Finding.Kind kind, String what, String why, String... mend) {
        findings.add(new Finding(kind, what, why, List.of(mend)));
    }

    List<Finding> findings() {
        return findings;
    }

    /** All rows of a statement. */
    <T> List<T> list(String text, Row<T> row, Object... values) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(text)) {
            for (int i = 0; i < values.length; i++) {
                statement.setObject(i + 1, values[i]);
            }
            List<T> found = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    found.add(row.read(rows));
                }
            }
            return found;
        }
    }

    /** The one row of a statement. */
    <T> T one(String text, Row<T> row, Object... values) throws SQLException {
        return list(text, row, values).get(0);
    }

    String database() throws SQLException {
        return Tables.quoted(one("SELECT current_database()", row -> row.getString(1)));
    }

    String role() throws SQLException {
        return Tables.quoted(one("SELECT current_user", row -> row.getString(1)));
    }

    /** Bytes for people to read, in the form that settings take. */
    static String megabytes(long bytes) {
        return Math.max(1, (bytes + (1 << 20) - 1) >> 20) + "MB";
    }
}
