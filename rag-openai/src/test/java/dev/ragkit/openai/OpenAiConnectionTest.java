package dev.ragkit.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.ragkit.ModelException;
import dev.ragkit.intercept.Allowance;
import dev.ragkit.testkit.FakeOpenAi;
import dev.ragkit.testkit.FakeReply;
import dev.ragkit.testkit.FakeRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class OpenAiConnectionTest {
    private static FakeRequest first(FakeOpenAi server, OpenAiConnection.Builder builder) {
        try (OpenAiConnection connection = builder.build()) {
            OpenAiGenerator.builder(connection, "my-model").build().generate(Loopback.prompt("?"));
        }
        return server.requests().get(server.requests().size() - 1);
    }

    @Test
    void theEnvironmentIsReadWhereAsked() {
        try (FakeOpenAi server = FakeOpenAi.start()) {
            Map<String, String> environment = Map.of(
                    "OPENAI_API_KEY",
                    "sk-1",
                    "OPENAI_BASE_URL",
                    server.baseUrl() + "/",
                    "OPENAI_ORG_ID",
                    "org",
                    "OPENAI_PROJECT_ID",
                    "pro");
            FakeRequest request = first(server, OpenAiConnection.fromEnvironment(environment::get));
            assertThat(request.path()).isEqualTo("/v1/chat/completions");
            assertThat(request.header("Authorization")).isEqualTo("Bearer sk-1");
            assertThat(request.header("OpenAI-Organization")).isEqualTo("org");
            assertThat(request.header("OpenAI-Project")).isEqualTo("pro");
        }
        assertThat(OpenAiConnection.fromEnvironment(Map.of("OPENAI_API_KEY", "sk-1")::get)
                        .build())
                .hasToString("OpenAiConnection[api.openai.com]");
        assertThatThrownBy(() -> OpenAiConnection.fromEnvironment(name -> null))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("OPENAI_API_KEY is not set");
    }

    @Test
    void azureIsAskedByItsPathsWithItsHeader() {
        try (FakeOpenAi server = FakeOpenAi.start()) {
            String endpoint = server.uri().toString();
            FakeRequest request =
                    first(server, OpenAiConnection.azure(endpoint + "/").key("k-1"));
            assertThat(request.path()).isEqualTo("/openai/v1/chat/completions");
            assertThat(request.header("api-key")).isEqualTo("k-1");
            assertThat(request.header("Authorization")).isEmpty();
            FakeRequest older = first(
                    server,
                    OpenAiConnection.azureDeployments(endpoint, "2024-10-21").key("k-1"));
            assertThat(older.path()).isEqualTo("/openai/deployments/my-model/chat/completions?api-version=2024-10-21");
        }
    }

    @Test
    void theKeyIsAskedForEachRequest() {
        List<String> keys = new ArrayList<>(List.of("first", "second"));
        try (Loopback loopback = Loopback.start(builder -> builder.key(() -> keys.remove(0)))) {
            loopback.generator().generate(Loopback.prompt("?"));
            loopback.generator().generate(Loopback.prompt("?"));
            assertThat(loopback.server().requests())
                    .extracting(request -> request.header("authorization"))
                    .containsExactly("Bearer first", "Bearer second");
        }
    }

    @Test
    void addressesThatAreNoneAreRefusedWithoutQuotingThem() {
        assertThatThrownBy(() -> OpenAiConnection.builder("api.openai.com"))
                .hasMessageContaining("must begin with https://");
        assertThatThrownBy(() -> OpenAiConnection.builder("https://user:secret@host/v1"))
                .hasMessageContaining("must not hold a user name")
                .hasMessageNotContaining("secret");
        assertThatThrownBy(() -> OpenAiConnection.builder("https://host/v1?key=secret"))
                .hasMessageContaining("must not hold a query")
                .hasMessageNotContaining("secret");
    }

    @Test
    void oneConnectionCarriesCallsOneAfterAnother() {
        try (Loopback loopback = Loopback.start()) {
            for (int i = 0; i < 20; i++) {
                loopback.generator().generate(Loopback.prompt("?"), piece -> {});
                loopback.generator().generate(Loopback.prompt("?"));
            }
            assertThat(loopback.server().connections()).isOne();
        }
    }

    @Test
    void whatTheServerStillAllowsIsTold() {
        List<List<Allowance>> told = new ArrayList<>();
        try (Loopback loopback = Loopback.start(
                builder -> builder.allowances((requests, tokens) -> told.add(List.of(requests, tokens))))) {
            loopback.generator().generate(Loopback.prompt("?"));
            assertThat(told).isEmpty();
            loopback.server()
                    .reply(FakeReply.usual()
                            .header("x-ratelimit-limit-requests", "60")
                            .header("x-ratelimit-remaining-requests", "59")
                            .header("x-ratelimit-reset-requests", "6m1.5s"))
                    .limit(100, 100_000, Duration.ofMinutes(1));
            loopback.generator().generate(Loopback.prompt("?"));
            assertThat(told.get(0).get(0).limit()).isEqualTo(100);
            loopback.server()
                    .reply(FakeReply.error(429, "rate_limit_exceeded", "slow")
                            .header("x-ratelimit-limit-tokens", "60")
                            .header("x-ratelimit-remaining-tokens", "0")
                            .header("x-ratelimit-reset-tokens", "6m1.5s"));
            assertThatThrownBy(() -> loopback.generator().generate(Loopback.prompt("?")))
                    .isInstanceOf(ModelException.class);
            assertThat(told.get(1))
                    .containsExactly(Allowance.UNKNOWN, new Allowance(60, 0, Duration.ofMillis(361_500)));
        }
        assertThat(ReplyHeaders.duration("20ms")).isEqualTo(Duration.ofMillis(20));
        assertThat(ReplyHeaders.duration("1h2m3s")).isEqualTo(Duration.ofSeconds(3_723));
        assertThat(ReplyHeaders.duration("7")).isEqualTo(Duration.ofSeconds(7));
        for (String wrong : List.of("soon", "1x", "-5s", "5s!", "")) {
            assertThat(ReplyHeaders.duration(wrong)).as(wrong).isNull();
        }
    }

    @Test
    void errorsTellStatusCodeRequestAndWhatToDo() {
        try (Loopback loopback = Loopback.start()) {
            loopback.server()
                    .reply(
                            FakeReply.error(404, "model_not_found", "The model does not exist"),
                            FakeReply.of(502, "<html><body>Bad Gateway</body></html>"),
                            FakeReply.of(400, "{\"message\":\"flat\",\"code\":17}"),
                            FakeReply.of(400, "[{\"error\":{\"message\":\"in a list\",\"status\":\"INVALID\"}}]"),
                            FakeReply.of(400, "{\"error\":\"" + "x".repeat(10_000) + "\"}"));
            ModelException failure = failure(loopback);
            assertThat(failure.status()).hasValue(404);
            assertThat(failure.code()).hasValue("model_not_found");
            assertThat(failure.requestId()).isPresent();
            assertThat(failure)
                    .hasMessageMatching("chat/completions by fake-model at 127\\.0\\.0\\.1:\\d+ failed with status 404 "
                            + "model_not_found: The model does not exist; check the base URL and the name of the model "
                            + "\\(request req-1\\)");
            assertThat(failure(loopback)).matches(ModelException::isTransient).hasMessageNotContaining("html");
            assertThat(failure(loopback)).hasMessageContaining("status 400 17: flat");
            assertThat(failure(loopback)).hasMessageContaining("INVALID: in a list");
            assertThat(failure(loopback).getMessage()).hasSizeLessThan(2_300);
        }
    }

    private static ModelException failure(Loopback loopback) {
        return catchThrowableOfType(
                ModelException.class, () -> loopback.generator().generate(Loopback.prompt("?")));
    }

    @Test
    void R27_afterCloseNoThreadOfTheConnectionIsLeft() {
        Loopback loopback = Loopback.start();
        loopback.generator().generate(Loopback.prompt("?"));
        loopback.close();
        loopback.connection().close();
        Patience.until(() -> names().stream().noneMatch(name -> name.equals("ragkit-openai-watch")));
        assertThat(names())
                .noneMatch(name ->
                        name.startsWith("fake-openai-" + loopback.server().uri().getPort()));
    }

    private static Set<String> names() {
        return Thread.getAllStackTraces().keySet().stream().map(Thread::getName).collect(Collectors.toSet());
    }
}
