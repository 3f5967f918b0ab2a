package dev.ragkit.intercept;

/**
 * A shared purse that retries are paid from, so that a dead endpoint is not asked three times by everybody. It starts full; a
 * retry takes 5 tokens, one after a timeout 10; a success puts 1 back.
 */
final class RetryBudget {
    static final int RETRY = 5;
    static final int TIMEOUT = 10;

    private final int capacity;
    private int tokens;

    RetryBudget(int capacity) {
        this.capacity = capacity;
        this.tokens = capacity;
    }

    synchronized boolean spend(int price) {
        if (tokens < price) {
            return false;
        }
        tokens -= price;
        return true;
    }

    synchronized void earn() {
        tokens = Math.min(capacity, tokens + 1);
    }
}
