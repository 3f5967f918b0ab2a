package dev.ragkit.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Set;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SharedWorkTest {
    @Test
    void everyUnitIsDoneOnce() {
        try (SharedWork work = SharedWork.ofThreads(4, "test")) {
            for (int units = 0; units < 300; units++) {
                AtomicIntegerArray done = new AtomicIntegerArray(units);
                work.run(units, done::incrementAndGet);
                for (int i = 0; i < units; i++) {
                    assertThat(done.get(i)).as("unit %d of %d", i, units).isEqualTo(1);
                }
            }
        }
    }

    @Test
    void unitsRunAtTheSameTime() {
        Set<Thread> threads = ConcurrentHashMap.newKeySet();
        try (SharedWork work = SharedWork.ofThreads(3, "test")) {
            CyclicBarrier together = new CyclicBarrier(3);
            work.run(3, i -> {
                threads.add(Thread.currentThread());
                await(together);
            });
        }
        assertThat(threads).hasSize(3).contains(Thread.currentThread());
        assertThat(threads)
                .filteredOn(thread -> !thread.equals(Thread.currentThread()))
                .allMatch(Thread::isDaemon);
    }

    private static void await(CyclicBarrier barrier) {
        try {
            barrier.await();
        } catch (InterruptedException | BrokenBarrierException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void oneThreadIsTheCallers() {
        try (SharedWork work = SharedWork.ofThreads(1, "test")) {
            work.run(10, i -> assertThat(Thread.currentThread().getName()).isNotEqualTo("test-1"));
        }
    }

    @Test
    void aFailureOfAHelperIsThrownAndEndsTheRest() {
        Thread caller = Thread.currentThread();
        CountDownLatch failed = new CountDownLatch(1);
        AtomicInteger units = new AtomicInteger();
        try (SharedWork work = SharedWork.ofThreads(2, "test")) {
            assertThatThrownBy(() -> work.run(1_000_000, i -> {
                        units.incrementAndGet();
                        if (Thread.currentThread().equals(caller)) {
                            awaitUninterrupted(failed);
                        } else {
                            failed.countDown();
                            throw new IllegalStateException("broken");
                        }
                    }))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("broken");
        }
        assertThat(units).hasValueLessThan(1_000_000);
    }

    @Test
    void aFailureOfTheCallerIsThrown() {
        try (SharedWork work = SharedWork.ofThreads(1, "test")) {
            assertThatThrownBy(() -> work.run(5, i -> {
                        throw new IllegalStateException("unit " + i);
                    }))
                    .hasMessage("unit 0");
        }
    }

    @Test
    void anInterruptEndsTheWaitForHelpers() {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        Thread caller = Thread.currentThread();
        try (SharedWork work = SharedWork.ofThreads(2, "test")) {
            assertThatThrownBy(() -> work.run(2, i -> {
                        if (Thread.currentThread().equals(caller)) {
                            awaitUninterrupted(begun);
                            caller.interrupt();
                        } else {
                            begun.countDown();
                            awaitUninterrupted(end);
                        }
                    }))
                    .isInstanceOf(CancellationException.class);
            assertThat(Thread.interrupted()).isTrue();
        } finally {
            end.countDown();
        }
    }

    private static void awaitUninterrupted(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void helpersRunOnTheExecutorThatWasLent() {
        Set<Thread> threads = ConcurrentHashMap.newKeySet();
        ExecutorService lent = Executors.newFixedThreadPool(2, task -> new Thread(task, "lent"));
        try (SharedWork work = SharedWork.on(lent, 3)) {
            CyclicBarrier together = new CyclicBarrier(3);
            work.run(3, i -> {
                threads.add(Thread.currentThread());
                await(together);
            });
        } finally {
            assertThat(lent.isShutdown())
                    .as("closing leaves the executor alone")
                    .isFalse();
            lent.shutdown();
        }
        assertThat(threads)
                .filteredOn(thread -> !thread.equals(Thread.currentThread()))
                .hasSize(2)
                .allMatch(thread -> thread.getName().equals("lent"));
    }

    @Test
    void whereTheExecutorRefusesOrIsTheCallerTheCallerDoesAllItself() {
        Executor full = task -> {
            throw new RejectedExecutionException("full");
        };
        for (Executor executor : List.of(full, (Executor) Runnable::run)) {
            AtomicInteger done = new AtomicInteger();
            SharedWork.on(executor, 4).run(50, i -> done.incrementAndGet());
            assertThat(done).hasValue(50);
        }
    }

    @Test
    void afterCloseTheCallerDoesAllItself() {
        SharedWork work = SharedWork.ofThreads(4, "test");
        work.close();
        Set<Thread> threads = ConcurrentHashMap.newKeySet();
        work.run(50, i -> threads.add(Thread.currentThread()));
        assertThat(threads).containsExactly(Thread.currentThread());
    }
}
