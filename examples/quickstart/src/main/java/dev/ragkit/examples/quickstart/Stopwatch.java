package dev.ragkit.examples.quickstart;

import java.time.Duration;

/** Measures the steps of the program. For use by one thread. */
final class Stopwatch {
    private final long start = System.nanoTime();
    private long last = start;

    /** The time since the last lap, or since the start. */
    Duration lap() {
        long now = System.nanoTime();
        Duration lap = Duration.ofNanos(now - last);
        last = now;
        return lap;
    }

    /** The time since the start. */
    Duration total() {
        return Duration.ofNanos(System.nanoTime() - start);
    }
}
