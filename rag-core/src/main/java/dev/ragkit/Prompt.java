package dev.ragkit;

import java.util.List;

/**
 * What a {@link Generator} is given: messages for a model, and the same question and passages as values, for a generator that
 * needs no model.
 *
 * @param question the question as asked
 * @param passages what the reply may cite, in the order of the prompt; unmodifiable
 * @param messages the whole prompt in words; unmodifiable
 */
public record Prompt(String question, List<Passage> passages, List<Message> messages) {
    /**
     * Copies the lists.
     *
     * @param question the question as asked
     * @param passages what the reply may cite
     * @param messages the whole prompt in words
     */
    public Prompt {
        passages = List.copyOf(passages);
        messages = List.copyOf(messages);
    }

    /** Shows the sizes, not the words. */
    @Override
    public String toString() {
        return "Prompt[passages=" + passages.size() + ", messages=" + messages + "]";
    }
}
