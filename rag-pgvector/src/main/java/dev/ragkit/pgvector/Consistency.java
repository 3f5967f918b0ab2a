package dev.ragkit.pgvector;

/**
 * How much of what was written a search has to see, where the store has a replica. A replica is behind the primary, mostly by a
 * few milliseconds, at times by much more.
 *
 * @see PgVectorStore#consistency
 */
public enum Consistency {
    /** Everything that anybody has written: every search goes to the primary. */
    PRIMARY,

    /**
     * Everything that was written through this store, by whichever handle and thread: a search goes to the replica if that has
     * come so far, else to the primary. Writes of other stores and processes are seen when the replica has them. The default.
     */
    LAST_WRITE,

    /** Whatever the replica has: a search goes to the primary only if the replica cannot answer. */
    ANY
}
