package dev.ragkit.pgvector;

import dev.ragkit.pgvector.Session.Work;

/** Reads for its own sake, on whatever server and however it is done. */
interface Reads {
    /**
     * Does work that only reads.
     *
     * @param doing what is being done, for messages
     */
    <T> T read(String doing, Work<T> work);
}
