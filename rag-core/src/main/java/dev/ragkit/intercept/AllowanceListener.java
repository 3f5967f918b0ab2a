package dev.ragkit.intercept;

/**
 * Hears from a client of a rate-limited server how much the server still allows. What listens may slow down before the server
 * refuses.
 *
 * <p>Implementations are safe for use by several threads, return at once and throw nothing: they are called on the thread of the
 * call whose reply carried the numbers, before that call returns or fails.
 */
@FunctionalInterface
public interface AllowanceListener {
    /**
     * Takes what a reply said. A client calls this once a reply that said anything, whatever its status.
     *
     * @param requests how many requests are left, {@link Allowance#UNKNOWN} if only tokens were told
     * @param tokens how many tokens are left, {@link Allowance#UNKNOWN} if only requests were told
     */
    void allowance(Allowance requests, Allowance tokens);

    /**
     * A listener that does nothing: what a client has until it is given another.
     *
     * @return the listener
     */
    static AllowanceListener none() {
        return (requests, tokens) -> {};
    }
}
