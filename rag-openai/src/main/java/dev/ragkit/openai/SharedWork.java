package dev.ragkit.openai;

import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Does units of work on the caller's thread and on some threads of an executor that help. The caller never waits for the executor to
 * become free. Safe for use by several threads.
 */
record SharedWork(Executor executor, int threads) {
    static SharedWork ofCaller() {
        return new SharedWork(Runnable::run, 1);
    }

    /** Does one unit; the supplier tells at any time whether it is still wanted. */
    interface Work<T> {
        void accept(T unit, BooleanSupplier cancelled);
    }

    /**
     * Does all units, and returns when they are done.
     *
     * @throws CancellationException if the caller is interrupted; the flag stays set
     * @throws RuntimeException the first failure of a unit; the others are cancelled
     */
    <T> void run(List<T> units, Work<T> work) {
        if (Thread.currentThread().isInterrupted()) {
            throw interrupted();
        }
        Job<T> job = new Job<>(units, work);
        try {
            for (int i = 1; i < Math.min(threads, units.size()); i++) {
                executor.execute(job::help);
            }
        } catch (RejectedExecutionException busy) {
            // The caller does what nobody helps with.
        }
        job.lead();
    }

    private static CancellationException interrupted() {
        return new CancellationException("embedding was interrupted");
    }

    /** One call: who takes the next unit, who is still at work, and what failed first. */
    private static final class Job<T> {
        private final List<T> units;
        private final Work<T> work;
        private final Thread caller = Thread.currentThread();
        private final AtomicInteger next = new AtomicInteger();
        private int helping;
        private volatile boolean over;
        private @Nullable Throwable failure;

        Job(List<T> units, Work<T> work) {
            this.units = units;
            this.work = work;
        }

        void lead() {
            try {
                workOn();
                awaitHelpers();
            } finally {
                stop();
            }
        }

        void help() {
            synchronized (this) {
                if (over || next.get() >= units.size()) {
                    return;
                }
                helping++;
            }
            try {
                workOn();
            } finally {
                leave();
            }
        }

        private void workOn() {
            try {
                for (int i = next.getAndIncrement(); i < units.size(); i = next.getAndIncrement()) {
                    work.accept(units.get(i), this::isCancelled);
                }
            } catch (RuntimeException | Error e) {
                fail(e);
            }
        }

        private boolean isCancelled() {
            return over || caller.isInterrupted();
        }

        private synchronized void fail(Throwable thrown) {
            if (failure == null) {
                failure = thrown;
            }
            stop();
        }

        private synchronized void leave() {
            helping--;
            notifyAll();
        }

        private synchronized void stop() {
            over = true;
            next.set(units.size());
        }

        /** Cancelled helpers leave within moments; the caller waits for them, so that none outlives its call. */
        private synchronized void awaitHelpers() {
            boolean interrupted = false;
            while (helping > 0) {
                try {
                    wait();
                } catch (InterruptedException e) {
                    interrupted = true;
                    stop();
                }
            }
            if (interrupted) {
                caller.interrupt();
            }
            if (caller.isInterrupted() && (failure instanceof CancellationException || interrupted)) {
                throw interrupted();
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
