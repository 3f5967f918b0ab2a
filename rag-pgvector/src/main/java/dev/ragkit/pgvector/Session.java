package dev.ragkit.pgvector;

import dev.ragkit.StoreException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.CancellationException;
import javax.sql.DataSource;

/**
 * Borrows a connection for a piece of work and gives it back as it was: closed, in the mode it came in, no transaction open.
 * What the database refuses becomes a {@link StoreException} that says what was being done.
 */
final class Session {
    private final DataSource dataSource;
    private final String where;
    private final Pooler pooler = new Pooler();

    /** Work on a connection. */
    interface Work<T> {
        T on(Connection connection) throws SQLException;
    }

    Session(DataSource dataSource, String where) {
        this.dataSource = dataSource;
        this.where = where;
    }

    /** Reads; each text of statements is a transaction of its own, unless the pool hands out connections without auto-commit. */
    <T> T read(String doing, Work<T> work) {
        return run(doing, connection -> {
            boolean finished = false;
            try {
                T result = work.on(connection);
                finished = true;
                endIfInterrupted(doing);
                return result;
            } finally {
                rollBack(connection, finished);
            }
        });
    }

    private static void rollBack(Connection connection, boolean finished) throws SQLException {
        try {
            if (!connection.getAutoCommit()) {
                connection.rollback();
            }
        } catch (SQLException broken) {
            if (finished) {
                throw broken;
            }
        }
    }

    /** Part of a work that reads. */
    interface Part<T> {
        T get() throws SQLException;
    }

    /** Reads in one transaction, at the price of a round trip; for a driver that would make several of it. */
    static <T> T inTransaction(Connection connection, Part<T> part) throws SQLException {
        boolean autoCommit = connection.getAutoCommit();
        connection.setAutoCommit(false);
        boolean finished = false;
        try {
            T result = part.get();
            finished = true;
            return result;
        } finally {
            finish(connection, false, autoCommit, finished);
        }
    }

    /** Writes in one transaction: all of it or nothing. */
    <T> T write(String doing, Work<T> work) {
        return run(doing, connection -> {
            boolean autoCommit = connection.getAutoCommit();
            connection.setAutoCommit(false);
            boolean committed = false;
            try {
                T result = work.on(connection);
                endIfInterrupted(doing);
                connection.commit();
                committed = true;
                return result;
            } finally {
                finish(connection, committed, autoCommit, committed);
            }
        });
    }

    /** Never hides the failure of the work behind one of the clean-up: a connection that cannot be reset is broken anyway. */
    private static void finish(Connection connection, boolean committed, boolean autoCommit, boolean succeeded)
            throws SQLException {
        try {
            if (!committed) {
                connection.rollback();
            }
            connection.setAutoCommit(autoCommit);
        } catch (SQLException broken) {
            if (succeeded) {
                throw broken;
            }
        }
    }

    private <T> T run(String doing, Work<T> work) {
        endIfInterrupted(doing);
        try (Connection connection = dataSource.getConnection()) {
            return pooler.on(connection, work);
        } catch (SQLException e) {
            endIfInterrupted(doing);
            throw SqlErrors.translate(e, doing + " in " + where);
        }
    }

    private void endIfInterrupted(String doing) {
        if (Thread.currentThread().isInterrupted()) {
            throw new CancellationException("interrupted while " + doing + " in " + where);
        }
    }
}
