package dev.ragkit.pgvector;

import java.sql.Connection;
import java.sql.SQLException;

/**
 * A transaction, after which the connection is in the mode that it came in. Whatever was not committed is rolled back. For use by
 * one thread.
 */
final class Transaction implements AutoCloseable {
    private final Connection connection;
    private final boolean autoCommit;

    private Transaction(Connection connection) throws SQLException {
        this.connection = connection;
        this.autoCommit = connection.getAutoCommit();
    }

    /** Begins one, of which the server learns with the next statement. A pool's test query may have left another open. */
    static Transaction begin(Connection connection) throws SQLException {
        Transaction transaction = new Transaction(connection);
        if (!transaction.autoCommit) {
            connection.rollback();
        }
        connection.setAutoCommit(false);
        return transaction;
    }

    /** None: each statement is committed by itself, also where the connection came in another mode. */
    static Transaction none(Connection connection) throws SQLException {
        Transaction transaction = new Transaction(connection);
        if (!transaction.autoCommit) {
            connection.rollback();
        }
        connection.setAutoCommit(true);
        return transaction;
    }

    /** None where the connection commits each statement by itself, and the one that it begins by itself otherwise. */
    static Transaction asItCame(Connection connection) throws SQLException {
        return new Transaction(connection);
    }

    <T> T run(Session.Work<T> work) throws SQLException {
        return work.on(connection);
    }

    void commit() throws SQLException {
        connection.commit();
    }

    /** A connection that cannot be reset is broken already, or is broken here, so that no one gets it in an unknown state. */
    @Override
    public void close() throws SQLException {
        try {
            boolean autoCommitNow = connection.getAutoCommit();
            if (!autoCommitNow) {
                connection.rollback();
            }
            if (autoCommitNow != autoCommit) {
                connection.setAutoCommit(autoCommit);
            }
        } catch (SQLException broken) {
            connection.abort(Runnable::run);
        }
    }
}
