package dev.ragkit.openai;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** One call in flight: who may cancel it, and by when what has to come. Safe for use by its own thread and the watch. */
final class WatchedCall {
    /** What ended a call before its time. */
    enum End {
        CANCELLED,
        CLOSED,
        LATE
    }

    /** A limit on a call, with its name for people. */
    record Limit(String name, Duration length) {}

    private final Runnable abort;
    private final BooleanSupplier cancelled;
    private final Limit whole;
    private final long wholeDeadline;
    private Limit next;
    private long nextDeadline;
    private @Nullable End end;

    WatchedCall(Runnable abort, BooleanSupplier cancelled, Limit whole) {
        this.abort = abort;
        this.cancelled = cancelled;
        this.whole = whole;
        this.wholeDeadline = System.nanoTime() + whole.length().toNanos();
        this.next = whole;
        this.nextDeadline = wholeDeadline;
    }

    /** From now on something has to come within this limit; replaces the one before. */
    synchronized void expect(Limit limit) {
        long deadline = System.nanoTime() + limit.length().toNanos();
        boolean sooner = deadline - wholeDeadline < 0;
        next = sooner ? limit : whole;
        nextDeadline = sooner ? deadline : wholeDeadline;
    }

    void look(long now) {
        if (cancelled.getAsBoolean()) {
            end(End.CANCELLED);
        } else if (isLate(now)) {
            end(End.LATE);
        }
    }

    private synchronized boolean isLate(long now) {
        return now - nextDeadline >= 0;
    }

    void close() {
        end(End.CLOSED);
    }

    private void end(End how) {
        synchronized (this) {
            if (end != null) {
                return;
            }
            end = how;
        }
        abort.run();
    }

    /** What ended it before its time, or null. A call that is cancelled but was not looked at yet counts as cancelled. */
    synchronized @Nullable End end() {
        return end == null && cancelled.getAsBoolean() ? End.CANCELLED : end;
    }

    /** The limit that was passed, if it is late. */
    synchronized Limit limit() {
        return next;
    }
}
