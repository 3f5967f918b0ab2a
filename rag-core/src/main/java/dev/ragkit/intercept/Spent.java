package dev.ragkit.intercept;

import dev.ragkit.TokenUsage;

/**
 * What calls took.
 *
 * @param calls how many
 * @param usage their tokens, as the model counted them
 * @param cost what they cost, as far as it is known
 */
public record Spent(long calls, TokenUsage usage, Cost cost) {
    /** No call. */
    public static final Spent NOTHING = new Spent(0, TokenUsage.NONE, Cost.NONE);

    /**
     * Checks the number.
     *
     * @param calls how many
     * @param usage their tokens
     * @param cost what they cost
     * @throws IllegalArgumentException if it is negative
     */
    public Spent {
        if (calls < 0) {
            throw new IllegalArgumentException("calls must not be negative, was " + calls);
        }
    }

    /**
     * The sum of both.
     *
     * @param other what to add
     * @return the sum
     */
    public Spent plus(Spent other) {
        return new Spent(calls + other.calls, usage.plus(other.usage), cost.plus(other.cost));
    }
}
