package dev.ragkit.pgvector;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for something that happens soon, and not for longer than it takes. */
final class Eventually {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private Eventually() {}

    /** Returns when the condition holds; fails if it does not within 20 seconds. */
    static void holds(BooleanSupplier condition) {
        holdsWithin(PATIENCE, condition);
    }

    /** Returns when the condition holds; fails if it does not within so much time. */
    static void holdsWithin(Duration patience, BooleanSupplier condition) {
        long start = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - start > patience.toNanos()) {
                throw new AssertionError("what was waited for did not happen within " + patience);
            }
            LockSupport.parkNanos(2_000_000);
        }
    }
}
