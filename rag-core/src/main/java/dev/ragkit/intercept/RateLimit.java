package dev.ragkit.intercept;

import dev.ragkit.Completion;
import dev.ragkit.Embeddings;
import dev.ragkit.ModelException;
import dev.ragkit.RagException;
import dev.ragkit.StoreException;
import dev.ragkit.TokenCounter;
import dev.ragkit.TokenUsage;
import java.time.Duration;
import java.util.concurrent.CancellationException;

/**
 * Lets calls wait so that no more than so many requests and tokens a minute are sent.
 *
 * <pre>
 * RateLimit limit = RateLimit.builder().requestsPerMinute(500).tokensPerMinute(200_000, counter).build();
 * Generator generator = Intercepted.generator(client, retry, limit);   // each retry waits for its turn too
 * </pre>
 *
 * <p>A minute's worth may go at once; from then on calls go as the allowance fills up again, evenly, in the order in which they came,
 * whatever thread they are of. A call costs one request and the tokens that its texts have by the counter; once it is done, the
 * tokens that the model counted, those it wrote among them, are put in place of that. A call for more tokens than a minute's waits
 * for a whole minute's allowance. A part that makes several requests of one call still costs one, until its server tells what is
 * left.
 *
 * <p>A client that passes on what its server tells ({@link AllowanceListener}) makes this slow down before the server refuses: where
 * the server has less left, that counts. The server is taken to fill its allowance up evenly until its reset.
 *
 * <p>Safe for use by several threads; one object counts for all parts that it wraps. An interrupt ends a wait with {@link
 * CancellationException}, the interrupt flag still set, and what the call would have cost is free again.
 */
public final class RateLimit implements Interceptor, AllowanceListener {
    /** The longest wait of a call, unless told otherwise: 60 seconds. */
    public static final Duration DEFAULT_LONGEST_WAIT = Duration.ofSeconds(60);

    private static final int REQUEST = 1;

    private final RateBucket requests;
    private final RateBucket tokens;
    private final TokenCounter counter;
    private final Duration longestWait;
    private final Waiting waiting;

    /** Guards the buckets and the delay; never held during a wait or a call. */
    private final Object lock = new Object();

    /** By how much all calls that wait were put off, in sum; grows when a server has less left than was thought. */
    private long delay;

    /** When the last call that came may go. */
    private long lastAt;

    private RateLimit(Builder builder) {
        waiting = builder.waiting;
        longestWait = builder.longestWait;
        counter = builder.counter;
        requests = bucket(builder.requests);
        tokens = bucket(builder.tokens);
    }

    private RateBucket bucket(long limit) {
        return limit == 0 ? RateBucket.learning(waiting.now()) : RateBucket.perMinute(limit, waiting.now());
    }

    /** When a call may go: at a time, plus what is added to the delay after it came. */
    private record Turn(long at, long delayBefore, double tokens) {}

    /**
     * Starts without limits but those that a server tells.
     *
     * @return the builder
     */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public <T> T intercept(Invocation<T> invocation) {
        Turn turn = queue(invocation);
        await(turn);
        T result = invocation.proceed();
        settle(turn, result);
        return result;
    }

    private Turn queue(Invocation<?> invocation) {
        double cost = (double) invocation.tokens(counter);
        synchronized (lock) {
            long now = waiting.now();
            long wait =
                    Math.max(behindOthers(now), Math.max(requests.waitFor(REQUEST, now), tokens.waitFor(cost, now)));
            if (wait > longestWait.toNanos()) {
                throw refusal(invocation, Duration.ofNanos(wait));
            }
            requests.take(REQUEST);
            tokens.take(cost);
            lastAt = now + wait;
            return new Turn(lastAt, delay, cost);
        }
    }

    /** A server that suddenly has more left must not let those who come now go before those who wait. */
    private long behindOthers(long now) {
        return requests.isAnyWaiting() ? Math.max(0, lastAt - now) : 0;
    }

    private RagException refusal(Invocation<?> invocation, Duration wait) {
        String message = "the rate limit lets " + invocation.operation() + " go in " + wait.toMillis()
                + " ms, and the longest wait is " + longestWait.toMillis()
                + " ms: call less often, send less, or raise the limit or the longest wait";
        return invocation.component() == Invocation.Component.STORE
                ? new StoreException(message, wait, null)
                : new ModelException(message, wait, null);
    }

    private void await(Turn turn) {
        try {
            for (long left = left(turn); left > 0; left = left(turn)) {
                waiting.sleep().sleep(Duration.ofNanos(left));
            }
        } catch (InterruptedException e) {
            giveBack(turn);
            Thread.currentThread().interrupt();
            throw new CancellationException("interrupted while waiting for the rate limit");
        }
    }

    /** Nanoseconds until the turn; 0 or less once, for then the call counts as sent. */
    private long left(Turn turn) {
        synchronized (lock) {
            long left = turn.at + (delay - turn.delayBefore) - waiting.now();
            if (left <= 0) {
                requests.sent(REQUEST);
                tokens.sent(turn.tokens);
            }
            return left;
        }
    }

    private void giveBack(Turn turn) {
        synchronized (lock) {
            long now = waiting.now();
            requests.refund(REQUEST, now);
            tokens.refund(turn.tokens, now);
        }
    }

    private void settle(Turn turn, Object result) {
        TokenUsage usage = usage(result);
        if (!usage.equals(TokenUsage.NONE)) {
            synchronized (lock) {
                tokens.correct((double) (usage.input() + usage.output()) - turn.tokens, waiting.now());
            }
        }
    }

    /** What the model counted, {@link TokenUsage#NONE} if it did not. */
    static TokenUsage usage(Object result) {
        if (result instanceof Completion completion) {
            return completion.usage();
        }
        return result instanceof Embeddings embeddings ? embeddings.usage() : TokenUsage.NONE;
    }

    @Override
    public void allowance(Allowance requestsLeft, Allowance tokensLeft) {
        synchronized (lock) {
            long now = waiting.now();
            long byRequests = requestsLeft.isKnown() ? requests.learn(requestsLeft, now) : 0;
            long byTokens = tokensLeft.isKnown() ? tokens.learn(tokensLeft, now) : 0;
            long more = Math.max(byRequests, byTokens);
            delay += more;
            lastAt += more;
        }
    }

    /** Collects the settings of a {@link RateLimit}. For use by one thread. */
    public static final class Builder {
        private static final long MOST = 1_000_000_000_000L;

        private long requests;
        private long tokens;
        private TokenCounter counter = text -> 0;
        private Duration longestWait = DEFAULT_LONGEST_WAIT;
        private Waiting waiting = Waiting.real();

        private Builder() {}

        /**
         * Sets how many calls may go in a minute. Default: as many as the server allows, once it has told.
         *
         * @param limit 1 to 10^12
         * @return this
         * @throws IllegalArgumentException if it is out of bounds
         */
        public Builder requestsPerMinute(long limit) {
            this.requests = checked(limit, "requestsPerMinute");
            return this;
        }

        /**
         * Sets how many tokens may go in a minute. Default: as many as the server allows, once it has told; a call's tokens are then
         * known only when it is done.
         *
         * @param limit 1 to 10^12
         * @param counter counts the tokens of a text before it is sent, such as by the model's tokenizer or an estimate
         * @return this
         * @throws IllegalArgumentException if the limit is out of bounds
         */
        public Builder tokensPerMinute(long limit, TokenCounter counter) {
            this.tokens = checked(limit, "tokensPerMinute");
            this.counter = counter;
            return this;
        }

        private static long checked(long limit, String name) {
            if (limit < 1 || limit > MOST) {
                throw new IllegalArgumentException(name + " must be between 1 and " + MOST + ", was " + limit);
            }
            return limit;
        }

        /**
         * Sets how long a call waits at most. One that would have to wait longer is refused at once, with a transient {@link
         * RagException} that carries the wait. Default: {@link RateLimit#DEFAULT_LONGEST_WAIT}, 60 s.
         *
         * @param longestWait 0 to 1 day
         * @return this
         * @throws IllegalArgumentException if it is out of bounds
         */
        public Builder longestWait(Duration longestWait) {
            if (longestWait.isNegative() || longestWait.compareTo(Duration.ofDays(1)) > 0) {
                throw new IllegalArgumentException("longestWait must be between 0 and 1 day, was " + longestWait);
            }
            this.longestWait = longestWait;
            return this;
        }

        /** For tests. */
        Builder waiting(Waiting waiting) {
            this.waiting = waiting;
            return this;
        }

        /**
         * Makes the limit.
         *
         * @return the limit; its allowance is full
         */
        public RateLimit build() {
            return new RateLimit(this);
        }
    }
}
