package dev.ragkit.intercept;

import java.math.BigDecimal;

/**
 * What calls cost, as far as it is known. A call whose price or usage nobody knows costs an unknown amount, not nothing.
 *
 * @param known the sum of what is known; 0 or more
 * @param unknownCalls for how many calls the cost is not known
 */
public record Cost(BigDecimal known, long unknownCalls) {
    /** No call. */
    public static final Cost NONE = new Cost(BigDecimal.ZERO, 0);

    /** One call of which nobody knows the cost. */
    public static final Cost UNKNOWN = new Cost(BigDecimal.ZERO, 1);

    /**
     * Brings equal amounts to one form.
     *
     * @param known the sum of what is known
     * @param unknownCalls for how many calls the cost is not known
     * @throws IllegalArgumentException if one is negative
     */
    public Cost {
        if (known.signum() < 0 || unknownCalls < 0) {
            throw new IllegalArgumentException(
                    "a cost must not be negative, was " + known + " and " + unknownCalls + " unknown");
        }
        known = known.stripTrailingZeros();
    }

    /**
     * A known cost.
     *
     * @param amount 0 or more
     * @return the cost
     * @throws IllegalArgumentException if it is negative
     */
    public static Cost of(BigDecimal amount) {
        return new Cost(amount, 0);
    }

    /**
     * Whether all of it is known.
     *
     * @return true if the cost of no call is unknown
     */
    public boolean isKnown() {
        return unknownCalls == 0;
    }

    /**
     * The sum of two costs.
     *
     * @param other what to add
     * @return the sum
     */
    public Cost plus(Cost other) {
        return new Cost(known.add(other.known), unknownCalls + other.unknownCalls);
    }

    /** Shows the amount, {@code unknown}, or both: {@code 0.0123 and 2 calls of unknown cost}. */
    @Override
    public String toString() {
        if (isKnown()) {
            return known.toPlainString();
        }
        return known.signum() == 0 && unknownCalls == 1
                ? "unknown"
                : known.toPlainString() + " and " + unknownCalls + " calls of unknown cost";
    }
}
