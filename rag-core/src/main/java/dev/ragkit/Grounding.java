package dev.ragkit;

import java.util.List;

/**
 * Writes the prompt from the hits, and reads the citations back out of the reply: the one place that knows what a citation looks
 * like in a text.
 *
 * <p>Implementations are safe for use by several threads.
 */
public interface Grounding {
    /**
     * Writes the prompt for a query.
     *
     * @param query the question
     * @param hits what was found, the best first; may be empty
     * @return the prompt; its passages are the hits that fit, in order
     * @throws IllegalArgumentException if not even the question fits into the prompt
     */
    Prompt prompt(Query query, List<Hit> hits);

    /**
     * Reads the citations out of a reply. Each is checked against the passages of the prompt: it names one of them, and its quote
     * is a verbatim piece of it.
     *
     * @param prompt as written by {@link #prompt}
     * @param completion the reply to it
     * @return the answer; what the reply cites wrongly is taken out and listed in {@link Answer#rejected()}
     */
    Answer answer(Prompt prompt, Completion completion);

    /**
     * Sources are numbered, and cited as {@code [1]} or, with the words that matter, as {@code [1: "exact words"]}.
     *
     * <p>Each source stands between two fence lines that carry 128 random bits, new for every prompt, in the user's message and
     * never in the system's, so that nothing written in a source can end it or pass for a rule. This makes injection harder; it
     * does not make it impossible.
     *
     * <p>A citation with a quote is accepted only if the source holds the quote, where runs of white space and kinds of quotation
     * marks count as equal. A citation without one gets the sentence of the source that shares most words with the statement it
     * follows; where none shares any, the whole chunk. A quote of more than 2,000 characters is no citation and stays in the text.
     *
     * @return a builder with the defaults
     */
    static GroundingBuilder numbered() {
        return new GroundingBuilder();
    }
}
