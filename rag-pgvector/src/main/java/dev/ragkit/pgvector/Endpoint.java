package dev.ragkit.pgvector;

import dev.ragkit.pgvector.Session.Work;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/**
 * A server as it is reached through one data source: directly, or behind a pooler such as PgBouncer. A pooler gives a client
 * another connection of the server for each transaction, where the statements that the driver has prepared are not known. So
 * behind one they are sent unprepared, unless the host has set a threshold of its own and so has said that it knows better.
 */
final class Endpoint {
    /** The driver's own. */
    private static final int DEFAULT_PREPARE_THRESHOLD = 5;

    private final Session session;

    /** Found out by the first call. */
    private volatile @Nullable Boolean behindPooler;

    Endpoint(Session session) {
        this.session = session;
    }

    <T> T read(String doing, Work<T> work) {
        return session.read(doing, fitting(work));
    }

    <T> T write(String doing, Work<T> work) {
        return session.write(doing, fitting(work));
    }

    private <T> Work<T> fitting(Work<T> work) {
        return connection -> {
            Work<T> fitting = isBehindPooler(connection) ? unprepared(work) : work;
            return fitting.on(connection);
        };
    }

    private boolean isBehindPooler(Connection connection) throws SQLException {
        Boolean known = behindPooler;
        if (known == null) {
            int told = connection.unwrap(PGConnection.class).getBackendPID();
            known = unprepared(Endpoint::serverProcess).on(connection) != told;
            behindPooler = known;
        }
        return known;
    }

    /** A pooler tells its clients a number of its own, for it cancels for them. */
    private static int serverProcess(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT pg_backend_pid()")) {
            row.next();
            return row.getInt(1);
        }
    }

    /** Work whose statements are not kept by the server, unless the connection has another threshold than the driver's own. */
    static <T> Work<T> unprepared(Work<T> work) {
        return connection -> {
            PGConnection driver = connection.unwrap(PGConnection.class);
            if (driver.getPrepareThreshold() != DEFAULT_PREPARE_THRESHOLD) {
                return work.on(connection);
            }
            driver.setPrepareThreshold(0);
            try {
                return work.on(connection);
            } finally {
                driver.setPrepareThreshold(DEFAULT_PREPARE_THRESHOLD);
            }
        };
    }
}
