package dev.ragkit.pgvector;

import java.time.Duration;

/**
 * The time until which a call may run, on the clock that never jumps.
 *
 * @param at by {@link System#nanoTime()}
 */
record Deadline(long at) {
    private static final Duration LONGEST = Duration.ofDays(1);

    static Deadline after(Duration timeout) {
        return new Deadline(System.nanoTime() + timeout.toNanos());
    }

    /** Refuses what cannot be meant. */
    static Duration check(Duration timeout) {
        if (timeout.compareTo(Duration.ofMillis(1)) < 0 || timeout.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("timeout must be between 1 ms and 1 day, was " + timeout);
        }
        return timeout;
    }

    /** Whichever passes first. */
    Deadline orEarlier(Deadline other) {
        return other.isPassedAt(at) ? other : this;
    }

    boolean isPassed() {
        return isPassedAt(System.nanoTime());
    }

    boolean isPassedAt(long now) {
        return now - at >= 0;
    }
}
