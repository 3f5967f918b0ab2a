package dev.ragkit.intercept;

import dev.ragkit.TokenUsage;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.function.Supplier;

/**
 * Writes the tokens and the cost of each call of an embedder or generator into a {@link UsageLedger}, when it has succeeded.
 *
 * <pre>
 * caller -&gt; cache -&gt; retry -&gt; Metered -&gt; client        // inside a cache, so that what costs nothing is not counted
 * </pre>
 *
 * <p>A call that failed is not written down: its server told no usage. A call whose model does not count tokens is written down with
 * an unknown cost, as is one that has no price. An embedding of no texts is no call. Wrap each generator of {@link
 * dev.ragkit.Generator#fallback} on its own.
 *
 * <p>Immutable and safe for use by several threads.
 */
public final class Metered implements Interceptor {
    private final Account account;
    private final Pricing pricing;
    private final UsageLedger ledger;
    private final Supplier<LocalDate> today;

    private Metered(Account account, Pricing pricing, UsageLedger ledger, Supplier<LocalDate> today) {
        this.account = account;
        this.pricing = pricing;
        this.ledger = ledger;
        this.today = today;
    }

    /**
     * Counts for an account.
     *
     * @param account whose calls these are
     * @param pricing what they cost, by the day in UTC
     * @param ledger where it is written down
     * @return the interceptor
     */
    public static Metered of(Account account, Pricing pricing, UsageLedger ledger) {
        return new Metered(account, pricing, ledger, () -> LocalDate.now(ZoneOffset.UTC));
    }

    /** For tests. */
    Metered on(Supplier<LocalDate> day) {
        return new Metered(account, pricing, ledger, day);
    }

    @Override
    public <T> T intercept(Invocation<T> invocation) {
        T result = invocation.proceed();
        if (isCall(invocation)) {
            TokenUsage usage = RateLimit.usage(result);
            ledger.add(account, new Spent(1, usage, pricing.cost(account.model(), usage, today.get())));
        }
        return result;
    }

    private static boolean isCall(Invocation<?> invocation) {
        return switch (invocation.component()) {
            case GENERATOR -> true;
            case EMBEDDER -> invocation.size() > 0;
            case STORE -> false;
        };
    }
}
