package dev.ragkit;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Who made the vectors, and how. Embeddings of two different spaces are never comparable, so a collection holds exactly one
 * space and refuses the others.
 *
 * <p>Immutable and safe for use by several threads. Two spaces are equal when all their properties are.
 */
public final class EmbeddingSpace {
    private static final int MAX_DIMENSIONS = 64_000;

    private final String provider;
    private final String model;
    private final int dimensions;
    private final String revision;
    private final boolean normalized;
    private final String documentPrefix;
    private final String queryPrefix;

    private EmbeddingSpace(Builder builder) {
        provider = builder.provider;
        model = builder.model;
        dimensions = builder.dimensions;
        revision = builder.revision;
        normalized = builder.normalized;
        documentPrefix = builder.documentPrefix;
        queryPrefix = builder.queryPrefix;
    }

    /**
     * Starts a space.
     *
     * @param provider who serves the model, such as {@code openai} or {@code onnx}; not blank
     * @param model the model's name; not blank
     * @param dimensions of its vectors, 1 to 64,000
     * @return the builder
     * @throws IllegalArgumentException if a value is out of bounds
     */
    public static Builder builder(String provider, String model, int dimensions) {
        return new Builder(provider, model, dimensions);
    }

    /**
     * Who serves the model.
     *
     * @return the provider, not blank
     */
    public String provider() {
        return provider;
    }

    /**
     * The model's name.
     *
     * @return the name, not blank
     */
    public String model() {
        return model;
    }

    /**
     * The length of the vectors.
     *
     * @return at least 1
     */
    public int dimensions() {
        return dimensions;
    }

    /**
     * What else decides the vectors: weights, quantisation, pooling.
     *
     * @return the revision, empty by default
     */
    public String revision() {
        return revision;
    }

    /**
     * Whether the vectors have length 1.
     *
     * @return true if they have; false by default
     */
    public boolean isNormalized() {
        return normalized;
    }

    /**
     * What the embedder puts before the text of a document.
     *
     * @return the prefix, empty by default
     */
    public String documentPrefix() {
        return documentPrefix;
    }

    /**
     * What the embedder puts before the text of a query.
     *
     * @return the prefix, empty by default
     */
    public String queryPrefix() {
        return queryPrefix;
    }

    /**
     * Checks that an embedding may belong to this space.
     *
     * @param embedding the embedding
     * @return the same embedding
     * @throws IllegalArgumentException if its dimensions are not this space's
     */
    public Embedding check(Embedding embedding) {
        if (embedding.dimensions() != dimensions) {
            throw new IllegalArgumentException("an embedding of " + this + " must have " + dimensions
                    + " dimensions, had " + embedding.dimensions()
                    + "; use the embedder that the collection was made with");
        }
        return embedding;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof EmbeddingSpace that
                && dimensions == that.dimensions
                && normalized == that.normalized
                && provider.equals(that.provider)
                && model.equals(that.model)
                && revision.equals(that.revision)
                && documentPrefix.equals(that.documentPrefix)
                && queryPrefix.equals(that.queryPrefix);
    }

    @Override
    public int hashCode() {
        return Objects.hash(provider, model, dimensions, revision, normalized, documentPrefix, queryPrefix);
    }

    /** Shows every property, in one line: {@code onnx/bge-small-en-v1.5 (384 dimensions, normalised, …)}. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(provider).append('/').append(model);
        text.append(" (").append(dimensions).append(" dimensions");
        if (normalized) {
            text.append(", normalised");
        }
        append(text, ", revision '", revision);
        append(text, ", document prefix '", documentPrefix);
        append(text, ", query prefix '", queryPrefix);
        return text.append(')').toString();
    }

    private static void append(StringBuilder text, String label, String value) {
        if (!value.isEmpty()) {
            text.append(label).append(value).append('\'');
        }
    }

    /** Collects the properties of an {@link EmbeddingSpace}. For use by one thread. */
    public static final class Builder {
        private final String provider;
        private final String model;
        private final int dimensions;
        private String revision = "";
        private boolean normalized;
        private String documentPrefix = "";
        private String queryPrefix = "";

        private Builder(String provider, String model, int dimensions) {
            this.provider = Require.identifier(provider, "provider");
            this.model = Require.identifier(model, "model");
            this.dimensions = Require.between(dimensions, 1, MAX_DIMENSIONS, "dimensions");
        }

        /**
         * Sets what else decides the vectors: weights, quantisation, pooling. Default: empty.
         *
         * @param revision the revision
         * @return this
         */
        public Builder revision(String revision) {
            this.revision = Require.storable(revision, "revision");
            return this;
        }

        /**
         * Says that the vectors have length 1. Default: they need not.
         *
         * @return this
         */
        public Builder normalized() {
            this.normalized = true;
            return this;
        }

        /**
         * Sets what the embedder puts before the text of a document. Default: empty.
         *
         * @param prefix the prefix
         * @return this
         */
        public Builder documentPrefix(String prefix) {
            this.documentPrefix = Require.storable(prefix, "document prefix");
            return this;
        }

        /**
         * Sets what the embedder puts before the text of a query. Default: empty.
         *
         * @param prefix the prefix
         * @return this
         */
        public Builder queryPrefix(String prefix) {
            this.queryPrefix = Require.storable(prefix, "query prefix");
            return this;
        }

        /**
         * Makes the space.
         *
         * @return the space
         */
        public EmbeddingSpace build() {
            return new EmbeddingSpace(this);
        }
    }
}
