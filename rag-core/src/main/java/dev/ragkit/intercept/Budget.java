package dev.ragkit.intercept;

import dev.ragkit.ModelException;
import dev.ragkit.TokenCounter;
import dev.ragkit.TokenUsage;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Currency;
import org.jspecify.annotations.Nullable;

/**
 * Refuses calls that would take an account beyond what it may spend in a period, before anything is sent.
 *
 * <pre>
 * Budget budget = Budget.builder(new Account("acme", "gpt-4o-mini"), Duration.ofDays(1))
 *         .tokens(2_000_000)
 *         .cost(new BigDecimal("5"), pricing)
 *         .reserving(counter, 1_000)
 *         .build();
 * </pre>
 *
 * <p>A call sets aside what it may take: the tokens of what it sends, and those it may write. It is refused where that does not fit
 * beside what is spent and what others have set aside; so calls at the same time cannot spend the same twice. When it is done, what
 * the model counted takes its place; where the model does not count, what was set aside is spent. A call that fails spends nothing.
 *
 * <p>A refusal is a transient {@link ModelException} with the time until the period ends, or a permanent one where the call alone is
 * more than a whole period's. A budget of money refuses a model that has no price. The first period begins with the object; what is
 * spent is lost with the process.
 *
 * <p>Safe for use by several threads. Use one object for all parts that spend from it.
 */
public final class Budget implements Interceptor {
    private final Account account;
    private final long period;
    private final long tokenLimit;
    private final @Nullable BigDecimal costLimit;
    private final Pricing pricing;
    private final TokenCounter counter;
    private final long outputTokens;
    private final Waiting waiting;

    /** Guards what follows; never held during a call. */
    private final Object lock = new Object();

    private long begun;
    private long number;
    private long tokens;
    private BigDecimal cost = BigDecimal.ZERO;

    private Budget(Builder builder) {
        account = builder.account;
        period = builder.period.toNanos();
        tokenLimit = builder.tokens;
        costLimit = builder.cost;
        pricing = builder.pricing;
        counter = builder.counter;
        outputTokens = builder.outputTokens;
        waiting = builder.waiting;
        begun = waiting.now();
    }

    /** What a call has set aside, in which period. */
    private record Share(long period, long tokens, BigDecimal cost) {}

    /**
     * Starts a budget without limits; set at least one.
     *
     * @param account whose budget it is; the model's price counts
     * @param period how long a budget lasts, 1 second to 366 days
     * @return the builder
     * @throws IllegalArgumentException if the period is out of bounds
     */
    public static Builder builder(Account account, Duration period) {
        return new Builder(account, period);
    }

    @Override
    public <T> T intercept(Invocation<T> invocation) {
        long output = invocation.component() == Invocation.Component.GENERATOR ? outputTokens : 0;
        long input = invocation.tokens(counter);
        Share share = setAside(new TokenUsage(input, 0, output, 0));
        boolean spent = false;
        try {
            T result = invocation.proceed();
            settle(share, RateLimit.usage(result));
            spent = true;
            return result;
        } finally {
            if (!spent) {
                give(share, 0, BigDecimal.ZERO);
            }
        }
    }

    private Share setAside(TokenUsage usage) {
        requirePrice();
        long wanted = usage.input() + usage.output();
        BigDecimal price = price(usage);
        if (wanted > tokenLimit || isBeyond(price)) {
            throw new ModelException("a call of " + wanted + " tokens for " + account.model()
                    + " is more than the whole budget: send less, or raise the budget");
        }
        synchronized (lock) {
            turn();
            if (isSpent() || wanted > tokenLimit - tokens || isBeyond(cost.add(price))) {
                Duration left = Duration.ofNanos(period - (waiting.now() - begun));
                throw new ModelException(
                        "the budget for " + account.model() + " is spent; a new one begins in " + left.toSeconds()
                                + " s: wait, or raise the budget",
                        left,
                        null);
            }
            tokens += wanted;
            cost = cost.add(price);
            return new Share(number, wanted, price);
        }
    }

    private boolean isBeyond(BigDecimal amount) {
        BigDecimal limit = costLimit;
        return limit != null && amount.compareTo(limit) > 0;
    }

    private boolean isSpent() {
        BigDecimal limit = costLimit;
        return tokens >= tokenLimit || (limit != null && cost.compareTo(limit) >= 0);
    }

    private void requirePrice() {
        if (costLimit != null && !todaysCost(TokenUsage.ofInput(1)).isKnown()) {
            throw new ModelException("the model " + account.model()
                    + " has no price today, so no budget of money can be kept: add its price to the Pricing");
        }
    }

    /** What it costs, by today's price; 0 where money has no limit. */
    private BigDecimal price(TokenUsage usage) {
        return costLimit == null || usage.equals(TokenUsage.NONE)
                ? BigDecimal.ZERO
                : todaysCost(usage).known();
    }

    private Cost todaysCost(TokenUsage usage) {
        return pricing.cost(account.model(), usage, LocalDate.now(ZoneOffset.UTC));
    }

    /** Begins a new period where the old one is over. */
    private void turn() {
        long past = (waiting.now() - begun) / period;
        if (past > 0) {
            begun += past * period;
            number++;
            tokens = 0;
            cost = BigDecimal.ZERO;
        }
    }

    private void settle(Share share, TokenUsage usage) {
        if (usage.equals(TokenUsage.NONE)) {
            return;
        }
        give(share, usage.input() + usage.output(), price(usage));
    }

    /** Puts what was spent in the place of what was set aside; a period that is over is closed. */
    private void give(Share share, long spentTokens, BigDecimal spentCost) {
        synchronized (lock) {
            turn();
            if (share.period == number) {
                tokens += spentTokens - share.tokens;
                cost = cost.add(spentCost).subtract(share.cost);
            }
        }
    }

    /** Collects the limits of a {@link Budget}. For use by one thread. */
    public static final class Builder {
        private static final Duration LONGEST = Duration.ofDays(366);

        private final Account account;
        private final Duration period;
        private long tokens = Long.MAX_VALUE;
        private @Nullable BigDecimal cost;
        private Pricing pricing = Pricing.builder(Currency.getInstance("XXX")).build();
        private TokenCounter counter = text -> 0;
        private long outputTokens;
        private Waiting waiting = Waiting.real();

        private Builder(Account account, Duration period) {
            if (period.compareTo(Duration.ofSeconds(1)) < 0 || period.compareTo(LONGEST) > 0) {
                throw new IllegalArgumentException("period must be between 1 second and 366 days, was " + period);
            }
            this.account = account;
            this.period = period;
        }

        /**
         * Sets how many tokens may be read and written in a period. Default: any number.
         *
         * @param limit 1 or more
         * @return this
         * @throws IllegalArgumentException if it is less than 1
         */
        public Builder tokens(long limit) {
            if (limit < 1) {
                throw new IllegalArgumentException("tokens must be at least 1, was " + limit);
            }
            this.tokens = limit;
            return this;
        }

        /**
         * Sets how much money may be spent in a period. Default: any amount.
         *
         * @param limit more than 0, in the currency of the pricing
         * @param pricing has a price of the account's model
         * @return this
         * @throws IllegalArgumentException if the limit is not more than 0
         */
        public Builder cost(BigDecimal limit, Pricing pricing) {
            if (limit.signum() <= 0) {
                throw new IllegalArgumentException("cost must be more than 0, was " + limit);
            }
            this.cost = limit;
            this.pricing = pricing;
            return this;
        }

        /**
         * Sets what a call sets aside before it is sent. Default: nothing, so that a call is refused once the budget is spent, and the
         * last ones may go beyond it.
         *
         * @param counter counts the tokens of what is sent
         * @param output how many tokens a generator may write, such as its ceiling; 0 or more
         * @return this
         * @throws IllegalArgumentException if the output is negative
         */
        public Builder reserving(TokenCounter counter, long output) {
            if (output < 0) {
                throw new IllegalArgumentException("output must not be negative, was " + output);
            }
            this.counter = counter;
            this.outputTokens = output;
            return this;
        }

        /** For tests. */
        Builder waiting(Waiting waiting) {
            this.waiting = waiting;
            return this;
        }

        /**
         * Makes the budget.
         *
         * @return the budget, nothing of it spent
         * @throws IllegalArgumentException if it has no limit
         */
        public Budget build() {
            if (tokens == Long.MAX_VALUE && cost == null) {
                throw new IllegalArgumentException("a budget must have a limit: call tokens or cost");
            }
            return new Budget(this);
        }
    }
}
