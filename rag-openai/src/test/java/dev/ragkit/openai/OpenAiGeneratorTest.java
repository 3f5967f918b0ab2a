package dev.ragkit.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.ragkit.Completion;
import dev.ragkit.Completion.Finish;
import dev.ragkit.ModelException;
import dev.ragkit.TokenUsage;
import dev.ragkit.testkit.FakeReply;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OpenAiGeneratorTest {
    private final Loopback loopback = Loopback.start();

    @AfterEach
    void close() {
        loopback.close();
    }

    private OpenAiGenerator generator(UnaryOperator<OpenAiGenerator.Builder> settings) {
        return settings.apply(OpenAiGenerator.builder(loopback.connection(), Loopback.MODEL))
                .build();
    }

    private String asked() {
        return loopback.server()
                .requests()
                .get(loopback.server().requests().size() - 1)
                .body();
    }

    @Test
    void aCompletionHasItsTextFinishUsageAndModel() {
        String body =
                "{\"model\":\"gpt-x-2026\",\"choices\":[{\"message\":{\"content\":\"Hi\"},\"finish_reason\":\"length\"}],"
                        + "\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":7,\"prompt_tokens_details\":{\"cached_tokens\":4},"
                        + "\"completion_tokens_details\":{\"reasoning_tokens\":5}}}";
        loopback.server().reply(FakeReply.of(200, body));
        assertThat(loopback.generator().generate(Loopback.prompt("?")))
                .isEqualTo(new Completion("Hi", Finish.LENGTH, new TokenUsage(10, 4, 7, 5), "gpt-x-2026"));
    }

    @Test
    void aStreamHasTheSameAsAWholeReply() {
        for (boolean responses : new boolean[] {false, true}) {
            OpenAiGenerator generator = generator(builder -> responses ? builder.byResponses() : builder);
            loopback.server()
                    .reply(FakeReply.text("Der Rhein \ud83d\ude00."), FakeReply.text("Der Rhein \ud83d\ude00."));
            List<String> pieces = new ArrayList<>();
            Completion whole = generator.generate(Loopback.prompt("?"));
            Completion streamed = generator.generate(Loopback.prompt("?"), pieces::add);
            assertThat(streamed).isEqualTo(whole);
            assertThat(streamed.usage().output()).isPositive();
            assertThat(pieces).hasSize(3);
        }
    }

    @Test
    void aRefusalIsACompletion() {
        for (boolean responses : new boolean[] {false, true}) {
            OpenAiGenerator generator = generator(builder -> responses ? builder.byResponses() : builder);
            loopback.server().reply(FakeReply.refusal("I will not."), FakeReply.refusal("I will not."));
            List<String> pieces = new ArrayList<>();
            assertThat(generator.generate(Loopback.prompt("?")))
                    .matches(c -> c.text().equals("I will not.") && c.finish() == Finish.REFUSAL);
            assertThat(generator.generate(Loopback.prompt("?"), pieces::add))
                    .matches(c -> c.text().equals("I will not.") && c.finish() == Finish.REFUSAL);
            assertThat(String.join("", pieces)).isEqualTo("I will not.");
        }
    }

    @Test
    void fieldsAreSentOnlyWhereSetAndACeilingAlways() {
        loopback.generator().generate(Loopback.prompt("Why?"));
        assertThat(asked())
                .isEqualTo("{\"model\":\"fake-model\",\"messages\":[{\"role\":\"system\",\"content\":\"Be brief.\"},"
                        + "{\"role\":\"user\",\"content\":\"Why?\"}],\"max_completion_tokens\":4096}");
        generator(builder ->
                        builder.olderMaxTokens().maxTokens(9).temperature(0).withoutStreamUsage())
                .generate(Loopback.prompt("Why?"), piece -> {});
        assertThat(asked()).endsWith("\"max_tokens\":9,\"temperature\":0.0,\"stream\":true}");
        generator(builder ->
                        builder.jsonSchema("answer", "{\"type\":\"object\"}").reasoningEffort("low"))
                .generate(Loopback.prompt("Why?"));
        assertThat(asked())
                .endsWith("\"reasoning_effort\":\"low\",\"response_format\":{\"type\":\"json_schema\",\"json_schema\":"
                        + "{\"name\":\"answer\",\"schema\":{\"type\":\"object\"},\"strict\":true}}}");
        generator(builder -> builder.byResponses().jsonSchema("answer", "{\"type\":\"object\"}"))
                .generate(Loopback.prompt("Why?"));
        assertThat(asked())
                .endsWith("\"max_output_tokens\":4096,\"store\":false,\"text\":{\"format\":{\"type\":\"json_schema\","
                        + "\"name\":\"answer\",\"schema\":{\"type\":\"object\"},\"strict\":true}}}");
    }

    @Test
    void anErrorInsideAStreamIsAnErrorWithWhatHadCome() {
        String text = "{\"choices\":[{\"delta\":{\"content\":\"The Rh\"}}]}";
        String error = "{\"error\":{\"message\":\"The server had an error\",\"type\":\"server_error\",\"code\":null}}";
        loopback.server().reply(FakeReply.events(text, error, "[DONE]"));
        List<String> pieces = new ArrayList<>();
        ModelException failure = catchThrowableOfType(
                ModelException.class, () -> loopback.generator().generate(Loopback.prompt("?"), pieces::add));
        assertThat(failure.isTransient()).isTrue();
        assertThat(failure.partialText()).hasValue("The Rh");
        assertThat(failure.code()).hasValue("server_error");
        assertThat(failure.requestId()).hasValueSatisfying(id -> assertThat(id).startsWith("req-"));
        assertThat(failure.getMessage()).contains("The server had an error").doesNotContain("The Rh");
        assertThat(pieces).containsExactly("The Rh");
    }

    @Test
    void responsesThatFailOrStayIncompleteAreTold() {
        OpenAiGenerator generator = generator(OpenAiGenerator.Builder::byResponses);
        String incomplete = "{\"status\":\"incomplete\",\"incomplete_details\":{\"reason\":\"max_output_tokens\"},"
                + "\"output\":[{\"content\":[{\"text\":\"Ha\"}]}]}";
        loopback.server()
                .reply(
                        FakeReply.of(200, incomplete),
                        FakeReply.of(
                                200, "{\"status\":\"failed\",\"error\":{\"code\":\"server_error\",\"message\":\"x\"}}"),
                        FakeReply.events("{\"type\":\"error\",\"code\":\"rate_limit_exceeded\",\"message\":\"x\"}"),
                        FakeReply.events(
                                "{\"type\":\"response.output_text.delta\",\"delta\":\"Ha\"}",
                                "{\"type\":\"response.incomplete\",\"response\":" + incomplete + "}"));
        assertThat(generator.generate(Loopback.prompt("?")).finish()).isEqualTo(Finish.LENGTH);
        assertThatThrownBy(() -> generator.generate(Loopback.prompt("?")))
                .matches(e -> ((ModelException) e).isTransient());
        assertThatThrownBy(() -> generator.generate(Loopback.prompt("?"), piece -> {}))
                .matches(e -> ((ModelException) e).code().orElse("").equals("rate_limit_exceeded"));
        assertThat(generator.generate(Loopback.prompt("?"), piece -> {}))
                .matches(c -> c.finish() == Finish.LENGTH && c.text().equals("Ha"));
    }

    @Test
    void R20_anInterruptEndsACallWithin100MillisecondsAndTheServerSeesIt() throws Exception {
        long slowest = 0;
        int calls = 20;
        for (int i = 0; i < calls; i++) {
            boolean streams = i % 2 == 0;
            FakeReply stall = FakeReply.text("a b c d e f").cutAfter(i * 10, FakeReply.Effect.STALL);
            loopback.server().reply(stall);
            int before = loopback.server().requests().size();
            AtomicLong ended = new AtomicLong();
            AtomicLong flags = new AtomicLong();
            CountDownLatch done = new CountDownLatch(1);
            Thread caller = new Thread(() -> {
                try {
                    if (streams) {
                        loopback.generator().generate(Loopback.prompt("?"), piece -> {});
                    } else {
                        loopback.generator().generate(Loopback.prompt("?"));
                    }
                } catch (CancellationException e) {
                    ended.set(System.nanoTime());
                    flags.set(Thread.currentThread().isInterrupted() ? 1 : 0);
                }
                done.countDown();
            });
            caller.start();
            Patience.until(() -> loopback.server().requests().size() > before);
            long interrupted = System.nanoTime();
            caller.interrupt();
            done.await();
            assertThat(flags).as("the interrupt flag").hasValue(1);
            slowest = Math.max(slowest, (ended.get() - interrupted) / 1_000_000);
        }
        Patience.until(() -> loopback.server().abandoned() == calls);
        System.out.println("R-20, R-21: " + calls + " of " + calls
                + " interrupted calls ended and were closed at the server, the" + " slowest after " + slowest + " ms");
        assertThat(slowest).isLessThanOrEqualTo(100);
        assertThat(loopback.connection().wire().busyConnections()).isZero();
    }

    @Test
    void whatTheConsumerThrowsClosesTheRequest() {
        loopback.server().reply(FakeReply.text("a b c").cutAfter(400, FakeReply.Effect.STALL));
        IllegalStateException thrown = new IllegalStateException("enough");
        assertThatThrownBy(() -> loopback.generator().generate(Loopback.prompt("?"), piece -> {
                    throw thrown;
                }))
                .isSameAs(thrown);
        Patience.until(() -> loopback.server().abandoned() == 1);
    }

    @Test
    void closingTheConnectionEndsCallsAndRefusesLaterOnes() throws Exception {
        loopback.server().reply(FakeReply.usual().fault(FakeReply.Phase.RESPONSE_START, FakeReply.Effect.STALL));
        List<Throwable> outcome = new ArrayList<>();
        Thread caller = new Thread(() -> {
            try {
                loopback.generator().generate(Loopback.prompt("?"));
            } catch (RuntimeException e) {
                outcome.add(e);
            }
        });
        caller.start();
        Patience.until(() -> loopback.server().requests().size() == 1);
        loopback.connection().close();
        caller.join();
        assertThat(outcome.get(0)).isInstanceOf(ModelException.class).hasMessageContaining("closed meanwhile");
        assertThatThrownBy(() -> loopback.generator().generate(Loopback.prompt("?")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("is closed");
    }

    @Test
    void aPromptThatIsNotUnicodeIsRefusedForGood() {
        for (String broken : List.of("a \ud83d b", "a \ude00 b", "end \ud83d")) {
            assertThatThrownBy(() -> loopback.generator().generate(Loopback.prompt(broken)))
                    .isInstanceOf(ModelException.class)
                    .hasMessageContaining("unpaired surrogate")
                    .matches(e -> !((ModelException) e).isTransient(), "permanent");
        }
        assertThat(loopback.server().requests()).isEmpty();
    }

    @Test
    void settingsOutOfBoundsAreRefused() {
        assertThatThrownBy(() -> generator(builder -> builder.maxTokens(0)))
                .hasMessage("maxTokens must be between 1 and 1000000, was 0");
        assertThatThrownBy(() -> generator(builder -> builder.temperature(Double.NaN)))
                .hasMessage("temperature must be between 0 and 2, was NaN");
        assertThatThrownBy(() -> generator(builder -> builder.jsonSchema("a", "[1]")))
                .hasMessage("the schema 'a' must be a JSON object");
        assertThatThrownBy(() -> generator(builder -> builder.jsonSchema("a b", "{}")))
                .hasMessageContaining("was 'a b'");
    }
}
