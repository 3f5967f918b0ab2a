package dev.ragkit.intercept;

import java.time.Duration;

/**
 * How much a server still lets a client do, as it told with a reply: {@code x-ratelimit-limit}, {@code -remaining} and {@code -reset}.
 *
 * @param limit how much is allowed in the server's period, in requests or tokens; 0 or more
 * @param remaining how much of it is left; 0 or more
 * @param resetsIn how long until all of it is left again; 0 or more
 */
public record Allowance(long limit, long remaining, Duration resetsIn) {
    /** The server said nothing. */
    public static final Allowance UNKNOWN = new Allowance(Long.MAX_VALUE, Long.MAX_VALUE, Duration.ZERO);

    /**
     * Checks the counts.
     *
     * @param limit how much is allowed in the server's period
     * @param remaining how much of it is left
     * @param resetsIn how long until all of it is left again
     * @throws IllegalArgumentException if one is negative
     */
    public Allowance {
        notNegative(limit, "limit");
        notNegative(remaining, "remaining");
        if (resetsIn.isNegative()) {
            throw new IllegalArgumentException("resetsIn must not be negative, was " + resetsIn);
        }
    }

    private static void notNegative(long count, String name) {
        if (count < 0) {
            throw new IllegalArgumentException(name + " must not be negative, was " + count);
        }
    }

    /**
     * Whether the server said anything.
     *
     * @return false for {@link #UNKNOWN}
     */
    public boolean isKnown() {
        return !equals(UNKNOWN);
    }
}
