package dev.ragkit;

/**
 * Measures text in the unit that a limit is given in, such as the tokens of one model.
 *
 * <p>Implementations are safe for use by several threads.
 */
@FunctionalInterface
public interface TokenCounter {
    /**
     * The length of a text.
     *
     * @param text any text
     * @return 0 or more; 0 only for a text without any content
     */
    int count(String text);

    /**
     * Counts characters, as {@link String#length()} does.
     *
     * @return the counter
     */
    static TokenCounter characters() {
        return CharacterCounter.INSTANCE;
    }
}
