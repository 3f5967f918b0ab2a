package dev.ragkit.pgvector;

import dev.ragkit.pgvector.Session.Work;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * Lets a server be silent for as long as it works. The time without a byte that a driver or a pool allows is meant for calls; a
 * server that builds an index says nothing for longer.
 */
final class Silence {
    private Silence() {}

    /** Does work, and leaves the connection with the time that it came with. */
    static <T> T during(Connection connection, Work<T> work) throws SQLException {
        int allowed = connection.getNetworkTimeout();
        connection.setNetworkTimeout(Runnable::run, 0);
        try {
            return work.on(connection);
        } finally {
            giveBack(connection, allowed);
        }
    }

    /** Does not hide why the work failed. */
    private static void giveBack(Connection connection, int allowed) throws SQLException {
        try {
            connection.setNetworkTimeout(Runnable::run, allowed);
        } catch (SQLException broken) {
            connection.abort(Runnable::run);
        }
    }
}
