package dev.ragkit.openai;

import dev.ragkit.EmbeddingSpace;
import dev.ragkit.Message;
import dev.ragkit.Prompt;
import dev.ragkit.testkit.FakeOpenAi;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;

/** A fake server and a connection to it. */
final class Loopback implements AutoCloseable {
    static final String KEY = "sk-canary-7Qx9/2+Lm4Zp8Rt6Vb1Nc3";
    static final String MODEL = "fake-model";

    private final FakeOpenAi server;
    private final OpenAiConnection connection;

    private Loopback(FakeOpenAi server, OpenAiConnection connection) {
        this.server = server;
        this.connection = connection;
    }

    static Loopback start() {
        return start(builder -> builder);
    }

    static Loopback start(UnaryOperator<OpenAiConnection.Builder> settings) {
        return of(FakeOpenAi.start(), settings);
    }

    static Loopback of(FakeOpenAi server, UnaryOperator<OpenAiConnection.Builder> settings) {
        OpenAiConnection.Builder builder =
                OpenAiConnection.builder(server.baseUrl()).key(KEY);
        return new Loopback(server, settings.apply(builder).build());
    }

    /** All four limits are this long. */
    static UnaryOperator<OpenAiConnection.Builder> within(Duration limit) {
        return builder -> builder.connectTimeout(limit)
                .firstTokenTimeout(limit)
                .idleTimeout(limit)
                .callTimeout(limit);
    }

    FakeOpenAi server() {
        return server;
    }

    OpenAiConnection connection() {
        return connection;
    }

    OpenAiGenerator generator() {
        return OpenAiGenerator.builder(connection, MODEL).build();
    }

    OpenAiEmbedder embedder(int dimensions) {
        server.dimensions(dimensions);
        return OpenAiEmbedder.builder(connection, space(dimensions)).build();
    }

    static EmbeddingSpace space(int dimensions) {
        return EmbeddingSpace.builder("fake", MODEL, dimensions).normalized().build();
    }

    static Prompt prompt(String question) {
        return new Prompt(question, List.of(), List.of(Message.system("Be brief."), Message.user(question)));
    }

    @Override
    public void close() {
        connection.close();
        server.close();
    }
}
