package dev.ragkit.pgvector;

import dev.ragkit.RagException.Kind;
import dev.ragkit.StoreException;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import org.postgresql.util.PSQLException;

/**
 * What an error of the database means: whether the same call may succeed later, and what to do. The text of the server is kept
 * in the cause and not repeated, for it may hold values of rows; except where a connection was refused, which has none.
 */
final class SqlErrors {
    private static final int MOST_CAUSES = 16;

    /** The other transaction goes on at once, so there is no load to wait for. */
    private static final Set<String> CONFLICTS = Set.of("40001", "40P01");

    private static final Duration AFTER_A_CONFLICT = Duration.ofMillis(10);

    /** Conflicts, restarts and lack of connections; see the PostgreSQL documentation, appendix A. */
    private static final Set<String> TRANSIENT =
            Set.of("40001", "40P01", "55P03", "57P01", "57P02", "57P03", "25006", "53300", "25P03", "57P05");

    /** How the states of a server begin that serves nobody: no login, no database, no room, or its end. */
    private static final Set<String> AWAY = Set.of("28", "3D", "53", "57P");

    private static final String UNPREPARED =
            "a pooler such as PgBouncer, which does not keep prepared statements, is between: add prepareThreshold=0 to the"
                    + " JDBC URL";

    /** The parameters of one statement came to another, which finds them malformed. */
    private static final String MISTAKEN = "the server did not expect what came; where " + UNPREPARED;

    private static final Map<String, String> ADVICE = Map.ofEntries(
            Map.entry("40001", "another transaction was in the way; try again"),
            Map.entry("40P01", "two transactions waited for each other; try again"),
            Map.entry("55P03", "a lock was not to be had in time; try again"),
            Map.entry(
                    "57014",
                    "the statement was cancelled or ran into statement_timeout; raise that, or narrow the call"),
            Map.entry("57P01", "the server ends its connections; try again"),
            Map.entry("57P02", "the server ends its connections; try again"),
            Map.entry("57P03", "the server is starting or stopping; try again"),
            Map.entry(
                    "25P03",
                    "the server's idle_in_transaction_session_timeout ended the connection; try again, or raise it"),
            Map.entry(
                    "25P04",
                    "the transaction ran into the server's transaction_timeout; raise it, or write smaller batches"),
            Map.entry(
                    "57P05",
                    "the server's idle_session_timeout ended the connection; let the pool's maxLifetime be shorter"),
            Map.entry("25006", "the server takes no writes now; send writes to the primary"),
            Map.entry("53300", "the server has no connection left; use a smaller pool, or raise max_connections"),
            Map.entry("53100", "the disk of the server is full; make room, then try again"),
            Map.entry("53200", "the server is out of memory; lower work_mem or write smaller batches"),
            Map.entry(
                    "42501",
                    "the role lacks a right; grant it SELECT, INSERT, UPDATE and DELETE on the collection's tables for"
                            + " reading and writing, CREATE on the schema for making tables; a table is changed by its owner"),
            Map.entry(
                    "42883", "a function is not there; make the collection's tables and functions with PgVectorSchema"),
            Map.entry("42P01", "a table is not there; make the collection's tables with PgVectorSchema"),
            Map.entry("42704", "an object is not there; make the collection's tables with PgVectorSchema"),
            Map.entry("42703", "a column is not there; the tables are not those that PgVectorSchema makes"),
            Map.entry("3F000", "the schema is not there; create it, or name another"),
            Map.entry("3D000", "the database is not there; create it, or name another"),
            Map.entry("08P01", MISTAKEN),
            Map.entry("22021", MISTAKEN),
            Map.entry("22P02", MISTAKEN),
            Map.entry("22P03", MISTAKEN),
            Map.entry("26000", UNPREPARED),
            Map.entry("42P05", UNPREPARED),
            Map.entry("22P05", "a text holds what the encoding of the database cannot keep; use a database in UTF8"),
            Map.entry(
                    "54000",
                    "a chunk is too large for the keyword index, which takes 1 MB of words, or a name or metadata for the"
                            + " entry of an index, which takes 2,704 bytes; make smaller chunks or shorter values"));

    private SqlErrors() {}

    /** The error as the caller sees it. */
    static StoreException translate(SQLException error, String doing) {
        String state = state(error);
        String message = "PostgreSQL failed " + doing + ": " + advice(state, error) + shown(state);
        return CONFLICTS.contains(state)
                ? new StoreException(message, AFTER_A_CONFLICT, error)
                : new StoreException(message, isTransient(error) ? Kind.TRANSIENT : Kind.PERMANENT, error);
    }

    /** The error of a call whose time was over; with a cause that {@code dev.ragkit.intercept.Retry} knows as a timeout. */
    static StoreException late(SQLException error, String doing, Duration timeout) {
        TimeoutException cause = new TimeoutException("stopped after " + timeout.toMillis() + " ms");
        cause.initCause(error);
        return new StoreException(
                "PostgreSQL was stopped " + doing + ", which did not end within " + timeout.toMillis()
                        + " ms: try again, allow more time with within(Duration) or timeout(Duration), or see in pg_stat_activity what keeps the"
                        + " server and in the pool who keeps its connections",
                Kind.TRANSIENT,
                cause);
    }

    /** The error of a call whose COMMIT was sent and not answered, and is not known to have been carried out. */
    static StoreException commitLost(SQLException error, String doing, Writing.Outcome outcome) {
        String became = outcome == Writing.Outcome.ROLLED_BACK
                ? "the transaction was rolled back; try again"
                : "whether the transaction was committed is not known; repeating the call is safe in both cases";
        return new StoreException(
                "PostgreSQL was lost at the end of " + doing + ": " + became + shown(state(error)),
                Kind.TRANSIENT,
                error);
    }

    /** Whether the same call may succeed later without anybody's help. */
    static boolean isTransient(SQLException error) {
        String state = state(error);
        return isUnreachable(state, error) || TRANSIENT.contains(state);
    }

    /** Whether the connection ended, so that the server's answer may have been lost. */
    static boolean isConnectionLost(SQLException error) {
        String state = state(error);
        return state.isEmpty() || state.startsWith("08") || state.startsWith("57P");
    }

    /**
     * Whether a server could not be used at all, by whatever query: it cannot be reached, refuses the login, starts, stops or has no
     * room. A server that refuses one query, or ends it because it is in the way, is there.
     */
    static boolean isServerAway(StoreException failure) {
        if (!(failure.getCause() instanceof SQLException error)) {
            return false;
        }
        String state = state(error);
        return isUnreachable(state, error) || AWAY.stream().anyMatch(state::startsWith);
    }

    private static boolean isUnreachable(String state, SQLException error) {
        return state.startsWith("08") || (state.isEmpty() && error instanceof SQLTransientConnectionException);
    }

    private static String advice(String state, SQLException error) {
        String advice = ADVICE.get(state);
        if (advice != null) {
            return advice;
        }
        if (isUnreachable(state, error)) {
            return "the database cannot be reached; check host, port and that the server runs, or, where all connections"
                    + " of a pool are in use, who keeps them (" + deepest(error) + ")";
        }
        if (state.startsWith("28")) {
            return "the login was refused; check user and password";
        }
        return "see the cause";
    }

    private static String shown(String state) {
        return state.isEmpty() ? "" : " (SQLSTATE " + state + ")";
    }

    /** The first state along the chain: pools wrap what the driver said. */
    static String state(SQLException error) {
        Throwable at = error;
        for (int i = 0; at != null && i < MOST_CAUSES; i++) {
            if (at instanceof SQLException sql && sql.getSQLState() != null) {
                return sql.getSQLState();
            }
            at = at instanceof SQLException sql && sql.getNextException() != null
                    ? sql.getNextException()
                    : at.getCause();
        }
        return "";
    }

    /** Whether memory that processes of the server share could not be had; told by the routine, as messages are translated. */
    static boolean isSharedMemoryShort(Throwable error) {
        Throwable at = error;
        for (int i = 0; at != null && i < MOST_CAUSES; i++) {
            if (at instanceof PSQLException server
                    && server.getServerErrorMessage() != null
                    && String.valueOf(server.getServerErrorMessage().getRoutine())
                            .startsWith("dsm_")) {
                return true;
            }
            at = at.getCause();
        }
        return false;
    }

    /** What the innermost failure of a connection said: an address, never a row. */
    private static String deepest(Throwable error) {
        Throwable at = error;
        for (int i = 0; at.getCause() != null && i < MOST_CAUSES; i++) {
            at = at.getCause();
        }
        return String.valueOf(at.getMessage());
    }
}
