package dev.ragkit.pgvector;

import java.util.concurrent.locks.LockSupport;

/** What other processes leave of the machine, for tests of times. */
final class BusyMachine {
    private static final long PAUSE_NANOS = 1_000_000;

    private BusyMachine() {}

    /** How long a thread that wants to run has to wait for its turn until then, at most; both by {@link System#nanoTime()}. */
    static long longestTurnUntil(long end) {
        long longest = 0;
        for (long now = System.nanoTime(); now - end < 0; ) {
            LockSupport.parkNanos(PAUSE_NANOS);
            long after = System.nanoTime();
            longest = Math.max(longest, after - now - PAUSE_NANOS);
            now = after;
        }
        return longest;
    }
}
