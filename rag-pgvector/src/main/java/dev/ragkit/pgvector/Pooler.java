package dev.ragkit.pgvector;

import dev.ragkit.pgvector.Session.Work;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/**
 * Whether a pooler such as PgBouncer stands between a data source and its server, and what follows from it. A pooler may give
 * a client another connection of the server for each transaction, on which the statements that the driver has prepared are not
 * known; COMMIT is one of them. So behind a pooler everything is sent unprepared, unless the host has set a threshold other than
 * the driver's own and so has said that it knows better. Safe for use by several threads.
 */
final class Pooler {
    private static final int DRIVERS_PREPARE_THRESHOLD = 5;

    /** Found out by the first call. */
    private volatile @Nullable Boolean between;

    /** Does work, and leaves the connection's threshold as it was. */
    <T> T on(Connection connection, Work<T> work) throws SQLException {
        PGConnection driver = connection.unwrap(PGConnection.class);
        if (driver.getPrepareThreshold() != DRIVERS_PREPARE_THRESHOLD || Boolean.FALSE.equals(between)) {
            return work.on(connection);
        }
        driver.setPrepareThreshold(0);
        try {
            if (!isKnownToBeBetween(connection)) {
                driver.setPrepareThreshold(DRIVERS_PREPARE_THRESHOLD);
            }
            return work.on(connection);
        } finally {
            driver.setPrepareThreshold(DRIVERS_PREPARE_THRESHOLD);
        }
    }

    private boolean isKnownToBeBetween(Connection connection) throws SQLException {
        Boolean known = between;
        if (known == null) {
            known = isBetween(connection);
            between = known;
        }
        return known;
    }

    /** A pooler tells its clients a process number of its own, for it is the pooler that they ask to cancel. */
    static boolean isBetween(Connection connection) throws SQLException {
        return serverProcess(connection)
                != connection.unwrap(PGConnection.class).getBackendPID();
    }

    private static int serverProcess(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("SELECT pg_backend_pid()");
                ResultSet row = statement.executeQuery()) {
            row.next();
            return row.getInt(1);
        }
    }
}
