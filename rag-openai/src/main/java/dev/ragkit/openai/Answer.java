package dev.ragkit.openai;

import java.io.IOException;
import java.io.InputStream;

/** Reads the reply to a request that went well. For one reply. */
interface Answer<T> {
    /** What kind of content is asked for. */
    default String accept() {
        return "application/json";
    }

    /** The most bytes that the reply may have. */
    long maxBytes();

    /** Reads it; may say on the call by when what has to come. */
    T read(InputStream body, WatchedCall call) throws IOException;

    /** What was read before a failure, for the exception. */
    default String partial() {
        return "";
    }
}
