package dev.ragkit.intercept;

import java.math.BigDecimal;

/**
 * What a model costs for each million tokens.
 *
 * @param input tokens read; 0 or more
 * @param cachedInput tokens read that the provider had in its cache; 0 or more
 * @param output tokens written, reasoning among them; 0 or more
 */
public record Price(BigDecimal input, BigDecimal cachedInput, BigDecimal output) {
    /**
     * Checks the amounts.
     *
     * @param input tokens read
     * @param cachedInput tokens read from the provider's cache
     * @param output tokens written
     * @throws IllegalArgumentException if one is negative
     */
    public Price {
        notNegative(input, "input");
        notNegative(cachedInput, "cachedInput");
        notNegative(output, "output");
    }

    /**
     * A price from its digits, such as {@code Price.of("0.15", "0.075", "0.60")}.
     *
     * @param input for a million tokens read
     * @param cachedInput for a million tokens read from the provider's cache
     * @param output for a million tokens written
     * @return the price
     * @throws IllegalArgumentException if one is no decimal number, or negative
     */
    public static Price of(String input, String cachedInput, String output) {
        return new Price(amount(input, "input"), amount(cachedInput, "cachedInput"), amount(output, "output"));
    }

    private static BigDecimal amount(String digits, String name) {
        try {
            return new BigDecimal(digits);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    name + " must be a decimal number such as 0.15, was '" + digits + "'", e);
        }
    }

    private static void notNegative(BigDecimal amount, String name) {
        if (amount.signum() < 0) {
            throw new IllegalArgumentException(name + " must not be negative, was " + amount);
        }
    }
}
