package dev.ragkit.pgvector;

import dev.ragkit.pgvector.Session.Work;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Work in one transaction whose outcome can be found out on another connection, should the answer to its COMMIT be lost. For use
 * by one thread.
 */
final class Writing<T> {
    /**
     * Goes to the server together with BEGIN. Writers wait for each other by locks, in one order; where the database is set to
     * a higher isolation they would fail instead.
     */
    private static final String BEGIN = """
            SET TRANSACTION ISOLATION LEVEL READ COMMITTED;
            SELECT pg_current_xact_id()::text, extract(epoch FROM pg_postmaster_start_time())::text,
                extract(epoch FROM now())::text""";

    /**
     * The number of a transaction means what it meant only on the same server and as long as that did not crash: the numbers of
     * transactions that a crash wiped out are given out again. A crash resets the statistics.
     */
    private static final String ASK = """
            SELECT CASE
                WHEN extract(epoch FROM pg_postmaster_start_time())::text <> ? THEN 'on another server'
                WHEN (SELECT extract(epoch FROM stats_reset) > CAST(? AS float8) FROM pg_catalog.pg_stat_bgwriter)
                    THEN 'before a crash'
                ELSE pg_xact_status(CAST(? AS xid8)) END""";

    /**
     * Ends the session of a transaction that waits for the next statement: its COMMIT never arrived, and without a sign from the
     * network it would keep its locks for hours. One that is being committed is left in peace.
     */
    private static final String END = """
            SELECT pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity
            WHERE backend_xid = CAST(CAST(? AS xid8) AS xid) AND state LIKE 'idle in transaction%'""";

    private final Work<T> work;
    private String id = "";
    private String server = "";
    private String begun = "";
    private @Nullable T result;
    private boolean commitSent;

    /** What became of a commit. */
    enum Outcome {
        COMMITTED,
        ROLLED_BACK,
        IN_PROGRESS,
        UNKNOWN
    }

    Writing(Work<T> work) {
        this.work = work;
    }

    /** Does the work and commits it. */
    T on(Connection connection) throws SQLException {
        try (Transaction transaction = Transaction.begin(connection)) {
            transaction.run(this::learn);
            T done = transaction.run(work);
            result = done;
            commitSent = true;
            transaction.commit();
            return done;
        }
    }

    private boolean learn(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(BEGIN)) {
            statement.execute();
            statement.getMoreResults();
            try (ResultSet row = statement.getResultSet()) {
                row.next();
                id = row.getString(1);
                server = row.getString(2);
                begun = row.getString(3);
                return true;
            }
        }
    }

    /** Whether this failure leaves open what became of the transaction: a server that answers says that it was rolled back. */
    boolean isInDoubt(SQLException failure) {
        return commitSent && SqlErrors.isConnectionLost(failure);
    }

    /** Asks, on a connection other than that of the work. */
    Outcome outcome(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(ASK)) {
            statement.setString(1, server);
            statement.setString(2, begun);
            statement.setString(3, id);
            try (ResultSet row = statement.executeQuery()) {
                String status = row.next() ? row.getString(1) : null;
                if (status == null) {
                    return Outcome.UNKNOWN;
                }
                return switch (status) {
                    case "committed" -> Outcome.COMMITTED;
                    case "aborted" -> Outcome.ROLLED_BACK;
                    case "in progress" -> stillRunning(connection);
                    default -> Outcome.UNKNOWN;
                };
            }
        }
    }

    private Outcome stillRunning(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(END)) {
            statement.setString(1, id);
            statement.execute();
            return Outcome.IN_PROGRESS;
        }
    }

    /** What the work gave, once it is known to be committed. */
    T result() {
        return Objects.requireNonNull(result, "the work has not ended");
    }
}
