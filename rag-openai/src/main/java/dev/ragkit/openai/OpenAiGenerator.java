package dev.ragkit.openai;

import dev.ragkit.Completion;
import dev.ragkit.Generator;
import dev.ragkit.Prompt;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.function.Consumer;

/**
 * Writes texts by {@code /chat/completions} of an OpenAI-compatible server, or by {@code /responses}.
 *
 * <pre>{@code
 * Generator generator = OpenAiGenerator.builder(connection, "gpt-4.1-mini").maxTokens(800).build();
 * Completion completion = generator.generate(prompt, System.out::print);
 * }</pre>
 *
 * <p>A stream that ends without a reason to finish and without its mark of the end was cut off: that is a transient
 * {@link dev.ragkit.ModelException} which carries what had come, {@link dev.ragkit.ModelException#partialText()}. An error inside a
 * stream is one too. What had been handed out stays handed out, and nothing is handed out after a call has returned or failed. A
 * refusal is a completion: {@link dev.ragkit.Completion.Finish#REFUSAL}.
 *
 * <p>Safe for use by several threads. An interrupt ends a call, and its request, with
 * {@link java.util.concurrent.CancellationException}, the interrupt flag still set.
 */
public final class OpenAiGenerator implements Generator {
    /** The most tokens of a completion, unless told otherwise: {@value}. */
    public static final int DEFAULT_MAX_TOKENS = 4_096;

    private static final int MOST_TOKENS = 1_000_000;
    private static final double MOST_TEMPERATURE = 2;

    private final Wire wire;
    private final Protocol protocol;
    private final WritingOptions options;
    private final StreamedAnswer.Ending ending;

    private OpenAiGenerator(Builder builder) {
        wire = builder.connection.wire();
        protocol = builder.protocol;
        options = new WritingOptions(
                builder.model,
                new WritingOptions.Ceiling(builder.maxTokens, builder.maxTokensField),
                builder.format,
                new WritingOptions.Sampling(builder.temperature, builder.reasoningEffort, builder.streamUsage));
        ending = builder.ending;
    }

    /**
     * Starts a generator.
     *
     * @param connection to the server
     * @param model its name, as the server knows it
     * @return the builder
     * @throws IllegalArgumentException if the name is blank
     */
    public static Builder builder(OpenAiConnection connection, String model) {
        return new Builder(connection, model);
    }

    @Override
    public Completion generate(Prompt prompt) {
        Ask ask = Ask.of(
                protocol.operation(),
                options.model(),
                json -> protocol.write(json, options, prompt, Protocol.Delivery.WHOLE));
        return wire.post(
                ask,
                new WatchedCall.Limit("call", wire.timeouts().call()),
                new WholeAnswer(protocol, options.model(), idle()));
    }

    @Override
    public Completion generate(Prompt prompt, Consumer<String> onText) {
        Ask ask = Ask.of(
                protocol.operation(),
                options.model(),
                json -> protocol.write(json, options, prompt, Protocol.Delivery.STREAMED));
        StreamedAnswer.Reading reading = new StreamedAnswer.Reading(options.model(), ending);
        return wire.post(
                ask,
                new WatchedCall.Limit("first-token", wire.timeouts().firstToken()),
                new StreamedAnswer(protocol, reading, idle(), onText));
    }

    private WatchedCall.Limit idle() {
        return new WatchedCall.Limit("idle", wire.timeouts().idle());
    }

    /** Shows the model and the host. */
    @Override
    public String toString() {
        return "OpenAiGenerator[" + options.model() + " at " + wire.endpoint().host() + "]";
    }

    /** Collects the settings of an {@link OpenAiGenerator}. For use by one thread. */
    public static final class Builder {
        private final OpenAiConnection connection;
        private final String model;
        private Protocol protocol = ChatProtocol.INSTANCE;
        private int maxTokens = DEFAULT_MAX_TOKENS;
        private String maxTokensField = "max_completion_tokens";
        private WritingOptions.Format format = WritingOptions.Format.TEXT;
        private OptionalDouble temperature = OptionalDouble.empty();
        private String reasoningEffort = "";
        private WritingOptions.StreamUsage streamUsage = WritingOptions.StreamUsage.ASKED;
        private StreamedAnswer.Ending ending = StreamedAnswer.Ending.MARKED;

        private Builder(OpenAiConnection connection, String model) {
            this.connection = Objects.requireNonNull(connection, "connection must not be null");
            this.model = notBlank(model, "model");
        }

        /**
         * Asks by {@code /responses}, without keeping anything on the server. Default: by {@code /chat/completions}, which nearly every
         * compatible server has.
         *
         * @return this
         */
        public Builder byResponses() {
            this.protocol = ResponsesProtocol.INSTANCE;
            return this;
        }

        /**
         * Sets how many tokens a completion may have, hidden reasoning included. A ceiling is always sent. Default:
         * {@value OpenAiGenerator#DEFAULT_MAX_TOKENS}.
         *
         * @param tokens 1 to 1,000,000
         * @return this
         * @throws IllegalArgumentException if it is out of bounds
         */
        public Builder maxTokens(int tokens) {
            if (tokens < 1 || tokens > MOST_TOKENS) {
                throw new IllegalArgumentException(
                        "maxTokens must be between 1 and " + MOST_TOKENS + ", was " + tokens);
            }
            this.maxTokens = tokens;
            return this;
        }

        /**
         * Sends the ceiling as {@code max_tokens}, for servers that do not know {@code max_completion_tokens}. Default: the latter.
         *
         * @return this
         */
        public Builder olderMaxTokens() {
            this.maxTokensField = "max_tokens";
            return this;
        }

        /**
         * Sets how freely words are chosen. Default: not sent; some models refuse to be told.
         *
         * @param temperature 0 to 2
         * @return this
         * @throws IllegalArgumentException if it is out of bounds
         */
        public Builder temperature(double temperature) {
            if (!(temperature >= 0 && temperature <= MOST_TEMPERATURE)) {
                throw new IllegalArgumentException("temperature must be between 0 and 2, was " + temperature);
            }
            this.temperature = OptionalDouble.of(temperature);
            return this;
        }

        /**
         * Sets how long a reasoning model thinks. Default: not sent.
         *
         * @param effort as the server words it, such as {@code low}
         * @return this
         * @throws IllegalArgumentException if it is blank
         */
        public Builder reasoningEffort(String effort) {
            this.reasoningEffort = notBlank(effort, "effort");
            return this;
        }

        /**
         * Wants the text to be JSON that follows a schema, strictly. Default: free text.
         *
         * @param name of the schema: letters, digits, {@code _} and {@code -}, at most 64
         * @param schema a JSON schema, as JSON
         * @return this
         * @throws IllegalArgumentException if the name has other characters or the schema is not a JSON object
         */
        public Builder jsonSchema(String name, String schema) {
            if (!name.matches("[A-Za-z0-9_-]{1,64}")) {
                throw new IllegalArgumentException(
                        "the name of a schema must be 1 to 64 letters, digits, '_' or '-', was '" + name + "'");
            }
            JsonInput.check(schema, "the schema '" + name + "'");
            this.format = new WritingOptions.Format(name, schema);
            return this;
        }

        /**
         * Does not ask a stream for the tokens it took, for servers that refuse {@code stream_options}. Default: it is asked.
         *
         * @return this
         */
        public Builder withoutStreamUsage() {
            this.streamUsage = WritingOptions.StreamUsage.UNSAID;
            return this;
        }

        /**
         * Takes a stream for whole that ends, after some text, without a reason to finish and without a mark of the end, for servers
         * that never send either. A stream that was cut off cannot be told from it then. Default: it is an error.
         *
         * @return this
         */
        public Builder lenientEnd() {
            this.ending = StreamedAnswer.Ending.ANY;
            return this;
        }

        private static String notBlank(String value, String name) {
            if (value.isBlank()) {
                throw new IllegalArgumentException(name + " must not be blank");
            }
            return value;
        }

        /**
         * Makes the generator.
         *
         * @return the generator
         */
        public OpenAiGenerator build() {
            return new OpenAiGenerator(this);
        }
    }
}
