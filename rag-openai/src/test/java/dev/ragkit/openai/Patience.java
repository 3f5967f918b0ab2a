package dev.ragkit.openai;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for what another thread is about to do. */
final class Patience {
    private static final long NANOS = TimeUnit.SECONDS.toNanos(20);

    private Patience() {}

    static void until(BooleanSupplier condition) {
        long start = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - start > NANOS) {
                throw new AssertionError("waited 20 s in vain");
            }
            LockSupport.parkNanos(1_000_000);
        }
    }
}
