package dev.ragkit.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragkit.Chunk;
import dev.ragkit.Completion;
import dev.ragkit.Document;
import dev.ragkit.Generator;
import dev.ragkit.Hit;
import dev.ragkit.Message;
import dev.ragkit.Passage;
import dev.ragkit.Prompt;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What every {@link Generator} must do, one test a statement. Extend it:
 *
 * <pre>{@code
 * class MyGeneratorTest extends GeneratorContract {
 *     @Override
 *     protected Generator generator() {
 *         return MyGenerator.open(endpoint);
 *     }
 * }
 * }</pre>
 *
 * <p>The tests cannot be overridden.
 */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
public abstract class GeneratorContract {
    /** For the subclass. */
    protected GeneratorContract() {}

    /**
     * The generator to test.
     *
     * @return a generator that answers any prompt, the same one or a new one each time
     */
    protected abstract Generator generator();

    @Test
    final void aPromptGivesACompletion() {
        for (Prompt prompt : prompts()) {
            assertWhole(generator().generate(prompt));
        }
    }

    @Test
    final void piecesPutTogetherAreTheText() {
        for (Prompt prompt : prompts()) {
            StringBuilder pieces = new StringBuilder();
            Completion completion = generator().generate(prompt, pieces::append);
            assertWhole(completion);
            assertThat(pieces).hasToString(completion.text());
        }
    }

    @Test
    final void piecesComeOnTheThreadOfTheCaller() {
        List<Thread> threads = new ArrayList<>();
        generator().generate(prompt("Which river?", 2), piece -> threads.add(Thread.currentThread()));
        assertThat(threads).isNotEmpty().containsOnly(Thread.currentThread());
    }

    @Test
    final void allPiecesComeBeforeTheCallReturns() {
        List<String> pieces = new ArrayList<>();
        Completion completion = generator().generate(prompt("Which river?", 2), pieces::add);
        int count = pieces.size();
        generator().generate(prompt("Which mountain?", 2));
        assertThat(pieces).hasSize(count);
        assertThat(String.join("", pieces)).isEqualTo(completion.text());
    }

    @Test
    final void whatTheConsumerThrowsEndsTheCallAndReachesTheCaller() {
        IllegalStateException thrown = new IllegalStateException("enough");
        AtomicInteger calls = new AtomicInteger();
        Generator generator = generator();
        assertThatThrownBy(() -> generator.generate(prompt("Which river?", 3), piece -> {
                    calls.incrementAndGet();
                    throw thrown;
                }))
                .isSameAs(thrown);
        assertThat(calls).as("pieces handed out").hasValue(1);
        assertWhole(generator.generate(prompt("Which river?", 3)));
    }

    @Test
    final void withoutPassagesNothingIsCited() {
        assertThat(generator().generate(prompt("Which river?", 0)).text()).doesNotContainPattern("\\[\\d+]");
    }

    @Test
    final void severalThreadsMayUseOneGenerator() {
        Generator generator = generator();
        Callable<Void> task = () -> {
            for (Prompt prompt : prompts()) {
                StringBuilder pieces = new StringBuilder();
                Completion completion = generator.generate(prompt, pieces::append);
                assertWhole(completion);
                assertThat(pieces).hasToString(completion.text());
            }
            return null;
        };
        Together.run(List.of(task, task, task, task));
    }

    @Test
    final void anInterruptEndsTheCallOrIsLeftSet() {
        Generator generator = generator();
        List<Completion> results = new ArrayList<>();
        boolean completed = Interrupted.completes(() -> results.add(generator.generate(prompt("Which river?", 2))));
        assertThat(results).hasSize(completed ? 1 : 0);
        assertWhole(generator.generate(prompt("Which river?", 2)));
    }

    private static void assertWhole(Completion completion) {
        assertThat(completion.text()).as("text").isNotNull();
        assertThat(completion.finish()).as("finish").isNotNull();
        assertThat(completion.usage()).as("usage").isNotNull();
        assertThat(completion.model()).as("model").isNotNull();
    }

    private static List<Prompt> prompts() {
        return List.of(
                prompt("Which river runs through the valley?", 3),
                prompt("Which river?", 1),
                prompt("Which river?", 0),
                prompt("?", 2),
                prompt("Wo flie\u00dft der Fluss? \ud83d\ude00 \"quoted\" \\ {}", 4));
    }

    private static Prompt prompt(String question, int passages) {
        List<Passage> cited = new ArrayList<>();
        StringBuilder text = new StringBuilder(question);
        for (int i = 1; i <= passages; i++) {
            String content =
                    "The river number " + i + " runs through the valley. A mountain stands beside it \ud83d\ude00.";
            Document document = Document.of("doc-" + i, content);
            cited.add(
                    new Passage("[" + i + "]", Hit.of(Chunk.of(document, 0, 0, content.length()), "vector", 1.0 / i)));
            text.append("\n[").append(i).append("] ").append(content);
        }
        return new Prompt(
                question,
                cited,
                List.of(Message.system("Answer from the passages and cite them."), Message.user(text.toString())));
    }
}
