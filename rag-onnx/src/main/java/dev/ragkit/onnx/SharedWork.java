package dev.ragkit.onnx;

import java.util.concurrent.CancellationException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Does numbered units of work on the caller's thread and on some threads that help. The caller never waits for a helper to become
 * free, so calls that share the helpers cannot hold each other up. Safe for use by several threads.
 */
final class SharedWork implements AutoCloseable {
    private static final long IDLE_SECONDS = 10;

    private final int helpers;
    private final Executor executor;
    private final Runnable onClose;

    private SharedWork(int threads, Executor executor, Runnable onClose) {
        this.helpers = threads - 1;
        this.executor = executor;
        this.onClose = onClose;
    }

    /**
     * Work for some threads of its own.
     *
     * @param threads the caller's included, at least 1
     */
    static SharedWork ofThreads(int threads, String name) {
        ExecutorService pool = pool(Math.max(1, threads - 1), name);
        return new SharedWork(threads, pool, pool::shutdown);
    }

    /**
     * Work for threads of somebody else, who ends them.
     *
     * @param threads the caller's included, at least 1
     */
    static SharedWork on(Executor executor, int threads) {
        return new SharedWork(threads, executor, () -> {});
    }

    private static ExecutorService pool(int size, String name) {
        AtomicInteger number = new AtomicInteger();
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                size,
                size,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                task -> {
                    Thread thread = new Thread(task, name + "-" + number.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                },
                // After close a call gets no help and does its work itself.
                new ThreadPoolExecutor.DiscardPolicy());
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    /**
     * Does the units 0 to {@code units - 1} and returns when all are done.
     *
     * @throws CancellationException if the caller is interrupted, which is checked first and before each of its units; the flag stays set
     * @throws RuntimeException the first failure of a unit; units that were not begun are left out
     */
    void run(int units, IntConsumer unit) {
        endIfInterrupted();
        Job job = new Job(units, unit);
        askForHelp(job, Math.min(helpers, units - 1));
        job.lead();
    }

    private static void endIfInterrupted() {
        if (Thread.currentThread().isInterrupted()) {
            throw new CancellationException("embedding was interrupted");
        }
    }

    /** An executor that takes no more work gives no help. */
    private void askForHelp(Job job, int wanted) {
        try {
            for (int i = 0; i < wanted; i++) {
                executor.execute(job::help);
            }
        } catch (RejectedExecutionException busy) {
            // The caller does what nobody helps with.
        }
    }

    /** Lets the helpers end; work that is under way is finished by its caller. */
    @Override
    public void close() {
        onClose.run();
    }

    /** One call: who takes the next unit, who is still at work, and what failed first. */
    private static final class Job {
        private final int units;
        private final IntConsumer unit;
        private final AtomicInteger next = new AtomicInteger();
        private int helping;
        private boolean over;
        private @Nullable Throwable failure;

        Job(int units, IntConsumer unit) {
            this.units = units;
            this.unit = unit;
        }

        void lead() {
            try {
                for (int i = next.getAndIncrement(); i < units; i = next.getAndIncrement()) {
                    endIfInterrupted();
                    unit.accept(i);
                }
                awaitHelpers();
            } finally {
                stop();
            }
        }

        void help() {
            synchronized (this) {
                if (over) {
                    return;
                }
                helping++;
            }
            try {
                for (int i = next.getAndIncrement(); i < units; i = next.getAndIncrement()) {
                    unit.accept(i);
                }
            } catch (RuntimeException | Error e) {
                fail(e);
            } finally {
                leave();
            }
        }

        private synchronized void fail(Throwable thrown) {
            stop();
            if (failure == null) {
                failure = thrown;
            }
        }

        private synchronized void leave() {
            helping--;
            notifyAll();
        }

        private synchronized void stop() {
            over = true;
            next.set(units);
        }

        private synchronized void awaitHelpers() {
            over = true;
            try {
                while (helping > 0) {
                    wait();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new CancellationException("embedding was interrupted");
            }
            if (failure instanceof RuntimeException e) {
                throw e;
            }
            if (failure instanceof Error e) {
                throw e;
            }
        }
    }
}
