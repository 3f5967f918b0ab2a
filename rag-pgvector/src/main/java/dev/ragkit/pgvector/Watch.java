package dev.ragkit.pgvector;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the calls in flight every 20 ms, and when the next one is due, and stops those that were interrupted or are late; the
 * driver does neither by itself.
 * A call costs one entry in a set. The one thread starts with a call, ends after a second without any, and keeps no JVM
 * alive, so nothing needs to be closed. Safe for use by several threads.
 */
final class Watch {
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long SHORTEST_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Set<Call> calls = ConcurrentHashMap.newKeySet();
    private final AtomicReference<@Nullable Thread> thread = new AtomicReference<>();

    Call begin(Connection connection, Deadline deadline) throws SQLException {
        Call call = new Call(connection, deadline);
        calls.add(call);
        if (thread.get() == null) {
            start(call);
        }
        return call;
    }

    void end(Call call) throws SQLException {
        calls.remove(call);
        call.end();
    }

    /** Refuses the call where the machine has no thread left to watch it. */
    private void start(Call first) {
        Thread fresh = new Thread(null, this::run, "ragkit-watch", 0, false);
        fresh.setDaemon(true);
        fresh.setContextClassLoader(null);
        if (thread.compareAndSet(null, fresh)) {
            try {
                fresh.start();
            } catch (OutOfMemoryError noThread) {
                thread.set(null);
                calls.remove(first);
                throw noThread;
            }
        }
    }

    private void run() {
        try {
            long lastCall = System.nanoTime();
            long pause = POLL_NANOS;
            while (System.nanoTime() - lastCall < IDLE_NANOS || !isOver()) {
                LockSupport.parkNanos(pause);
                Thread.interrupted(); // nobody's business here, and the next wait would not wait
                long now = System.nanoTime();
                pause = POLL_NANOS;
                for (Call call : calls) {
                    lastCall = now;
                    call.look(now);
                    pause = Math.min(pause, Math.max(SHORTEST_NANOS, call.nanosUntilDue(now)));
                }
            }
        } finally {
            thread.compareAndSet(Thread.currentThread(), null);
        }
    }

    /** A call that saw this thread before it left is in the set by then; one that comes later starts another. */
    private boolean isOver() {
        thread.set(null);
        return calls.isEmpty() || !thread.compareAndSet(null, Thread.currentThread());
    }
}
