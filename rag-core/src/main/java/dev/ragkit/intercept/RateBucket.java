package dev.ragkit.intercept;

/**
 * How much may be sent: fills up evenly, to what is allowed in a minute, and is emptied by what is sent. It may owe: what is taken
 * beyond what is there makes those who come later wait longer, so they go in the order in which they came. Guarded by its owner.
 */
final class RateBucket {
    private static final double MINUTE = 60e9;

    private final double limit;
    private double capacity;
    private double perNano;
    private double level;
    private long filledAt;

    /** What is taken already for calls that wait: the server has not heard of it. */
    private double waiting;

    private RateBucket(double limit, long now) {
        this.limit = limit;
        this.capacity = limit;
        this.level = limit;
        this.perNano = limit / MINUTE;
        this.filledAt = now;
    }

    static RateBucket perMinute(long limit, long now) {
        return new RateBucket((double) limit, now);
    }

    /** Without a limit until a server tells one. */
    static RateBucket learning(long now) {
        return new RateBucket(Double.POSITIVE_INFINITY, now);
    }

    /** How long until a call of this cost may go, behind all that were taken before; one that is larger than a minute's needs a full bucket. */
    long waitFor(double cost, long now) {
        fill(now);
        return isUnlimited() ? 0 : nanos(Math.min(cost, capacity) - level);
    }

    void take(double cost) {
        level -= isUnlimited() ? 0 : cost;
        waiting += cost;
    }

    boolean isAnyWaiting() {
        return waiting > 0;
    }

    /** The call goes now. */
    void sent(double cost) {
        waiting -= cost;
    }

    /** The call will not go. */
    void refund(double cost, long now) {
        waiting -= cost;
        correct(-cost, now);
    }

    /** Takes what a call needed beyond what was taken for it, or gives back what it did not. */
    void correct(double cost, long now) {
        fill(now);
        if (!isUnlimited()) {
            level = Math.min(capacity, level - cost);
        }
    }

    /**
     * Believes the server where it allows less than is thought here, or where nothing else is known. It is taken to fill its bucket
     * evenly.
     *
     * @return by how much longer those who wait have to wait now, in nanoseconds
     */
    long learn(Allowance told, long now) {
        fill(now);
        double rate = rate(told);
        if (told.limit() == 0 || (isUnlimited() && rate == 0)) {
            return 0;
        }
        long before = isUnlimited() ? 0 : nanos(-level);
        boolean follows = (double) told.limit() < limit;
        double left = (double) told.remaining() - waiting;
        level = follows || isUnlimited() ? left : Math.min(level, left);
        capacity = Math.min(limit, (double) told.limit());
        perNano = rate == 0 ? perNano : Math.min(limit / MINUTE, rate);
        return Math.max(0, nanos(-level) - before);
    }

    private static double rate(Allowance told) {
        double missing = (double) told.limit() - (double) told.remaining();
        return told.resetsIn().isZero() || missing <= 0
                ? 0
                : missing / (double) told.resetsIn().toNanos();
    }

    private boolean isUnlimited() {
        return Double.isInfinite(capacity);
    }

    private long nanos(double amount) {
        return amount <= 0 ? 0 : (long) Math.ceil(amount / perNano);
    }

    private void fill(long now) {
        if (!isUnlimited()) {
            level = Math.min(capacity, level + (double) (now - filledAt) * perNano);
        }
        filledAt = now;
    }
}
