package dev.ragkit;

/**
 * What a {@link Generator} wrote.
 *
 * @param text the whole text
 * @param finish why it ended
 * @param usage the tokens it took; {@link TokenUsage#NONE} where the model does not count
 * @param model who wrote it
 */
public record Completion(String text, Finish finish, TokenUsage usage, String model) {
    /** Why a text ended. */
    public enum Finish {
        /** The text is whole. */
        STOP,
        /** A token limit cut it off. */
        LENGTH,
        /** A filter of the provider cut it off. */
        CONTENT_FILTER,
        /** The model refused; the text is its refusal. */
        REFUSAL,
        /** Something else ended it. */
        OTHER
    }

    /** Shows the length, not the text. */
    @Override
    public String toString() {
        return "Completion[characters=" + text.length() + ", finish=" + finish + ", usage=" + usage + ", model=" + model
                + "]";
    }
}
