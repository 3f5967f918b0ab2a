package dev.ragkit.intercept;

import dev.ragkit.RagException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Repeats calls that failed in passing: with {@link RagException#isTransient()}, while {@link Invocation#isRepeatable()}.
 *
 * <p>The wait before a retry is what the failing side asked for ({@link RagException#retryAfter()}); else a random part of {@code 500
 * ms * 2^n}, at most 8 s ("full jitter"; Brooker, Exponential Backoff and Jitter, 2015). A wait of more than 60 s, or beyond the
 * time the call has left, is not begun: the failure reaches the caller at once and carries the wait. Time is that of {@link
 * System#nanoTime()}: a change of the clock makes no wait longer or shorter.
 *
 * <p>Retries are paid from a budget that all calls through this object share: 500 tokens, 5 a retry, 10 a retry after a timeout,
 * and a success earns 1. When it is spent, failures reach the caller at once; so an endpoint that is down sees hardly more
 * requests than there are calls. Use one object for each endpoint.
 *
 * <p>Safe for use by several threads. An interrupt during a wait ends the call with {@link CancellationException}, the interrupt
 * flag still set.
 */
public final class Retry implements Interceptor {
    /** The most retries of one call, unless told otherwise: {@value}. */
    public static final int DEFAULT_MAX_RETRIES = 2;

    /** The time a call may take with all its retries, unless told otherwise: 2 minutes. */
    public static final Duration DEFAULT_DEADLINE = Duration.ofMinutes(2);

    private static final long FIRST_WAIT = Duration.ofMillis(500).toNanos();
    private static final long LONGEST_BACKOFF = Duration.ofSeconds(8).toNanos();
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(60);
    private static final int BUDGET = 500;

    private final int maxRetries;
    private final Duration deadline;
    private final Waiting waiting;
    private final RetryBudget budget;

    private Retry(Builder builder) {
        maxRetries = builder.maxRetries;
        deadline = builder.deadline;
        waiting = builder.waiting;
        budget = new RetryBudget(builder.budget);
    }

    /**
     * {@value #DEFAULT_MAX_RETRIES} retries within 2 minutes.
     *
     * @return a policy with a budget of its own
     */
    public static Retry ofDefaults() {
        return builder().build();
    }

    /**
     * Starts with the defaults.
     *
     * @return the builder
     */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public <T> T intercept(Invocation<T> invocation) {
        long start = waiting.now();
        for (int retries = 0; ; retries++) {
            try {
                T result = invocation.proceed();
                budget.earn();
                return result;
            } catch (RagException failure) {
                Duration wait = wait(failure, retries);
                if (!mayRetry(invocation, failure, retries) || !fits(wait, start) || !budget.spend(price(failure))) {
                    throw failure;
                }
                sleep(wait, failure);
            }
        }
    }

    private boolean mayRetry(Invocation<?> invocation, RagException failure, int retries) {
        return failure.isTransient() && retries < maxRetries && invocation.isRepeatable();
    }

    private boolean fits(Duration wait, long start) {
        Duration elapsed = Duration.ofNanos(waiting.now() - start);
        return wait.compareTo(LONGEST_WAIT) <= 0 && elapsed.plus(wait).compareTo(deadline) < 0;
    }

    private Duration wait(RagException failure, int retries) {
        return failure.retryAfter().orElseGet(() -> {
            long most = Math.min(LONGEST_BACKOFF, FIRST_WAIT << Math.min(retries, 10));
            return Duration.ofNanos((long) (most * waiting.random().getAsDouble()));
        });
    }

    private static int price(RagException failure) {
        return isTimeout(failure) ? RetryBudget.TIMEOUT : RetryBudget.RETRY;
    }

    private static boolean isTimeout(@Nullable Throwable failure) {
        Throwable cause = failure;
        for (int depth = 0; cause != null && depth < 10; depth++) {
            if (cause instanceof InterruptedIOException || cause instanceof TimeoutException) {
                return true;
            }
            cause = cause.getCause();
        }
        return false;
    }

    private void sleep(Duration wait, RagException failure) {
        try {
            waiting.sleep().sleep(wait.isNegative() ? Duration.ZERO : wait);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            CancellationException cancelled = new CancellationException("interrupted while waiting to retry");
            cancelled.addSuppressed(failure);
            throw cancelled;
        }
    }

    /** Collects the settings of a {@link Retry}. For use by one thread. */
    public static final class Builder {
        private int maxRetries = DEFAULT_MAX_RETRIES;
        private Duration deadline = DEFAULT_DEADLINE;
        private Waiting waiting = Waiting.real();
        private int budget = BUDGET;

        private Builder() {}

        /**
         * Sets the most retries of one call. Default: {@value Retry#DEFAULT_MAX_RETRIES}.
         *
         * @param maxRetries 0 to 10
         * @return this
         * @throws IllegalArgumentException if it is out of bounds
         */
        public Builder maxRetries(int maxRetries) {
            if (maxRetries < 0 || maxRetries > 10) {
                throw new IllegalArgumentException("maxRetries must be between 0 and 10, was " + maxRetries);
            }
            this.maxRetries = maxRetries;
            return this;
        }

        /**
         * Sets how long a call may take with all its retries. A try that is under way is not ended by it. Default: 2 minutes.
         *
         * @param deadline more than 0
         * @return this
         * @throws IllegalArgumentException if it is not more than 0
         */
        public Builder deadline(Duration deadline) {
            if (deadline.isNegative() || deadline.isZero()) {
                throw new IllegalArgumentException("deadline must be more than 0, was " + deadline);
            }
            this.deadline = deadline;
            return this;
        }

        /** For tests. */
        Builder waiting(Waiting waiting) {
            this.waiting = waiting;
            return this;
        }

        /** For tests. */
        Builder budget(int tokens) {
            this.budget = tokens;
            return this;
        }

        /**
         * Makes the policy.
         *
         * @return the policy, with a budget of its own
         */
        public Retry build() {
            return new Retry(this);
        }
    }
}
