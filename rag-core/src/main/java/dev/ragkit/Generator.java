package dev.ragkit;

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
     * Answers without a model: the sentences of the passages that share most with the question, verbatim and cited. Runs
     * offline and cannot make anything up; it does not put things into its own words either.
     *
     * @return the generator
     */
    static Generator extractive() {
        return new ExtractiveGenerator();
    }
}
