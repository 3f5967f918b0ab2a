package dev.ragkit.pgvector;

import dev.ragkit.StoreException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How far the write-ahead log was when this store had last written. Writes are counted; a position that was read after so many
 * writes covers all of them. The later position counts, not the larger one: after a failover the log may go on from further back.
 * Safe for use by several threads.
 */
final class LastWrite {
    private static final String POSITION = "SELECT pg_current_wal_insert_lsn()::text";

    private static final String REACHED = """
            SELECT NOT pg_is_in_recovery() OR coalesce(pg_last_wal_replay_lsn() >= CAST(? AS pg_lsn), false)""";

    /** A place in the log that comes after the first so many writes. */
    private record Position(long writes, String lsn) {}

    private final AtomicLong writes = new AtomicLong();
    private volatile Position position = new Position(0, "");

    /** To be called after a write, also one that failed: it may have been committed. */
    void count() {
        writes.incrementAndGet();
    }

    boolean isKnown() {
        return position.writes() == writes.get();
    }

    /** Asks the primary where its log is now. If it cannot say, the position stays unknown; the write is done in any case. */
    void learn(Session primary, Deadline deadline) {
        long counted = writes.get();
        ask(primary, deadline).ifPresent(lsn -> keep(new Position(counted, lsn)));
    }

    private synchronized void keep(Position read) {
        if (read.writes() > position.writes()) {
            position = read;
        }
    }

    private static Optional<String> ask(Session primary, Deadline deadline) {
        try {
            return Optional.of(primary.read("reading the position of the log", deadline, LastWrite::read));
        } catch (StoreException | CancellationException unknown) {
            return Optional.empty();
        }
    }

    private static String read(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(POSITION);
                ResultSet row = statement.executeQuery()) {
            row.next();
            return row.getString(1);
        }
    }

    /** Whether the server of this connection has everything that this store has written; never while the position is unknown. */
    boolean isReachedBy(Connection connection) throws SQLException {
        Position needed = position;
        if (needed.writes() < writes.get()) {
            return false;
        }
        if (needed.writes() == 0) {
            return true;
        }
        try (PreparedStatement statement = connection.prepareStatement(REACHED)) {
            statement.setString(1, needed.lsn());
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getBoolean(1);
            }
        }
    }
}
