package dev.ragkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragkit.RagException.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class GeneratorFallbackTest {
    private static final Prompt PROMPT = new Prompt("?", List.of(), List.of());

    private final List<String> asked = new ArrayList<>();

    private Generator answering(String name) {
        return prompt -> {
            asked.add(name);
            return new Completion("text of " + name, Completion.Finish.STOP, TokenUsage.NONE, name);
        };
    }

    private Generator failing(String name, ModelException failure) {
        return prompt -> {
            asked.add(name);
            throw failure;
        };
    }

    /** Streams some pieces, then fails. */
    private Generator cut(String name, String... pieces) {
        return new Generator() {
            @Override
            public Completion generate(Prompt prompt) {
                return generate(prompt, piece -> {});
            }

            @Override
            public Completion generate(Prompt prompt, Consumer<String> onText) {
                asked.add(name);
                List.of(pieces).forEach(onText);
                throw new ModelException(name + " was cut", Kind.TRANSIENT, null);
            }
        };
    }

    @Test
    void theFirstThatAnswersAnswersAndSaysWhoItIs() {
        Generator generator =
                Generator.fallback(failing("a", new ModelException("no quota")), answering("b"), answering("c"));

        assertThat(generator.generate(PROMPT).model()).isEqualTo("b");
        StringBuilder text = new StringBuilder();
        assertThat(generator.generate(PROMPT, text::append).model()).isEqualTo("b");
        assertThat(text).hasToString("text of b");
        assertThat(asked).containsExactly("a", "b", "a", "b");
    }

    @Test
    void anAnswerOfTheFirstIsAllThereIs() {
        assertThat(Generator.fallback(answering("a"), answering("b"))
                        .generate(PROMPT)
                        .model())
                .isEqualTo("a");
        assertThat(asked).containsExactly("a");
    }

    @Test
    void nobodyElseIsAskedOnceTextWasHandedOut() {
        StringBuilder text = new StringBuilder();

        assertThatThrownBy(() ->
                        Generator.fallback(cut("a", "half an "), answering("b")).generate(PROMPT, text::append))
                .hasMessage("a was cut");
        assertThat(text).hasToString("half an ");
        assertThat(asked).containsExactly("a");
    }

    @Test
    void aStreamThatFailsBeforeItsFirstTextIsMadeAnew() {
        StringBuilder text = new StringBuilder();
        Generator.fallback(cut("a"), answering("b")).generate(PROMPT, text::append);

        assertThat(text).hasToString("text of b");
    }

    @Test
    void aCutWithoutAConsumerIsMadeAnewToo() {
        assertThat(Generator.fallback(cut("a", "half an "), answering("b"))
                        .generate(PROMPT)
                        .text())
                .isEqualTo("text of b");
    }

    @Test
    void whereAllFailEveryFailureIsKept() {
        ModelException quota = new ModelException("no quota");
        ModelException limited = new ModelException("limited", Duration.ofSeconds(7), null);
        ModelException down = new ModelException("down", Kind.TRANSIENT, null);

        assertThatThrownBy(() -> Generator.fallback(failing("a", quota), failing("b", limited), failing("c", down))
                        .generate(PROMPT))
                .hasMessage("all 3 generators failed, the last one with: down")
                .hasCause(down)
                .isInstanceOfSatisfying(ModelException.class, failure -> {
                    assertThat(failure.getSuppressed()).containsExactly(quota, limited);
                    assertThat(failure.isTransient()).isTrue();
                    assertThat(failure.retryAfter()).contains(Duration.ofSeconds(7));
                });
        assertThat(down.getSuppressed()).isEmpty();
    }

    @Test
    void whatCannotPassIsPermanent() {
        assertThatThrownBy(() -> Generator.fallback(
                                failing("a", new ModelException("no quota")),
                                failing("b", new ModelException("no key")))
                        .generate(PROMPT))
                .isInstanceOfSatisfying(
                        ModelException.class,
                        failure -> assertThat(failure.isTransient()).isFalse());
    }

    @Test
    void whatIsNoFailureOfAModelReachesTheCaller() {
        IllegalStateException enough = new IllegalStateException("enough");
        Generator wrong = prompt -> {
            throw new IllegalArgumentException("the prompt is wrong");
        };

        assertThatThrownBy(() -> Generator.fallback(wrong, answering("b")).generate(PROMPT))
                .hasMessage("the prompt is wrong");
        assertThatThrownBy(
                        () -> Generator.fallback(answering("a"), answering("b")).generate(PROMPT, piece -> {
                            throw enough;
                        }))
                .isSameAs(enough);
        assertThat(asked).containsExactly("a");
    }

    @Test
    void anInterruptedCallerIsNotServedByTheNext() {
        Generator closing = prompt -> {
            Thread.currentThread().interrupt();
            throw new ModelException("closed", Kind.TRANSIENT, null);
        };

        assertThatThrownBy(() -> Generator.fallback(closing, answering("b")).generate(PROMPT))
                .isInstanceOf(CancellationException.class);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(asked).isEmpty();
    }
}
