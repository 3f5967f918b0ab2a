package dev.ragkit.pgvector;

import dev.ragkit.RagException.Kind;
import dev.ragkit.StoreException;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.Map;
import java.util.Set;

/**
 * What an error of the database means: whether the same call may succeed later, and what to do. The text of the server is kept
 * in the cause and not repeated, for it may hold values of rows; except where a connection was refused, which has none.
 */
final class SqlErrors {
    private static final int MOST_CAUSES = 16;

    /** Conflicts, restarts and lack of connections; see the PostgreSQL documentation, appendix A. */
    private static final Set<String> TRANSIENT =
            Set.of("40001", "40P01", "55P03", "57P01", "57P02", "57P03", "25006", "53300", "25P03", "57P05");

    private static final String UNPREPARED =
            "a pooler such as PgBouncer, which does not keep prepared statements, is between; add prepareThreshold=0 to the"
                    + " JDBC URL";

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
            Map.entry("25006", "the server takes no writes now; send writes to the primary"),
            Map.entry("53300", "the server has no connection left; use a smaller pool, or raise max_connections"),
            Map.entry("53100", "the disk of the server is full; make room, then try again"),
            Map.entry("53200", "the server is out of memory; lower work_mem or write smaller batches"),
            Map.entry(
                    "42501",
                    "the role lacks a right; grant it SELECT, INSERT, UPDATE and DELETE on the collection's tables"),
            Map.entry("42P01", "a table is not there; make the collection's tables with PgVectorSchema"),
            Map.entry("42704", "an object is not there; make the collection's tables with PgVectorSchema"),
            Map.entry("42703", "a column is not there; the tables are not those that PgVectorSchema makes"),
            Map.entry("3F000", "the schema is not there; create it, or name another"),
            Map.entry("3D000", "the database is not there; create it, or name another"),
            Map.entry("26000", UNPREPARED),
            Map.entry("42P05", UNPREPARED),
            Map.entry("22021", "a text holds what the encoding of the database cannot keep; use a database in UTF8"),
            Map.entry(
                    "54000",
                    "a chunk is too large for the keyword index, which takes 1 MB of words; make smaller chunks"));

    private SqlErrors() {}

    /** The error as the caller sees it. */
    static StoreException translate(SQLException error, String doing) {
        String state = state(error);
        boolean unreachable =
                state.startsWith("08") || (state.isEmpty() && error instanceof SQLTransientConnectionException);
        Kind kind = unreachable || TRANSIENT.contains(state) ? Kind.TRANSIENT : Kind.PERMANENT;
        return new StoreException(
                "PostgreSQL failed " + doing + ": " + advice(state, unreachable, error) + shown(state), kind, error);
    }

    private static String advice(String state, boolean unreachable, SQLException error) {
        if (unreachable) {
            return "the database cannot be reached; check host, port and that the server runs (" + deepest(error) + ")";
        }
        if (state.startsWith("28")) {
            return "the login was refused; check user and password";
        }
        String advice = ADVICE.get(state);
        return advice != null ? advice : "see the cause";
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

    /** What the innermost failure of a connection said: an address, never a row. */
    private static String deepest(Throwable error) {
        Throwable at = error;
        for (int i = 0; at.getCause() != null && i < MOST_CAUSES; i++) {
            at = at.getCause();
        }
        return String.valueOf(at.getMessage());
    }
}
