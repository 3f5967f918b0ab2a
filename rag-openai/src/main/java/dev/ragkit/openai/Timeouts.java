package dev.ragkit.openai;

import java.time.Duration;

/** The four limits in time, all finite. */
record Timeouts(Duration connect, Duration firstToken, Duration idle, Duration call) {
    private static final Duration LEAST = Duration.ofMillis(1);
    private static final Duration MOST = Duration.ofDays(1);

    static Duration check(Duration timeout, String name) {
        if (timeout.compareTo(LEAST) < 0 || timeout.compareTo(MOST) > 0) {
            throw new IllegalArgumentException(
                    name + " must be between " + LEAST + " and " + MOST + ", was " + timeout);
        }
        return timeout;
    }
}
