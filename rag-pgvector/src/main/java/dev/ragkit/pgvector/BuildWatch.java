package dev.ragkit.pgvector;

import dev.ragkit.StoreException;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Tells how far a build is while it runs, from a thread and with connections of its own: the thread that builds waits for the
 * server.
 */
final class BuildWatch {
    private static final int POLL_MILLIS = 200;

    private final Session session;
    private final Tables tables;
    private final Consumer<? super IndexProgress> progress;
    private final CountDownLatch ended = new CountDownLatch(1);
    private final FutureTask<Boolean> watching = new FutureTask<>(this::watch);
    private final Thread thread = new Thread(watching, "rag-index-progress");

    private BuildWatch(Session session, Tables tables, Consumer<? super IndexProgress> progress) {
        this.session = session;
        this.tables = tables;
        this.progress = progress;
    }

    static IndexReport during(
            Supplier<IndexReport> build, Session session, Tables tables, Consumer<? super IndexProgress> progress) {
        BuildWatch watch = new BuildWatch(session, tables, progress);
        watch.thread.setDaemon(true);
        watch.thread.start();
        IndexReport report;
        try {
            report = build.get();
        } finally {
            watch.ended.countDown();
            watch.awaitEnd();
        }
        watch.throwWhatWasThrown();
        return report;
    }

    private boolean watch() {
        try {
            do {
                Optional<IndexProgress> now;
                try {
                    now = session.read(
                            "looking at the build", connection -> new ChunkTable(connection, tables).progress());
                } catch (StoreException | CancellationException e) {
                    // The build matters and its tale does not; what ails the database the build will meet itself.
                    return false;
                }
                now.ifPresent(progress);
            } while (!ended.await(POLL_MILLIS, TimeUnit.MILLISECONDS));
            return true;
        } catch (InterruptedException e) {
            return false;
        }
    }

    /** Nothing is told after this. Whoever is interrupted here is not kept by a question that is on its way. */
    private void awaitEnd() {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
                thread.interrupt();
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void throwWhatWasThrown() {
        try {
            watching.get(0, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            if (e.getCause() instanceof RuntimeException thrown) {
                throw thrown;
            }
            throw new IllegalStateException("the listener of the build's progress failed", e);
        }
    }
}
