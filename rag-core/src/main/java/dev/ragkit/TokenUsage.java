package dev.ragkit;

/**
 * Tokens that a model read and wrote, as the model counted them.
 *
 * @param input tokens read, the cached ones included; 0 or more
 * @param cachedInput how many of those came from the provider's prompt cache
 * @param output tokens written, the reasoning ones included; 0 or more
 * @param reasoning how many of those were hidden reasoning
 */
public record TokenUsage(long input, long cachedInput, long output, long reasoning) {
    /** Nothing was counted. */
    public static final TokenUsage NONE = new TokenUsage(0, 0, 0, 0);

    /**
     * Checks the counts.
     *
     * @param input tokens read
     * @param cachedInput how many of those came from the provider's prompt cache
     * @param output tokens written
     * @param reasoning how many of those were hidden reasoning
     * @throws IllegalArgumentException if one is negative
     */
    public TokenUsage {
        if (input < 0 || cachedInput < 0 || output < 0 || reasoning < 0) {
            throw new IllegalArgumentException("token counts must not be negative, were input " + input + ", cached "
                    + cachedInput + ", output " + output + ", reasoning " + reasoning);
        }
    }

    /**
     * The usage of a call that only reads, such as embedding.
     *
     * @param input tokens read; 0 or more
     * @return the usage
     */
    public static TokenUsage ofInput(long input) {
        return new TokenUsage(input, 0, 0, 0);
    }

    /**
     * The sum of two usages.
     *
     * @param other what to add
     * @return the sum, count by count
     */
    public TokenUsage plus(TokenUsage other) {
        return new TokenUsage(
                input + other.input,
                cachedInput + other.cachedInput,
                output + other.output,
                reasoning + other.reasoning);
    }
}
