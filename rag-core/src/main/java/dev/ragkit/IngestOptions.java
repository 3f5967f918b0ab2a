package dev.ragkit;

import java.util.Optional;
import java.util.function.Consumer;

/**
 * How an ingest works: what is held in memory at once, whether documents that are gone are deleted, who is told of progress.
 *
 * <p>Immutable and safe for use by several threads.
 */
public final class IngestOptions {
    /** The number of documents held in memory unless told otherwise: {@value}. */
    public static final int DEFAULT_WINDOW = 64;

    private static final IngestOptions DEFAULTS = builder().build();

    private final int window;
    private final Optional<Filter> deleteMissing;
    private final Consumer<IngestReport> onProgress;

    private IngestOptions(Builder builder) {
        window = builder.window;
        deleteMissing = builder.deleteMissing;
        onProgress = builder.onProgress;
    }

    /**
     * A window of {@value #DEFAULT_WINDOW} documents, nothing deleted, nobody told.
     *
     * @return the defaults
     */
    public static IngestOptions ofDefaults() {
        return DEFAULTS;
    }

    /**
     * Starts with the defaults.
     *
     * @return the builder
     */
    public static Builder builder() {
        return new Builder();
    }

    int window() {
        return window;
    }

    Optional<Filter> deleteMissing() {
        return deleteMissing;
    }

    Consumer<IngestReport> onProgress() {
        return onProgress;
    }

    /** Collects {@link IngestOptions}. For use by one thread. */
    public static final class Builder {
        private int window = DEFAULT_WINDOW;
        private Optional<Filter> deleteMissing = Optional.empty();
        private Consumer<IngestReport> onProgress = report -> {};

        private Builder() {}

        /**
         * Sets how many documents are read, compared and held at once. Default: {@value IngestOptions#DEFAULT_WINDOW}. A window
         * also ends at 4 Mi characters of text.
         *
         * @param documents 1 to 10,000
         * @return this
         * @throws IllegalArgumentException if it is out of bounds
         */
        public Builder window(int documents) {
            this.window = Require.between(documents, 1, 10_000, "window");
            return this;
        }

        /**
         * Deletes what the source no longer has: after all documents were read, those in the store that match the filter and
         * were not among them. Documents that were there and failed are kept. Default: nothing is deleted.
         *
         * @param scope which documents of the store the source answers for; {@link Filter#all()} for the whole collection and
         *     tenant. Matched against the metadata of the document
         * @return this
         */
        public Builder deleteMissing(Filter scope) {
            this.deleteMissing = Optional.of(scope);
            return this;
        }

        /**
         * Sets who is told after each group of documents and at the end, on the ingesting thread. Default: nobody.
         *
         * @param onProgress takes the report so far; what it throws ends the ingest
         * @return this
         */
        public Builder onProgress(Consumer<IngestReport> onProgress) {
            this.onProgress = onProgress;
            return this;
        }

        /**
         * Makes the options.
         *
         * @return the options
         */
        public IngestOptions build() {
            return new IngestOptions(this);
        }
    }
}
