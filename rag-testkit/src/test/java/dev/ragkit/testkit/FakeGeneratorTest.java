package dev.ragkit.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragkit.Generator;
import dev.ragkit.ModelException;
import dev.ragkit.Prompt;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class FakeGeneratorTest {
    private static final Prompt PROMPT = new Prompt("Which river?", List.of(), List.of());

    @Nested
    class KeepsTheContract extends GeneratorContract {
        @Override
        protected Generator generator() {
            return FakeGenerator.replying("The river runs through the valley.", "Nothing \ud83d\ude00 else.");
        }
    }

    @Test
    void repliesComeInTurnAndTheLastOneStays() {
        FakeGenerator generator = FakeGenerator.replying("one", "two");
        assertThat(generator.generate(PROMPT).text()).isEqualTo("one");
        assertThat(generator.generate(PROMPT).text()).isEqualTo("two");
        assertThat(generator.generate(PROMPT).text()).isEqualTo("two");
    }

    @Test
    void aScriptMakesTheReplyFromThePrompt() {
        FakeGenerator generator = FakeGenerator.replying(prompt -> "You asked: " + prompt.question());
        assertThat(generator.generate(PROMPT).text()).isEqualTo("You asked: Which river?");
    }

    @Test
    void aReplyIsStreamedWordByWord() {
        List<String> pieces = new ArrayList<>();
        FakeGenerator.replying("The river Rhine.").generate(PROMPT, pieces::add);
        assertThat(pieces).containsExactly("The ", "river ", "Rhine.");
    }

    @Test
    void promptsAreRemembered() {
        FakeGenerator generator = FakeGenerator.replying("one");
        generator.failNext(1, new ModelException("down"));
        assertThatThrownBy(() -> generator.generate(PROMPT)).hasMessage("down");
        generator.generate(PROMPT, piece -> {});
        assertThat(generator.prompts()).containsExactly(PROMPT, PROMPT);
    }
}
