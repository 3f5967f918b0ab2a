package dev.ragkit;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Something that RAG needs failed: a model ({@link ModelException}), a store ({@link StoreException}) or a document
 * ({@link DocumentException}). The message says who failed, doing what, to which id, and what to do next; it carries no
 * key, prompt, document text or vector.
 *
 * <p>Misuse of the API, such as a limit out of bounds, is an {@link IllegalArgumentException} before any work is done.
 */
public abstract class RagException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Whether the same call may succeed later without anything being changed. */
    public enum Kind {
        /** The same call would fail again: the input or a setting has to change. */
        PERMANENT,
        /** The same call may succeed later: an overload, an outage, a conflict. */
        TRANSIENT
    }

    /** Whether trying again may help. */
    private final Kind kind;

    /** How long to wait before, or null where nobody said. */
    private final @Nullable Duration retryAfter;

    /**
     * For the three families.
     *
     * @param message who failed, doing what, to which id, what to do next
     * @param kind whether trying again may help
     * @param retryAfter how long the failing side asked to wait, or null
     * @param cause the failure below, or null
     */
    protected RagException(String message, Kind kind, @Nullable Duration retryAfter, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
        this.retryAfter = retryAfter;
    }

    /**
     * Whether the same call may succeed later without anything being changed.
     *
     * @return true for an overload, an outage or a conflict; false where the input or a setting has to change
     */
    public final boolean isTransient() {
        return kind == Kind.TRANSIENT;
    }

    /**
     * How long the failing side asked to wait before the next try.
     *
     * @return the wait, or empty where none was given
     */
    public final Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }
}
