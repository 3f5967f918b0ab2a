package dev.ragkit.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragkit.testkit.FakeReply.Effect;
import dev.ragkit.testkit.FakeReply.Phase;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FakeOpenAiTest {
    private final FakeOpenAi server = FakeOpenAi.start();
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(10))
            .build();

    @AfterEach
    void close() {
        server.close();
    }

    private HttpResponse<String> post(String operation, String body) throws Exception {
        return post(operation, body, 20_000);
    }

    private HttpResponse<String> post(String operation, String body, int millis) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(server.baseUrl() + operation))
                .header("Authorization", "Bearer k")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        // The timeout of this client ends with the headers.
        return client.sendAsync(request, HttpResponse.BodyHandlers.ofString()).get(millis, TimeUnit.MILLISECONDS);
    }

    @Test
    void itAnswersAsAHealthyServerAndKeepsWhatItReceived() throws Exception {
        assertThat(post("/embeddings", "{\"model\":\"m\",\"input\":[\"a\"],\"dimensions\":2}")
                        .body())
                .contains("\"embedding\":[" + FakeOpenAi.vector("a", 2)[0] + "," + FakeOpenAi.vector("a", 2)[1] + "]")
                .contains("\"prompt_tokens\":1");
        assertThat(post("/chat/completions", "{\"messages\":[{\"role\":\"user\",\"content\":\"see [1]\"}]}")
                        .body())
                .contains("read 8 characters [1].", "\"finish_reason\":\"stop\"");
        assertThat(post("/chat/completions", "{\"stream\":true,\"messages\":[]}")
                        .body())
                .startsWith("data: {")
                .endsWith("data: [DONE]\n\n");
        assertThat(post("/responses", "{\"input\":[]}").body()).contains("output_text");
        assertThat(post("/rerank", "{\"query\":\"a\",\"texts\":[\"b\",\"a\"]}").body())
                .isEqualTo("[{\"index\":1,\"score\":1.0},{\"index\":0,\"score\":0.0}]");
        assertThat(post("/elsewhere", "{}").statusCode()).isEqualTo(404);
        assertThat(server.requests()).hasSize(6);
        assertThat(server.requests().get(0).header("authorization")).isEqualTo("Bearer k");
        assertThat(server.requests().get(0)).asString().doesNotContain("Bearer k");
    }

    @Test
    void itRefusesWhatOpenAiRefuses() throws Exception {
        for (String input : List.of("[]", "[\"\"]", "[\"" + "x".repeat(40_000) + "\"]")) {
            assertThat(post("/embeddings", "{\"input\":" + input + "}").statusCode())
                    .isEqualTo(400);
        }
        server.requireKey("other");
        assertThat(post("/embeddings", "{\"input\":[\"a\"]}").statusCode()).isEqualTo(401);
    }

    @Test
    void itRepliesAsScriptedInOrder() throws Exception {
        server.reply(FakeReply.error(503, "overloaded", "later").header("retry-after", "2"), FakeReply.text("Hi"))
                .script(request -> FakeReply.of(418, request.path()));
        HttpResponse<String> first = post("/chat/completions", "{}");
        assertThat(first.statusCode()).isEqualTo(503);
        assertThat(first.headers().firstValue("retry-after")).hasValue("2");
        assertThat(post("/chat/completions", "{}").body()).contains("\"content\":\"Hi\"");
        assertThat(post("/chat/completions", "{}").body()).isEqualTo("/v1/chat/completions");
    }

    @Test
    void itBreaksOffAsTold() {
        for (Phase phase :
                List.of(Phase.REQUEST_START, Phase.REQUEST_BODY, Phase.RESPONSE_START, Phase.RESPONSE_BODY)) {
            for (Effect effect : Effect.values()) {
                server.reply(FakeReply.usual().fault(phase, effect));
                assertThatThrownBy(() -> post("/rerank", "{}", 400))
                        .as("%s %s", phase, effect)
                        .isInstanceOfAny(ExecutionException.class, TimeoutException.class);
            }
        }
        assertThat(server.requests()).hasSizeGreaterThanOrEqualTo(16);
    }

    @Test
    void itLimitsRequestsAndTokensAndSaysWhatIsLeft() throws Exception {
        server.limit(2, 1_000, Duration.ofMinutes(10));
        HttpResponse<String> first = post("/rerank", "{\"query\":\"a\"}");
        assertThat(first.headers().firstValue("x-ratelimit-remaining-requests")).hasValue("1");
        assertThat(first.headers().firstValue("x-ratelimit-reset-requests").orElseThrow())
                .matches("[45]m\\d+s");
        assertThat(post("/rerank", "x".repeat(8_000)).statusCode()).isEqualTo(429);
        assertThat(post("/rerank", "{}").statusCode()).isEqualTo(200);
        HttpResponse<String> refused = post("/rerank", "{}");
        assertThat(refused.statusCode()).isEqualTo(429);
        assertThat(Long.parseLong(refused.headers().firstValue("retry-after-ms").orElseThrow()))
                .isBetween(200_000L, 300_000L);
    }

    @Test
    void valuesOutOfBoundsAreRefused() {
        assertThatThrownBy(() -> FakeReply.usual().cutAfter(-1, Effect.CLOSE))
                .hasMessage("bytes must not be negative, was -1");
        assertThatThrownBy(() -> server.limit(0, 1, Duration.ofMinutes(1))).hasMessageContaining("at least 1 request");
    }
}
