package dev.ragkit.pgvector;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** What the database's catalogue says of the table of chunks and its indexes. */
final class ChunkTable {
    private static final String INDEXES = """
            SELECT c.relname, c.oid, i.indisvalid AND i.indisready AND i.indislive
            FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
            WHERE i.indrelid = to_regclass(?) AND NOT i.indisprimary
            ORDER BY c.relname""";

    private static final String PARTITIONED = """
            SELECT c.relkind = 'p'
            FROM pg_catalog.pg_class c WHERE c.oid = to_regclass(?)""";

    /** A worker of the server has no user, which everybody may see; of what kind it is, not everybody may. */
    private static final String LOCKED = """
            SELECT count(*) > 0 AND bool_and(a.usesysid IS NULL)
            FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
            WHERE l.relation = to_regclass(?) AND l.mode = 'ShareUpdateExclusiveLock' AND l.granted
                AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = current_database())""";

    private static final String PROGRESS = """
            SELECT p.phase, p.blocks_done, p.blocks_total, p.tuples_done, p.tuples_total
            FROM pg_catalog.pg_stat_progress_create_index p
            WHERE p.datname = current_database() AND p.relid = to_regclass(?) AND p.phase IS NOT NULL""";

    private final Connection connection;
    private final Tables tables;

    ChunkTable(Connection connection, Tables tables) {
        this.connection = connection;
        this.tables = tables;
    }

    /** An index that is there; not usable where a build or a removal of it was broken off. */
    record Index(String name, long oid, boolean isUsable) {}

    /** All but the primary key, by name. */
    Map<String, Index> indexes() throws SQLException {
        Map<String, Index> indexes = new LinkedHashMap<>();
        try (PreparedStatement statement = connection.prepareStatement(INDEXES)) {
            statement.setString(1, tables.chunk());
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    indexes.put(rows.getString(1), new Index(rows.getString(1), rows.getLong(2), rows.getBoolean(3)));
                }
            }
        }
        return indexes;
    }

    boolean isPartitioned() throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(PARTITIONED)) {
            statement.setString(1, tables.chunk());
            try (ResultSet row = statement.executeQuery()) {
                return row.next() && row.getBoolean(1);
            }
        }
    }

    /** Whether an automatic vacuum or analyze is at work on the table, and nobody else. */
    boolean isLockedByServerAlone() throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(LOCKED)) {
            statement.setString(1, tables.chunk());
            try (ResultSet row = statement.executeQuery()) {
                return row.next() && row.getBoolean(1);
            }
        }
    }

    /** How far the build of an index is that anybody runs now; empty where nobody does, or where the role may not see it. */
    Optional<IndexProgress> progress() throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(PROGRESS)) {
            statement.setString(1, tables.chunk());
            try (ResultSet row = statement.executeQuery()) {
                return row.next()
                        ? Optional.of(new IndexProgress(row.getString(1), work(row, 2), work(row, 4)))
                        : Optional.empty();
            }
        }
    }

    private static IndexProgress.Work work(ResultSet row, int first) throws SQLException {
        return new IndexProgress.Work(row.getLong(first), row.getLong(first + 1));
    }
}
