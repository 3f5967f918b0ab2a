package dev.ragkit;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A model that embeds, reranks or generates failed or gave something unusable. */
public class ModelException extends RagException {
    private static final long serialVersionUID = 1L;

    /**
     * A failure that trying again does not mend.
     *
     * @param message who failed, doing what, to which id, what to do next
     */
    public ModelException(String message) {
        this(message, Kind.PERMANENT, null);
    }

    /**
     * A failure of the given kind.
     *
     * @param message who failed, doing what, to which id, what to do next
     * @param kind whether trying again may help
     * @param cause the failure below, or null
     */
    public ModelException(String message, Kind kind, @Nullable Throwable cause) {
        super(message, kind, null, cause);
    }

    /**
     * A transient failure whose side said when to come back.
     *
     * @param message who failed, doing what, to which id, what to do next
     * @param retryAfter how long to wait before the next try
     * @param cause the failure below, or null
     */
    public ModelException(String message, Duration retryAfter, @Nullable Throwable cause) {
        super(message, Kind.TRANSIENT, retryAfter, cause);
    }
}
