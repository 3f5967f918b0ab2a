package dev.ragkit;

import java.util.List;

/**
 * A generated text with its citations. Every marker in the text has at least one citation; markers that cite nothing that was
 * retrieved are taken out and listed.
 *
 * @param text the text, with the markers of the citations in it
 * @param citations in the order of the text; unmodifiable
 * @param rejected markers that the model wrote and that cite nothing in the prompt; unmodifiable
 * @param completion what the generator wrote, as it wrote it
 */
public record Answer(String text, List<Citation> citations, List<String> rejected, Completion completion) {
    /**
     * Copies the lists.
     *
     * @param text the text
     * @param citations in the order of the text
     * @param rejected markers that the model wrote and that cite nothing in the prompt
     * @param completion what the generator wrote
     */
    public Answer {
        citations = List.copyOf(citations);
        rejected = List.copyOf(rejected);
    }

    /** Shows the sizes, not the text. */
    @Override
    public String toString() {
        return "Answer[characters=" + text.length() + ", citations=" + citations + ", rejected=" + rejected + "]";
    }
}
