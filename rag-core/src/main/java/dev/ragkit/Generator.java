package dev.ragkit;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Writes a text from a prompt.
 *
 * <p>Implementations are safe for use by several threads. An interrupt ends a call with
 * {@link java.util.concurrent.CancellationException}, the interrupt flag still set.
 */
@FunctionalInterface
public interface Generator {
    /**
     * Writes the whole text.
     *
     * @param prompt the prompt
     * @return the text and how it ended
     * @throws ModelException if the model fails
     */
    Completion generate(Prompt prompt);

    /**
     * Writes the text and hands out each piece as it comes, on the caller's thread. The pieces put together are the text of the
     * completion. A generator that cannot stream hands out the whole text at once.
     *
     * @param prompt the prompt
     * @param onText takes each piece; what it throws ends the call and reaches the caller
     * @return the text and how it ended
     * @throws ModelException if the model fails; pieces may have been handed out before
     */
    default Completion generate(Prompt prompt, Consumer<String> onText) {
        Completion completion = generate(prompt);
        onText.accept(completion.text());
        return completion;
    }

    /**
     * Asks one generator, and where it fails with {@link ModelException}, for good or in passing, the next one. Once a piece of text was
     * handed out, nobody else is asked and the failure reaches the caller.
     *
     * <p>{@link Completion#model()} says who answered. Where all fail, so does this: with the message and the cause of the last
     * failure, the earlier ones suppressed, transient if one of them was, and with the shortest wait that one of them asked for. What is
     * no {@code ModelException} reaches the caller at once.
     *
     * <pre>
     * Generator.fallback(Intercepted.generator(large, retry), small, Generator.extractive())
     * </pre>
     *
     * @param first is asked first
     * @param next are asked in this order
     * @return the generator
     */
    static Generator fallback(Generator first, Generator... next) {
        List<Generator> generators = new ArrayList<>(List.of(next));
        generators.add(0, first);
        return new FallbackGenerator(generators);
    }

    /**
     * Answers without a model: the sentences of the passages that share most with the question, verbatim and cited. Runs
     * offline and cannot make anything up; it does not put things into its own words either.
     *
     * @return the generator
     */
    static Generator extractive() {
        return new ExtractiveGenerator();
    }
}
