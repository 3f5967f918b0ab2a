package dev.ragkit;

import org.jspecify.annotations.Nullable;

/** A document cannot be ingested as it is: its text, its chunks or its source. */
public class DocumentException extends RagException {
    private static final long serialVersionUID = 1L;

    /**
     * A failure that trying again does not mend.
     *
     * @param message who failed, doing what, to which id, what to do next
     */
    public DocumentException(String message) {
        this(message, Kind.PERMANENT, null);
    }

    /**
     * A failure of the given kind.
     *
     * @param message who failed, doing what, to which id, what to do next
     * @param kind whether trying again may help
     * @param cause the failure below, or null
     */
    public DocumentException(String message, Kind kind, @Nullable Throwable cause) {
        super(message, kind, null, cause);
    }
}
