package dev.ragkit.intercept;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * A clock that stands still while anybody works and jumps to the next who wakes once all sleep. One of its threads runs at a time, so
 * a run with a seed always goes the same way.
 */
final class VirtualTime {
    private final PriorityQueue<Sleeper> sleepers =
            new PriorityQueue<>(Comparator.comparingLong(Sleeper::at).thenComparingLong(Sleeper::number));
    private final Random random;
    private long now;
    private long numbers;
    private int running;

    private record Sleeper(long at, long number, Semaphore turn) {}

    VirtualTime(long seed, long start) {
        this.random = new Random(seed);
        this.now = start;
    }

    synchronized long now() {
        return now;
    }

    synchronized double chance() {
        return random.nextDouble();
    }

    Waiting waiting() {
        return new Waiting(this::now, this::chance, this::sleep);
    }

    void sleep(Duration duration) throws InterruptedException {
        Semaphore turn = new Semaphore(0);
        synchronized (this) {
            sleepers.add(new Sleeper(now + Math.max(0, duration.toNanos()), numbers++, turn));
            stop();
        }
        turn.acquire();
    }

    private synchronized void stop() {
        running--;
        if (running == 0 && !sleepers.isEmpty()) {
            Sleeper next = sleepers.poll();
            now = next.at;
            running = 1;
            next.turn.release();
        }
    }

    /** Runs each task on a thread of its own and throws the first failure. */
    void run(List<? extends Callable<?>> tasks) throws Exception {
        running = tasks.size();
        ExecutorService threads =
                Executors.newFixedThreadPool(tasks.size(), work -> new Thread(null, work, "virtual time", 256 * 1024L));
        try {
            List<Future<Object>> results = new ArrayList<>();
            for (Callable<?> task : tasks) {
                results.add(threads.submit(() -> {
                    try {
                        sleep(Duration.ZERO);
                        return task.call();
                    } finally {
                        stop();
                    }
                }));
            }
            for (Future<Object> result : results) {
                result.get(100, TimeUnit.SECONDS);
            }
        } finally {
            threads.shutdownNow();
        }
    }
}
