package dev.ragkit.openai;

import dev.ragkit.intercept.AllowanceListener;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import okhttp3.ConnectionPool;
import okhttp3.OkHttpClient;
import org.jspecify.annotations.Nullable;

/**
 * A server that speaks as OpenAI does: its address, the key, and the limits in time. Embedder, generator and reranker share one, and with
 * it the connections that are kept open.
 *
 * <pre>{@code
 * try (OpenAiConnection connection = OpenAiConnection.fromEnvironment().build()) {
 *     Generator generator = OpenAiGenerator.builder(connection, "gpt-4.1-mini").build();
 * }
 * }</pre>
 *
 * <p>A call is one request: nothing is repeated here, and redirects are not followed. Wrap the parts:
 * {@code Intercepted.generator(generator, Retry.ofDefaults())}. The key is never part of a message or of {@link #toString}, and is sent
 * over plain HTTP to this machine only.
 *
 * <p>Safe for use by several threads.
 */
public final class OpenAiConnection implements AutoCloseable {
    /** Where OpenAI is: {@value}. */
    public static final String DEFAULT_BASE_URL = "https://api.openai.com/v1";

    /** The connect timeout, unless told otherwise: 10 seconds. */
    public static final Duration DEFAULT_CONNECT_TIMEOUT = Duration.ofSeconds(10);

    /** The first-token timeout, unless told otherwise: 2 minutes. */
    public static final Duration DEFAULT_FIRST_TOKEN_TIMEOUT = Duration.ofMinutes(2);

    /** The idle timeout, unless told otherwise: 1 minute. */
    public static final Duration DEFAULT_IDLE_TIMEOUT = Duration.ofMinutes(1);

    /** The call timeout, unless told otherwise: 10 minutes. */
    public static final Duration DEFAULT_CALL_TIMEOUT = Duration.ofMinutes(10);

    private static final int IDLE_CONNECTIONS = 64;
    private static final int KEEP_ALIVE_MINUTES = 5;

    private final Wire wire;

    private OpenAiConnection(Wire wire) {
        this.wire = wire;
    }

    /**
     * Starts a connection to OpenAI or a compatible server.
     *
     * @param baseUrl up to and with the version, such as {@value #DEFAULT_BASE_URL} or {@code http://localhost:11434/v1}; without user
     *     name, password, query and fragment
     * @return the builder
     * @throws IllegalArgumentException if it is no such address
     */
    public static Builder builder(String baseUrl) {
        return new Builder(Endpoint.openAi(baseUrl));
    }

    /**
     * Starts a connection to Azure OpenAI, version 1 of its API: below {@code /openai/v1}, with the key in {@code api-key}. The names of
     * models are those of deployments.
     *
     * @param endpoint of the resource, such as {@code https://my-resource.openai.azure.com}
     * @return the builder
     * @throws IllegalArgumentException if it is no such address
     */
    public static Builder azure(String endpoint) {
        return new Builder(Endpoint.azure(endpoint));
    }

    /**
     * Starts a connection to Azure OpenAI by the older paths, {@code /openai/deployments/{model}/…?api-version=…}, with the key in
     * {@code api-key}.
     *
     * @param endpoint of the resource, such as {@code https://my-resource.openai.azure.com}
     * @param apiVersion such as {@code 2024-10-21}
     * @return the builder
     * @throws IllegalArgumentException if it is no such address
     */
    public static Builder azureDeployments(String endpoint, String apiVersion) {
        return new Builder(Endpoint.azureDeployments(endpoint, apiVersion));
    }

    /**
     * Starts a connection as the environment says: {@code OPENAI_API_KEY}, {@code OPENAI_BASE_URL} (default
     * {@value #DEFAULT_BASE_URL}), {@code OPENAI_ORG_ID} and {@code OPENAI_PROJECT_ID}. Without {@code OPENAI_BASE_URL} a key has to be
     * there.
     *
     * @return the builder
     * @throws IllegalStateException if neither a key nor a base URL is set
     */
    public static Builder fromEnvironment() {
        return fromEnvironment(System::getenv);
    }

    static Builder fromEnvironment(UnaryOperator<@Nullable String> environment) {
        String key = orEmpty(environment.apply("OPENAI_API_KEY"));
        String baseUrl = orEmpty(environment.apply("OPENAI_BASE_URL"));
        if (key.isEmpty() && baseUrl.isEmpty()) {
            throw new IllegalStateException(
                    "OPENAI_API_KEY is not set; set it, or OPENAI_BASE_URL to a server that needs no key");
        }
        Builder builder = builder(baseUrl.isEmpty() ? DEFAULT_BASE_URL : baseUrl);
        builder.organization = plain(orEmpty(environment.apply("OPENAI_ORG_ID")), "OPENAI_ORG_ID");
        builder.project = plain(orEmpty(environment.apply("OPENAI_PROJECT_ID")), "OPENAI_PROJECT_ID");
        return key.isEmpty() ? builder : builder.key(key);
    }

    private static String orEmpty(@Nullable String value) {
        return value == null ? "" : value.trim();
    }

    private static String plain(String value, String name) {
        if (!Credentials.isPlain(value)) {
            throw new IllegalArgumentException(name + " must consist of visible ASCII characters");
        }
        return value;
    }

    Wire wire() {
        return wire;
    }

    /**
     * Ends the calls in flight, which then fail, and closes what is kept open. Later calls are refused with
     * {@link IllegalStateException}. Closing again does nothing.
     */
    @Override
    public void close() {
        wire.close();
    }

    /** Shows the host, never the key. */
    @Override
    public String toString() {
        return "OpenAiConnection[" + wire.endpoint().host() + "]";
    }

    /** Collects the settings of an {@link OpenAiConnection}. For use by one thread. */
    public static final class Builder {
        private final Endpoint endpoint;
        private @Nullable Supplier<String> key;
        private String organization = "";
        private String project = "";
        private Duration connect = DEFAULT_CONNECT_TIMEOUT;
        private Duration firstToken = DEFAULT_FIRST_TOKEN_TIMEOUT;
        private Duration idle = DEFAULT_IDLE_TIMEOUT;
        private Duration call = DEFAULT_CALL_TIMEOUT;
        private AllowanceListener allowances = AllowanceListener.none();
        private UnaryOperator<OkHttpClient.Builder> trust = client -> client;

        private Builder(Endpoint endpoint) {
            this.endpoint = endpoint;
        }

        /**
         * Sets the key. Default: none is sent.
         *
         * @param key the key, of visible ASCII characters
         * @return this
         * @throws IllegalArgumentException if it is empty or holds other characters
         */
        public Builder key(String key) {
            if (key.isEmpty() || !Credentials.isPlain(key)) {
                throw new IllegalArgumentException("the key must not be empty and consist of visible ASCII characters");
            }
            return key(() -> key);
        }

        /**
         * Sets who gives the key; asked for each request, so that a key may change. Default: none is sent.
         *
         * @param key called by several threads
         * @return this
         */
        public Builder key(Supplier<String> key) {
            this.key = Objects.requireNonNull(key, "key must not be null");
            return this;
        }

        /**
         * Sets the organization that is charged. Default: that of the key.
         *
         * @param organization its id
         * @return this
         * @throws IllegalArgumentException if it holds other than visible ASCII characters
         */
        public Builder organization(String organization) {
            this.organization = plain(organization, "organization");
            return this;
        }

        /**
         * Sets the project that is charged. Default: that of the key.
         *
         * @param project its id
         * @return this
         * @throws IllegalArgumentException if it holds other than visible ASCII characters
         */
        public Builder project(String project) {
            this.project = plain(project, "project");
            return this;
        }

        /**
         * Sets how long opening a connection may take. Default: 10 seconds.
         *
         * @param timeout 1 ms to 1 day
         * @return this
         * @throws IllegalArgumentException if it is out of bounds
         */
        public Builder connectTimeout(Duration timeout) {
            this.connect = Timeouts.check(timeout, "connectTimeout");
            return this;
        }

        /**
         * Sets how long a stream may take to its first text, from the start of the call. Default: 2 minutes.
         *
         * @param timeout 1 ms to 1 day
         * @return this
         * @throws IllegalArgumentException if it is out of bounds
         */
        public Builder firstTokenTimeout(Duration timeout) {
            this.firstToken = Timeouts.check(timeout, "firstTokenTimeout");
            return this;
        }

        /**
         * Sets how long a stream may pause after its first text. Comments that only keep a connection open do not count as
         * text. Default: 1 minute.
         *
         * @param timeout 1 ms to 1 day
         * @return this
         * @throws IllegalArgumentException if it is out of bounds
         */
        public Builder idleTimeout(Duration timeout) {
            this.idle = Timeouts.check(timeout, "idleTimeout");
            return this;
        }

        /**
         * Sets how long one request may take, from opening the connection to the last byte of the reply. Default: 10 minutes.
         *
         * @param timeout 1 ms to 1 day
         * @return this
         * @throws IllegalArgumentException if it is out of bounds
         */
        public Builder callTimeout(Duration timeout) {
            this.call = Timeouts.check(timeout, "callTimeout");
            return this;
        }

        /**
         * Sets who hears how much the server still allows, from the {@code x-ratelimit} headers of each reply. Default: nobody.
         *
         * @param listener called on the thread of the call
         * @return this
         */
        public Builder allowances(AllowanceListener listener) {
            this.allowances = Objects.requireNonNull(listener, "listener must not be null");
            return this;
        }

        /** Lets a test trust the certificate of its server. */
        Builder trust(UnaryOperator<OkHttpClient.Builder> trust) {
            this.trust = trust;
            return this;
        }

        /**
         * Makes the connection. Nothing is opened before the first call.
         *
         * @return the connection, to be closed by the caller
         * @throws IllegalArgumentException if a key would go over plain HTTP to another machine
         */
        public OpenAiConnection build() {
            if (key != null && !endpoint.isPrivate()) {
                throw new IllegalArgumentException("the key must not be sent to " + endpoint.host()
                        + " over plain HTTP; use https:// or a server on this machine");
            }
            Wire.Terms terms = new Wire.Terms(new Timeouts(connect, firstToken, idle, call), allowances);
            OkHttpClient client = trust.apply(new OkHttpClient.Builder())
                    .socketFactory(new PromptSockets())
                    .retryOnConnectionFailure(false)
                    .followRedirects(false)
                    .followSslRedirects(false)
                    .connectTimeout(connect)
                    // The watch ends what is late; these would count each read by itself.
                    .readTimeout(Duration.ZERO)
                    .writeTimeout(Duration.ZERO)
                    .connectionPool(new ConnectionPool(IDLE_CONNECTIONS, KEEP_ALIVE_MINUTES, TimeUnit.MINUTES))
                    .build();
            Credentials credentials = new Credentials(key, endpoint.keyHeader(), organization, project);
            return new OpenAiConnection(new Wire(client, endpoint, credentials, terms));
        }
    }
}
