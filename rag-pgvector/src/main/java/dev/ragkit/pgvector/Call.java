package dev.ragkit.pgvector;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.postgresql.PGConnection;

/**
 * A call that runs on a connection. Its own thread and the {@link Watch} agree by one state on who ends it: either the call comes
 * to its end, and from then on nobody touches the connection; or the watch stops it, and then the connection is never used
 * again. So a cancel request that arrives late finds nobody to hit.
 */
final class Call {
    /** A server that can be reached answers a cancel request within this time; after it the connection is broken. */
    static final long GRACE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private static final long LAST_CANCEL_MILLIS = 10;

    private enum State {
        RUNNING,
        STOPPED,
        BROKEN,
        ENDED
    }

    private final PGConnection physical;
    private final Deadline deadline;
    private final Thread caller = Thread.currentThread();
    private final AtomicReference<State> state = new AtomicReference<>(State.RUNNING);

    /** When the watch stopped it; read and written by the watch alone. */
    private long stoppedAt;

    Call(Connection connection, Deadline deadline) throws SQLException {
        this.physical = connection.unwrap(PGConnection.class);
        this.deadline = deadline;
    }

    /** Stops the call if it has to end, and breaks its connection if stopping did not help. */
    void look(long now) {
        boolean overdue = caller.isInterrupted() || deadline.isPassedAt(now);
        if (overdue && state.compareAndSet(State.RUNNING, State.STOPPED)) {
            stoppedAt = now;
            aside("ragkit-cancel", this::cancel);
        } else if (state.get() == State.STOPPED
                && now - stoppedAt >= GRACE_NANOS
                && state.compareAndSet(State.STOPPED, State.BROKEN)) {
            aside("ragkit-break", this::cancelAndBreak);
        }
    }

    /** How long there will be nothing to do, unless the caller is interrupted. */
    long nanosUntilDue(long now) {
        if (state.get() == State.RUNNING) {
            return deadline.at() - now;
        }
        return state.get() == State.STOPPED ? stoppedAt + GRACE_NANOS - now : Long.MAX_VALUE;
    }

    /** Ends the call on its own thread. A connection that somebody else was told to touch is broken before it goes back. */
    void end() throws SQLException {
        if (state.getAndSet(State.ENDED) != State.RUNNING) {
            breakConnection();
        }
    }

    private void cancel() {
        try {
            physical.cancelQuery();
        } catch (SQLException unreachable) {
            // then the connection is broken next
        }
    }

    /** Cancels once more, for the statement that runs now may have begun after the first request. */
    private void cancelAndBreak() {
        Thread last = aside("ragkit-cancel", this::cancel);
        try {
            last.join(LAST_CANCEL_MILLIS);
            breakConnection();
        } catch (InterruptedException | SQLException e) {
            throw new IllegalStateException("a connection could not be broken; its call goes on", e);
        }
    }

    /** Closes the socket under the driver, which wakes the thread that waits for it. */
    private void breakConnection() throws SQLException {
        ((Connection) physical).abort(Runnable::run);
    }

    /** On a thread of its own, because a request to a dead host hangs. */
    private static Thread aside(String name, Runnable work) {
        Thread thread = new Thread(null, work, name, 0, false);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }
}
