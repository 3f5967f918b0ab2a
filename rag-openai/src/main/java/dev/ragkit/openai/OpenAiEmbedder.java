package dev.ragkit.openai;

import dev.ragkit.Embedder;
import dev.ragkit.EmbeddingSpace;
import dev.ragkit.Embeddings;
import dev.ragkit.TokenCounter;
import dev.ragkit.TokenUsage;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executor;

/**
 * Embeds texts by {@code /embeddings} of an OpenAI-compatible server.
 *
 * <pre>{@code
 * Embedder embedder = OpenAiEmbedder.builder(connection, OpenAiEmbedder.space("text-embedding-3-small")).build();
 * }</pre>
 *
 * <p>Texts are packed into as few requests as the server's limits allow: 2,048 texts, 300,000 tokens, 8,192 tokens a text. A request
 * that is refused for its length is halved until the text is found that is too long; the others are embedded, and
 * {@link dev.ragkit.TextsRefusedException} tells which were not. Empty texts are refused without being sent. A reply is taken only if
 * it has one finite vector of the right dimensions for each text, placed by its {@code index}.
 *
 * <p>A call that fails in passing gives nothing, whatever it embedded before. To repeat little, hand over what fits into one request,
 * as an ingest does.
 *
 * <p>Safe for use by several threads. An interrupt ends a call, and its requests, with
 * {@link java.util.concurrent.CancellationException}, the interrupt flag still set.
 */
public final class OpenAiEmbedder implements Embedder {
    /** The most texts of a request, unless told otherwise: {@value}. */
    public static final int DEFAULT_REQUEST_TEXTS = 2_048;

    /** The most tokens of a request, unless told otherwise: {@value}. */
    public static final int DEFAULT_REQUEST_TOKENS = 300_000;

    /** The most tokens of a text, unless told otherwise: {@value}. */
    public static final int DEFAULT_TEXT_TOKENS = 8_192;

    private static final String PROVIDER = "openai";
    private static final Map<String, Integer> KNOWN =
            Map.of("text-embedding-3-small", 1_536, "text-embedding-3-large", 3_072, "text-embedding-ada-002", 1_536);
    private static final int MOST_REQUESTS = 256;
    private static final int MOST_TEXTS = 100_000;
    private static final int MOST_TOKENS = 100_000_000;

    private final EmbeddingRequest request;
    private final Packing packing;
    private final SharedWork work;

    private OpenAiEmbedder(Builder builder) {
        request = new EmbeddingRequest(builder.connection.wire(), builder.space, builder.shortening, builder.encoding);
        packing = new Packing(
                builder.counter, new Packing.Limits(builder.requestTexts, builder.requestTokens, builder.textTokens));
        work = builder.work;
    }

    /**
     * The space of a model of OpenAI, with all its dimensions: {@code text-embedding-3-small}, {@code text-embedding-3-large} or
     * {@code text-embedding-ada-002}.
     *
     * @param model its name
     * @return the space: provider {@code openai}, normalised
     * @throws IllegalArgumentException if it is another model; its space comes from {@link EmbeddingSpace#builder}
     */
    public static EmbeddingSpace space(String model) {
        Integer dimensions = KNOWN.get(model);
        if (dimensions == null) {
            throw new IllegalArgumentException("the dimensions of model '" + model
                    + "' are not known here; say them with EmbeddingSpace.builder(provider, model, dimensions)");
        }
        return EmbeddingSpace.builder(PROVIDER, model, dimensions).normalized().build();
    }

    /**
     * Starts an embedder.
     *
     * @param connection to the server
     * @param space names the model to ask, its dimensions and its prefixes. For a {@code text-embedding-3} model with fewer dimensions
     *     than it has, the server is asked to shorten its vectors
     * @return the builder
     */
    public static Builder builder(OpenAiConnection connection, EmbeddingSpace space) {
        return new Builder(connection, space);
    }

    @Override
    public EmbeddingSpace space() {
        return request.space();
    }

    /**
     * {@inheritDoc}
     *
     * @throws NullPointerException if a text is null
     */
    @Override
    public Embeddings embedDocuments(List<String> texts) {
        return embed(texts, space().documentPrefix());
    }

    /**
     * {@inheritDoc}
     *
     * @throws NullPointerException if a text is null
     */
    @Override
    public Embeddings embedQueries(List<String> texts) {
        return embed(texts, space().queryPrefix());
    }

    private Embeddings embed(List<String> texts, String prefix) {
        if (texts.isEmpty()) {
            return new Embeddings(List.of(), TokenUsage.NONE);
        }
        List<String> prefixed = prefix.isEmpty()
                ? List.copyOf(texts)
                : texts.stream()
                        .map(text -> text.isEmpty() ? "" : prefix + text)
                        .toList();
        return new EmbeddingJob(request, prefixed).run(packing, work);
    }

    /** Shows the space. */
    @Override
    public String toString() {
        return "OpenAiEmbedder[" + space() + "]";
    }

    /** Collects the settings of an {@link OpenAiEmbedder}. For use by one thread. */
    public static final class Builder {
        private final OpenAiConnection connection;
        private final EmbeddingSpace space;
        private EmbeddingRequest.Shortening shortening;
        private EmbeddingRequest.Encoding encoding = EmbeddingRequest.Encoding.BASE64;
        private TokenCounter counter = TokenEstimate.INSTANCE;
        private int requestTexts = DEFAULT_REQUEST_TEXTS;
        private int requestTokens = DEFAULT_REQUEST_TOKENS;
        private int textTokens = DEFAULT_TEXT_TOKENS;
        private SharedWork work = SharedWork.ofCaller();

        private Builder(OpenAiConnection connection, EmbeddingSpace space) {
            this.connection = Objects.requireNonNull(connection, "connection must not be null");
            this.space = Objects.requireNonNull(space, "space must not be null");
            boolean shorter = space.model().startsWith("text-embedding-3")
                    && KNOWN.getOrDefault(space.model(), space.dimensions()) != space.dimensions();
            this.shortening = shorter ? EmbeddingRequest.Shortening.ASKED : EmbeddingRequest.Shortening.NONE;
        }

        /**
         * Asks the server to shorten its vectors to the dimensions of the space. Default: only for the {@code text-embedding-3} models of
         * OpenAI, where the space has fewer than the model; other servers may refuse to be asked.
         *
         * @return this
         */
        public Builder shortened() {
            this.shortening = EmbeddingRequest.Shortening.ASKED;
            return this;
        }

        /**
         * Does not ask for vectors in base64, for a server that refuses the field {@code encoding_format}. Default: it is asked for, and
         * what comes is read either way.
         *
         * @return this
         */
        public Builder withoutBase64() {
            this.encoding = EmbeddingRequest.Encoding.UNSAID;
            return this;
        }

        /**
         * Sets who counts the tokens of a text. A text that is too long by this counter is refused without being sent. Default: an
         * estimate from the characters; a text that is too long by that is sent by itself, and the server decides.
         *
         * @param counter as the model counts
         * @return this
         */
        public Builder tokenCounter(TokenCounter counter) {
            this.counter = Objects.requireNonNull(counter, "counter must not be null");
            return this;
        }

        /**
         * Sets how many texts a request may have. Default: {@value OpenAiEmbedder#DEFAULT_REQUEST_TEXTS}.
         *
         * @param texts 1 to 100,000
         * @return this
         * @throws IllegalArgumentException if it is out of bounds
         */
        public Builder requestTexts(int texts) {
            this.requestTexts = bounded("requestTexts", texts, MOST_TEXTS);
            return this;
        }

        /**
         * Sets how many tokens a request may have. Default: {@value OpenAiEmbedder#DEFAULT_REQUEST_TOKENS}.
         *
         * @param tokens 1 to 100,000,000
         * @return this
         * @throws IllegalArgumentException if it is out of bounds
         */
        public Builder requestTokens(int tokens) {
            this.requestTokens = bounded("requestTokens", tokens, MOST_TOKENS);
            return this;
        }

        /**
         * Sets how many tokens a text may have. Default: {@value OpenAiEmbedder#DEFAULT_TEXT_TOKENS}.
         *
         * @param tokens 1 to 100,000,000
         * @return this
         * @throws IllegalArgumentException if it is out of bounds
         */
        public Builder textTokens(int tokens) {
            this.textTokens = bounded("textTokens", tokens, MOST_TOKENS);
            return this;
        }

        /**
         * Sends several requests of one call at once: one on the caller's thread, the others on an executor. The caller never waits for
         * the executor to become free: what it does not begin, or refuses, the caller's thread does. Default: one after another, on the
         * caller's thread.
         *
         * @param requests of one call at once, the caller's included; 1 to 256
         * @param executor of the caller, who ends it
         * @return this
         * @throws IllegalArgumentException if it is out of bounds
         */
        public Builder concurrently(int requests, Executor executor) {
            this.work = new SharedWork(
                    Objects.requireNonNull(executor, "executor must not be null"),
                    bounded("requests", requests, MOST_REQUESTS));
            return this;
        }

        private static int bounded(String name, int value, int most) {
            if (value < 1 || value > most) {
                throw new IllegalArgumentException(name + " must be between 1 and " + most + ", was " + value);
            }
            return value;
        }

        /**
         * Makes the embedder.
         *
         * @return the embedder
         */
        public OpenAiEmbedder build() {
            return new OpenAiEmbedder(this);
        }
    }
}
