package dev.ragkit.pgvector;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * What earlier searches of a store came to know, by which later ones take a shorter way. It is bounded, keeps no names and no values
 * but a hash of them, and may be wrong at any time: that costs time, never a hit. Safe for use by several threads.
 */
final class SearchMemory {
    /** So many filters of tenants are known at a time; which ones is left to chance. */
    private static final int SLOTS = 1_024;

    /** After so many searches the server is asked anew, as rows may have come or an index been built. */
    private static final int USES = 50;

    /** Looking at so many rows takes longer than asking by far. */
    private static final int MOST_ROWS = 10_000;

    private static final int USES_BITS = 7;
    private static final long USES_MASK = (1 << USES_BITS) - 1;
    private static final long BY_METADATA = 1 << USES_BITS;
    private static final int HASH_SHIFT = USES_BITS + 1;

    /** A hash, whether the index over metadata finds the rows, and how often that may still be relied on. */
    private final AtomicLongArray exact = new AtomicLongArray(SLOTS);

    /** Whose rows the index served the last time. */
    private volatile String largeTenant = "";

    /** Whether the driver was seen to send the statements of a text one by one; then a transaction holds them together. */
    volatile boolean torn;

    boolean isLarge(String tenant) {
        return tenant.equals(largeTenant);
    }

    /**
     * How a search under a filter is to be made exactly, if an earlier one for as many hits was.
     *
     * @return {@link Rows.State#EXACT} or {@link Rows.State#EXACT_BY_METADATA}; {@link Rows.State#INDEX} if the server is to be asked
     */
    Rows.State way(String tenant, BoundFilter filter, int limit) {
        long hash = hash(tenant, filter, limit);
        long known = exact.get(slot(hash));
        if (known >>> HASH_SHIFT != hash >>> HASH_SHIFT || (known & USES_MASK) == 0) {
            return Rows.State.INDEX;
        }
        exact.set(slot(hash), known - 1);
        return (known & BY_METADATA) == 0 ? Rows.State.EXACT : Rows.State.EXACT_BY_METADATA;
    }

    /** Takes note of how the server searched when it was asked. */
    void keep(String tenant, BoundFilter filter, int limit, Rows rows) {
        boolean few = filter.isPresent() && rows.looked() <= MOST_ROWS;
        boolean exactly = rows.state() == Rows.State.EXACT || rows.state() == Rows.State.EXACT_BY_METADATA;
        if (exactly && few) {
            long hash = hash(tenant, filter, limit);
            long way = rows.state() == Rows.State.EXACT ? 0 : BY_METADATA;
            exact.set(slot(hash), (hash >>> HASH_SHIFT << HASH_SHIFT) | way | USES);
        }
        if (rows.state() == Rows.State.INDEX) {
            largeTenant = isLarge(tenant) ? largeTenant : tenant;
        } else if (!filter.isPresent() && isLarge(tenant)) {
            largeTenant = "";
        }
    }

    /** Takes note that a search that was made exactly on the word of this memory looked at more rows than is well. */
    void check(String tenant, BoundFilter filter, int limit, Rows rows) {
        if (rows.looked() > MOST_ROWS) {
            exact.set(slot(hash(tenant, filter, limit)), 0);
        }
    }

    private static long hash(String tenant, BoundFilter filter, int limit) {
        int asked = 31 * filter.path().hashCode() + limit;
        long both = ((long) tenant.hashCode() << Integer.SIZE) ^ Integer.toUnsignedLong(asked);
        long mixed = (both ^ (both >>> 31)) * 0x9E3779B97F4A7C15L;
        return mixed ^ (mixed >>> 29);
    }

    private static int slot(long hash) {
        return (int) (hash >>> HASH_SHIFT) & (SLOTS - 1);
    }
}
