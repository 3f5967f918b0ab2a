package dev.ragkit.intercept;

import java.util.Map;

/**
 * Where {@link Metered} writes down what calls took. A host's own may keep each call, or send it elsewhere.
 *
 * <p>Implementations are safe for use by several threads.
 */
public interface UsageLedger {
    /**
     * Writes down one call.
     *
     * @param account who called what
     * @param call what it took
     */
    void add(Account account, Spent call);

    /**
     * What an account has spent.
     *
     * @param account who, on what
     * @return the sum of its calls; {@link Spent#NOTHING} if there were none
     */
    Spent total(Account account);

    /**
     * What all have spent.
     *
     * @return the sums, as they are now; a copy
     */
    Map<Account, Spent> totals();

    /**
     * A ledger in the heap, empty at first: sums by account, lost with the process.
     *
     * @return the ledger
     */
    static UsageLedger inMemory() {
        return new InMemoryLedger();
    }
}
