package dev.ragkit;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** A model that embeds, reranks or generates failed or gave something unusable. */
public class ModelException extends RagException {
    private static final long serialVersionUID = 1L;

    /** The HTTP status, or 0 where there was none. */
    private final int status;

    /** The provider's word for the error, or null. */
    private final @Nullable String code;

    /** The provider's number of the request, or null. */
    private final @Nullable String requestId;

    /** What was written before the failure, or null. */
    private final @Nullable String partialText;

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
        this(builder(message).kind(kind), cause);
    }

    /**
     * A transient failure whose side said when to come back.
     *
     * @param message who failed, doing what, to which id, what to do next
     * @param retryAfter how long to wait before the next try
     * @param cause the failure below, or null
     */
    public ModelException(String message, Duration retryAfter, @Nullable Throwable cause) {
        this(builder(message).kind(Kind.TRANSIENT).retryAfter(retryAfter), cause);
    }

    /**
     * A failure with all that a builder holds; for subclasses.
     *
     * @param builder what is known of the failure
     * @param cause the failure below, or null
     */
    protected ModelException(Builder builder, @Nullable Throwable cause) {
        super(builder.message, builder.kind, builder.retryAfter, cause);
        status = builder.status;
        code = builder.code;
        requestId = builder.requestId;
        partialText = builder.partialText;
    }

    /**
     * Starts a failure that a provider told more about. It is permanent unless {@link Builder#kind} says otherwise.
     *
     * @param message who failed, doing what, to which id, what to do next
     * @return the builder
     */
    public static Builder builder(String message) {
        return new Builder(message);
    }

    /**
     * The HTTP status of the provider's reply.
     *
     * @return 100 to 599, or empty where there was no reply or no HTTP
     */
    public OptionalInt status() {
        return status == 0 ? OptionalInt.empty() : OptionalInt.of(status);
    }

    /**
     * The provider's word for the error, such as {@code insufficient_quota}.
     *
     * @return the code, or empty where none was given
     */
    public Optional<String> code() {
        return Optional.ofNullable(code);
    }

    /**
     * The provider's number of the request, which its support asks for.
     *
     * @return the number, or empty where none was given
     */
    public Optional<String> requestId() {
        return Optional.ofNullable(requestId);
    }

    /**
     * What a generator had written when it failed. It is never part of the message.
     *
     * @return the text, or empty where nothing was written
     */
    public Optional<String> partialText() {
        return Optional.ofNullable(partialText);
    }

    /** Collects what is known of a failure. For use by one thread. */
    public static final class Builder {
        private final String message;
        private Kind kind = Kind.PERMANENT;
        private @Nullable Duration retryAfter;
        private int status;
        private @Nullable String code;
        private @Nullable String requestId;
        private @Nullable String partialText;
        private @Nullable Throwable cause;

        private Builder(String message) {
            this.message = message;
        }

        /**
         * Sets whether trying again may help. Default: it does not.
         *
         * @param kind the kind
         * @return this
         */
        public Builder kind(Kind kind) {
            this.kind = kind;
            return this;
        }

        /**
         * Sets how long the failing side asked to wait. Default: it did not say.
         *
         * @param wait the wait
         * @return this
         */
        public Builder retryAfter(Duration wait) {
            this.retryAfter = wait;
            return this;
        }

        /**
         * Sets the HTTP status of the reply. Default: none.
         *
         * @param status 100 to 599
         * @return this
         * @throws IllegalArgumentException if it is out of bounds
         */
        public Builder status(int status) {
            this.status = Require.between(status, 100, 599, "status");
            return this;
        }

        /**
         * Sets the provider's word for the error. Default: none.
         *
         * @param code the code
         * @return this
         */
        public Builder code(String code) {
            this.code = code;
            return this;
        }

        /**
         * Sets the provider's number of the request. Default: none.
         *
         * @param requestId the number
         * @return this
         */
        public Builder requestId(String requestId) {
            this.requestId = requestId;
            return this;
        }

        /**
         * Sets what was written before the failure. Default: nothing.
         *
         * @param text the text
         * @return this
         */
        public Builder partialText(String text) {
            this.partialText = text;
            return this;
        }

        /**
         * Sets the failure below. Default: none.
         *
         * @param cause the failure
         * @return this
         */
        public Builder cause(Throwable cause) {
            this.cause = cause;
            return this;
        }

        /**
         * Makes the exception.
         *
         * @return the exception
         */
        public ModelException build() {
            return new ModelException(this, cause);
        }
    }
}
