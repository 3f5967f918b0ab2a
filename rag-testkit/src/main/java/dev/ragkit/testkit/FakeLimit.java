package dev.ragkit.testkit;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What a server allows in a period, in requests and in tokens. Safe for use by several threads. */
final class FakeLimit {
    private static final FakeLimit NONE = new FakeLimit(0, 0, 1);

    private final int requests;
    private final int tokens;
    private final long periodNanos;
    private double requestsLeft;
    private double tokensLeft;
    private long filled = System.nanoTime();

    private FakeLimit(int requests, int tokens, long periodNanos) {
        this.requests = requests;
        this.tokens = tokens;
        this.periodNanos = periodNanos;
        this.requestsLeft = requests;
        this.tokensLeft = tokens;
    }

    static FakeLimit none() {
        return NONE;
    }

    static FakeLimit of(int requests, int tokens, Duration period) {
        if (requests < 1 || tokens < 1 || period.isNegative() || period.isZero()) {
            throw new IllegalArgumentException(
                    "a limit needs at least 1 request, 1 token and a period of more than 0, was " + requests + ", "
                            + tokens + " and " + period);
        }
        return new FakeLimit(requests, tokens, period.toNanos());
    }

    /** Takes a request, or returns what refuses it. */
    synchronized @Nullable FakeReply take(int size) {
        if (this == NONE) {
            return null;
        }
        fill();
        if (requestsLeft >= 1 && tokensLeft >= size) {
            requestsLeft--;
            tokensLeft -= size;
            return null;
        }
        double share = Math.max((1 - requestsLeft) / requests, (size - tokensLeft) / tokens);
        long millis = (long) Math.ceil(share * periodNanos / 1e6);
        return FakeReply.error(429, "rate_limit_exceeded", "Rate limit reached")
                .header("retry-after-ms", "" + millis)
                .header("retry-after", "" + (millis + 999) / 1_000);
    }

    private void fill() {
        long now = System.nanoTime();
        double share = (double) (now - filled) / periodNanos;
        filled = now;
        requestsLeft = Math.min(requests, requestsLeft + share * requests);
        tokensLeft = Math.min(tokens, tokensLeft + share * tokens);
    }

    synchronized FakeReply tell(FakeReply reply) {
        if (this == NONE) {
            return reply;
        }
        return reply.header("x-ratelimit-limit-requests", "" + requests)
                .header("x-ratelimit-remaining-requests", "" + (long) requestsLeft)
                .header("x-ratelimit-reset-requests", resets(requestsLeft / requests))
                .header("x-ratelimit-limit-tokens", "" + tokens)
                .header("x-ratelimit-remaining-tokens", "" + (long) tokensLeft)
                .header("x-ratelimit-reset-tokens", resets(tokensLeft / tokens));
    }

    /** As OpenAI writes durations: {@code 6m0s}, {@code 1.5s}, {@code 20ms}. */
    private String resets(double shareLeft) {
        long millis = (long) Math.ceil((1 - shareLeft) * periodNanos / 1e6);
        if (millis < 1_000) {
            return millis + "ms";
        }
        return millis < 60_000 ? millis / 1_000.0 + "s" : millis / 60_000 + "m" + millis % 60_000 / 1_000 + "s";
    }
}
