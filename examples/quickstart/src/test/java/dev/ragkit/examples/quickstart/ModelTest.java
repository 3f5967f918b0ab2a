package dev.ragkit.examples.quickstart;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ragkit.testkit.FakeOpenAi;
import dev.ragkit.testkit.FakeReply;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program with a model on a server that speaks as OpenAI does. */
class ModelTest {
    private static final String KEY = "sk-quickstart";
    private static final String USAGE =
            "{\"choices\":[],\"usage\":{\"prompt_tokens\":1000,\"completion_tokens\":50,\"total_tokens\":1050}}";

    private final FakeOpenAi server = FakeOpenAi.start();
    private final Run.Setting setting =
            new Run.Setting().environment("OPENAI_BASE_URL", server.baseUrl()).environment("OPENAI_API_KEY", KEY);

    @TempDir
    Path folder;

    @BeforeEach
    void writeDocuments() throws IOException {
        Birds.writeTo(folder);
    }

    @AfterEach
    void close() {
        server.close();
    }

    private Run ask(String... more) {
        return run(Stream.concat(Stream.of(more), Stream.of(Birds.QUESTION)));
    }

    private Run run(Stream<String> arguments) {
        return setting.run(Stream.concat(Stream.of("--docs", folder.toString(), "--model", "gpt-test"), arguments)
                .toArray(String[]::new));
    }

    private static String piece(String text) {
        return "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" + text + "\"},\"finish_reason\":null}]}";
    }

    private static String end(String reason) {
        return "{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"" + reason + "\"}]}";
    }

    private static void event(OutputStream out, String data) throws IOException {
        out.write(("data: " + data + "\n\n").getBytes(UTF_8));
        out.flush();
    }

    @Test
    void theAnswerIsShownWhileTheModelStillWrites() {
        CountDownLatch shown = setting.whenShown("The kestrel ");
        server.reply(FakeReply.streaming(out -> {
            event(out, piece("The kestrel "));
            try {
                assertThat(shown.await(30, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            event(out, piece("hovers [1]."));
            event(out, end("stop"));
            event(out, USAGE);
            event(out, "[DONE]");
        }));

        Run run = ask("--price", "1,2").succeeds();

        assertThat(run.out())
                .matches("(?s)documents: 7 added; chunks embedded: 7\n"
                        + "\nThe kestrel hovers \\[1]\\.\n"
                        + "\n\\[1] \\S+kestrel\\.md \\d+\\.\\.\\d+ \".+\"\n"
                        + "\ngpt-test: 1 call, 1000 tokens read, 50 written, cost 0\\.0011 USD\n"
                        + "model [\\d.]+ s, documents [\\d.]+ s, answer [\\d.]+ s, total [\\d.]+ s\n");
    }

    @Test
    void aCostThatNobodyKnowsIsUnknown() {
        server.reply(FakeReply.events(piece("[1]"), end("stop"), USAGE, "[DONE]"));
        assertThat(ask().succeeds().out()).contains("\ngpt-test: 1 call, 1000 tokens read, 50 written, cost unknown\n");

        server.reply(FakeReply.events(piece("[1]"), end("stop"), "[DONE]"));
        assertThat(new Run.Setting()
                        .environment("OPENAI_BASE_URL", server.baseUrl())
                        .run("--docs", folder.toString(), "--model=gpt-test", "--price=1,2", Birds.QUESTION)
                        .succeeds()
                        .out())
                .contains("\ngpt-test: 1 call, tokens unknown, cost unknown\n");
    }

    @Test
    void eachAnswerOfASessionAddsToTheBill() {
        setting.input("Where does the owl hunt?\nWhere does the puffin nest?\n");
        FakeReply reply = FakeReply.events(piece("There [1]."), end("stop"), USAGE, "[DONE]");
        server.reply(reply, reply);

        assertThat(run(Stream.of("--price=1,2")).succeeds().out())
                .containsSubsequence(
                        "gpt-test: 1 call, 1000 tokens read, 50 written, cost 0.0011 USD\n",
                        "gpt-test: 2 calls, 2000 tokens read, 100 written, cost 0.0022 USD\n");
    }

    @Test
    void whatAModelCitesIsCheckedAgainstTheDocuments() {
        server.reply(FakeReply.text("The kestrel hovers [1]. It eats gold [99]."));

        assertThat(ask().succeeds().out())
                .containsSubsequence(
                        "It eats gold [99].\n", "\nnot found in the documents: [99]\n", "[1] ", "kestrel.md")
                .doesNotContain("\n[99]");
    }

    @Test
    void jsonHoldsTokensAndCostAndOnlyWhatTheDocumentsSay() {
        server.reply(FakeReply.text("The kestrel hovers [1]. It eats gold [99]."));

        JsonNode result = ask("--json", "--price=1000000,2000000").verbatim();

        assertThat(result.get("answer").asText()).doesNotContain("[99]");
        JsonNode model = result.get("model");
        assertThat(model.get("name").asText()).isEqualTo("gpt-test");
        assertThat(model.get("finish").asText()).isEqualTo("STOP");
        assertThat(model.get("calls").asInt()).isEqualTo(1);
        long read = model.get("tokens_read").asLong();
        long written = model.get("tokens_written").asLong();
        assertThat(read).isPositive();
        assertThat(written).isPositive();
        assertThat(model.get("cost_usd").asLong()).isEqualTo(read + 2 * written);
        assertThat(model.get("rejected").toString()).isEqualTo("[\"[99]\"]");
        assertThat(ask("--json").json().get("model").get("cost_usd").isNull()).isTrue();
    }

    @Test
    void anAnswerThatIsNotWholeSaysSo() {
        server.reply(FakeReply.events(piece("The kestrel"), end("length"), "[DONE]"));
        assertThat(ask().succeeds().out()).contains("The kestrel\n\nthe answer was cut off: it had reached the most");
    }

    @Test
    void aModelCannotSteerTheTerminal() {
        server.reply(FakeReply.text("red \033[31m \u202e [1]\r"));

        assertThat(ask().succeeds().out()).contains("red ").doesNotContain("\033", "\u202e", "\r");
    }

    @Test
    void withoutKeyAndServerNothingIsDone() {
        String message =
                Run.of("--docs", "nowhere", "--model", "gpt-test", "Why?").failsWith(6);

        assertThat(message)
                .isEqualTo(
                        "quickstart: --model needs a server: set OPENAI_API_KEY to a key of OpenAI, or OPENAI_BASE_URL"
                                + " to a compatible server, such as http://localhost:11434/v1; without --model, no server is"
                                + " needed\n");
    }

    @Test
    void aKeyIsNotSentInTheClear() {
        setting.environment("OPENAI_BASE_URL", "http://example.com/v1");

        assertThat(ask().failsWith(6)).contains("plain HTTP").doesNotContain(KEY);
    }

    @Test
    void aKeyThatIsRefusedIsNotTriedAgain() {
        server.requireKey("another");

        assertThat(ask("--json").failsWith(6)).contains("401").doesNotContain(KEY);
        assertThat(server.requests()).hasSize(1);
    }

    @Test
    void anOverloadedServerIsAskedAgain() {
        server.reply(FakeReply.error(503, "overloaded", "later").header("retry-after-ms", "1"));

        assertThat(ask().succeeds().out()).contains("The fake model read", "gpt-test: 1 call, ");
        assertThat(server.requests()).hasSize(2);
    }

    @Test
    void theDocumentsAnswerForAServerThatIsDownOnlyIfAsked() {
        server.close();

        assertThat(ask("--json").failsWith(6)).contains("gpt-test");
        Run run = ask("--fallback").succeeds();

        assertThat(run.out())
                .contains("\nThe kestrel hovers over the meadow at noon. [1]\n")
                .doesNotContain("gpt-test: ");
        assertThat(run.err()).contains("gpt-test did not answer, so these are sentences of the documents: ");
    }

    @Test
    void anAnswerThatBreaksOffIsAFailureWithOrWithoutFallback() {
        FakeReply cut = FakeReply.events(piece("The kestrel "), piece("hov"));
        server.reply(cut, cut);

        for (Run run : new Run[] {ask(), ask("--fallback")}) {
            assertThat(run.exitCode()).isEqualTo(6);
            assertThat(run.out()).endsWith("\nThe kestrel hov\n");
            assertThat(run.err()).contains("quickstart: ", "gpt-test");
        }
        assertThat(server.requests()).hasSize(2);
    }
}
