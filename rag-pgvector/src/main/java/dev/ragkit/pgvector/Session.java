package dev.ragkit.pgvector;

import dev.ragkit.StoreException;
import dev.ragkit.pgvector.Writing.Outcome;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;

/**
 * Borrows a connection for a piece of work and gives it back as it was: closed, in the mode it came in, no transaction open; or
 * broken, where the work had to be stopped. What the database refuses becomes a {@link StoreException} that says what was being
 * done. Immutable and safe for use by several threads.
 */
final class Session {
    private static final Duration UNBOUNDED = Duration.ofDays(36_500);
    private static final Duration LONGEST_DOUBT = Duration.ofSeconds(60);
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final DataSource dataSource;
    private final String where;
    private final Watch watch;
    private final Duration timeout;
    private final Pooler pooler;

    /** Work on a connection. */
    interface Work<T> {
        T on(Connection connection) throws SQLException;
    }

    /** Sessions without a deadline. */
    Session(DataSource dataSource, String where) {
        this(dataSource, where, new Watch(), UNBOUNDED, new Pooler());
    }

    private Session(DataSource dataSource, String where, Watch watch, Duration timeout, Pooler pooler) {
        this.dataSource = dataSource;
        this.where = where;
        this.watch = watch;
        this.timeout = timeout;
        this.pooler = pooler;
    }

    /** The same, with so much time for each call. */
    Session within(Duration time) {
        return new Session(dataSource, where, watch, Deadline.check(time), pooler);
    }

    /** The time until which a call that begins now may run. */
    Deadline deadline() {
        return Deadline.after(timeout);
    }

    /** Reads; each text of statements is a transaction of its own, unless the pool hands out connections without auto-commit. */
    <T> T read(String doing, Work<T> work) {
        return read(doing, deadline(), work);
    }

    /** Reads, as part of a call that has begun already. */
    <T> T read(String doing, Deadline deadline, Work<T> work) {
        Work<T> whole = unlessInterrupted(doing, work);
        return call(
                doing,
                deadline,
                () -> onConnection(deadline, connection -> {
                    try (Transaction transaction = Transaction.asItCame(connection)) {
                        return transaction.run(whole);
                    }
                }));
    }

    /** Part of a work that reads. */
    interface Part<T> {
        T get() throws SQLException;
    }

    /** Reads in one transaction, at the price of a round trip; for a driver that would make several of it. */
    static <T> T inTransaction(Connection connection, Part<T> part) throws SQLException {
        try (Transaction transaction = Transaction.begin(connection)) {
            return transaction.run(same -> part.get());
        }
    }

    /**
     * Writes in one transaction: all of it or nothing. Where the answer to COMMIT is lost, the database is asked what became of
     * the transaction, and a call whose work was committed succeeds.
     */
    <T> T write(String doing, Work<T> work) {
        return write(doing, deadline(), work);
    }

    /** Writes, as part of a call that has begun already. */
    <T> T write(String doing, Deadline deadline, Work<T> work) {
        Writing<T> writing = new Writing<>(unlessInterrupted(doing, work));
        return call(doing, deadline, () -> {
            try {
                return onConnection(deadline, writing::on);
            } catch (SQLException failure) {
                if (!writing.isInDoubt(failure)) {
                    throw failure;
                }
                Outcome outcome = outcome(writing, deadline);
                if (outcome == Outcome.COMMITTED) {
                    return writing.result();
                }
                endIfInterrupted(doing);
                throw SqlErrors.commitLost(failure, doing + " in " + where, outcome);
            }
        });
    }

    /** Asks until the transaction has ended, or the time has: that of the call, but no longer than a server takes to come back. */
    private Outcome outcome(Writing<?> writing, Deadline ofCall) {
        Deadline deadline = ofCall.orEarlier(Deadline.after(LONGEST_DOUBT));
        while (!deadline.isPassed() && !Thread.currentThread().isInterrupted()) {
            try {
                Outcome outcome = onConnection(deadline, connection -> {
                    try (Transaction transaction = Transaction.asItCame(connection)) {
                        return transaction.run(writing::outcome);
                    }
                });
                if (outcome != Outcome.IN_PROGRESS) {
                    return outcome;
                }
            } catch (SQLException unreachable) {
                if (!SqlErrors.isTransient(unreachable)) {
                    return Outcome.UNKNOWN;
                }
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        return Outcome.UNKNOWN;
    }

    private <T> T call(String doing, Deadline deadline, Part<T> attempt) {
        endIfInterrupted(doing);
        try {
            return attempt.get();
        } catch (SQLException e) {
            endIfInterrupted(doing);
            throw deadline.isPassed()
                    ? SqlErrors.late(e, doing + " in " + where, timeout)
                    : SqlErrors.translate(e, doing + " in " + where);
        }
    }

    private <T> T onConnection(Deadline deadline, Work<T> work) throws SQLException {
        if (deadline.isPassed()) {
            throw new SQLTimeoutException("the time was over before there was a connection");
        }
        try (Connection connection = dataSource.getConnection()) {
            if (deadline.isPassed()) {
                throw new SQLTimeoutException("the data source gave a connection when the time was over");
            }
            Call call = watch.begin(connection, deadline);
            try {
                return pooler.on(connection, work);
            } catch (IllegalStateException confused) {
                // thrown by the driver, and by nothing of ours, where an answer is not one to what it sent
                connection.abort(Runnable::run);
                throw new SQLException("the driver lost track of what the server says", "08P01", confused);
            } finally {
                watch.end(call);
            }
        }
    }

    /** Nothing is handed out, and nothing committed, once the caller has been interrupted. */
    private <T> Work<T> unlessInterrupted(String doing, Work<T> work) {
        return connection -> {
            T result = work.on(connection);
            endIfInterrupted(doing);
            return result;
        };
    }

    private void endIfInterrupted(String doing) {
        if (Thread.currentThread().isInterrupted()) {
            throw new CancellationException("interrupted while " + doing + " in " + where);
        }
    }
}
