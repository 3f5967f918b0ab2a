package dev.ragkit.pgvector;

import dev.ragkit.pgvector.Session.Work;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * Reads to compare with each other: on one server, until one deadline, each in a transaction that may only read and gets no more
 * than one process. How long each took, and what was in force, is kept until the next. For one thread.
 */
final class Measuring implements Reads {
    private static final String GENTLY = """
            SET TRANSACTION READ ONLY;
            SELECT set_config('max_parallel_workers_per_gather', '0', true)""";

    private static final String IN_FORCE = "SELECT coalesce(nullif(current_setting(?, true), ''), '0')";

    private final Session server;
    private final Deadline deadline;
    private final String setting;
    private long nanos;
    private int inForce;

    /**
     * Begins now.
     *
     * @param server where to read, with the time for all reads together
     * @param setting a setting of the server that is a number
     */
    Measuring(Session server, String setting) {
        this.server = server;
        this.deadline = server.deadline();
        this.setting = setting;
    }

    @Override
    public <T> T read(String doing, Work<T> work) {
        return server.read(
                doing, deadline, connection -> Session.inTransaction(connection, () -> gently(connection, work)));
    }

    private <T> T gently(Connection connection, Work<T> work) throws SQLException {
        Catalogue.run(connection, GENTLY);
        long start = System.nanoTime();
        T result = work.on(connection);
        nanos = System.nanoTime() - start;
        inForce = inForce(connection);
        return result;
    }

    private int inForce(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(IN_FORCE)) {
            statement.setString(1, setting);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return Integer.parseInt(row.getString(1));
            }
        }
    }

    /** The time of the last work. */
    long nanos() {
        return nanos;
    }

    /** The value of the setting at the end of the last work; 0 where the server does not know it. */
    int inForce() {
        return inForce;
    }
}
