package dev.ragkit.openai;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the calls in flight every 10 ms and ends those that are cancelled or late: a thread that waits for a socket does not see
 * an interrupt. The one thread starts with a call, ends a second after the last one or when told, and keeps no JVM alive. Safe for use
 * by several threads.
 */
final class Watch implements AutoCloseable {
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Set<WatchedCall> calls = ConcurrentHashMap.newKeySet();
    private final AtomicReference<@Nullable Thread> thread = new AtomicReference<>();
    private volatile boolean closed;

    void begin(WatchedCall call) {
        calls.add(call);
        if (thread.get() == null) {
            start(call);
        }
    }

    void end(WatchedCall call) {
        calls.remove(call);
    }

    /** Refuses the call where the machine has no thread left to watch it. */
    private void start(WatchedCall first) {
        Thread fresh = new Thread(null, this::run, "ragkit-openai-watch", 0, false);
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
            while ((!closed && System.nanoTime() - lastCall < IDLE_NANOS) || !isOver()) {
                LockSupport.parkNanos(POLL_NANOS);
                Thread.interrupted(); // nobody's business here, and the next wait would not wait
                long now = System.nanoTime();
                for (WatchedCall call : calls) {
                    lastCall = now;
                    call.look(now);
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

    /** Ends the calls in flight; the thread goes with them. */
    @Override
    public void close() {
        closed = true;
        calls.forEach(WatchedCall::close);
    }
}
