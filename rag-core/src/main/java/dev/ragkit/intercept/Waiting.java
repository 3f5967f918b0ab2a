package dev.ragkit.intercept;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

/** Time and chance, so that tests can hold both. Time is that of {@link System#nanoTime()}, which no change of the clock moves. */
record Waiting(LongSupplier nanoTime, DoubleSupplier random, Sleep sleep) {
    /** Lets the thread of the caller wait. */
    interface Sleep {
        void sleep(Duration duration) throws InterruptedException;
    }

    static Waiting real() {
        return new Waiting(
                System::nanoTime,
                () -> ThreadLocalRandom.current().nextDouble(),
                duration -> Thread.sleep(duration.toMillis(), duration.toNanosPart() % 1_000_000));
    }

    long now() {
        return nanoTime.getAsLong();
    }
}
