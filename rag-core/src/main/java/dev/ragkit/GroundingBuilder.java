package dev.ragkit;

import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.function.Supplier;

/** Collects the settings of {@link Grounding#numbered()}. For use by one thread. */
public final class GroundingBuilder {
    /** The largest prompt unless told otherwise: {@value} characters. */
    public static final int DEFAULT_BUDGET = 24_000;

    /** The rules for the model unless told otherwise. */
    public static final String DEFAULT_INSTRUCTIONS = """
            Answer the question from the sources alone. After each statement cite the source it rests on by its marker, \
            such as [1]; where exact words matter, add them: [1: "exact words of the source"]. If the sources do not \
            answer the question, say so and cite nothing.""";

    /** How the user's message is laid out unless told otherwise: {@value}. */
    public static final String DEFAULT_TEMPLATE = "{{sources}}Question: {{question}}";

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int FENCE_BYTES = 16;

    private int budget = DEFAULT_BUDGET;
    private TokenCounter counter = TokenCounter.characters();
    private String instructions = DEFAULT_INSTRUCTIONS;
    private Template template = Template.of(DEFAULT_TEMPLATE);

    GroundingBuilder() {}

    /**
     * Sets the largest prompt. Hits are taken in order as long as they fit; the rest is left out of {@link Prompt#passages()}.
     * Default: {@value #DEFAULT_BUDGET} characters.
     *
     * @param size 256 to 10,000,000
     * @param counter measures all messages of the prompt, such as with the model's tokens
     * @return this
     * @throws IllegalArgumentException if the size is out of bounds
     */
    public GroundingBuilder budget(int size, TokenCounter counter) {
        this.budget = Require.between(size, 256, 10_000_000, "budget");
        this.counter = counter;
        return this;
    }

    /**
     * Sets the rules for the model, which make the system message together with the description of the fences. Default:
     * {@link #DEFAULT_INSTRUCTIONS}.
     *
     * @param instructions the rules; they have to say how to cite
     * @return this
     * @throws IllegalArgumentException if they are blank
     */
    public GroundingBuilder instructions(String instructions) {
        this.instructions = Require.notBlank(instructions, "instructions");
        return this;
    }

    /**
     * Sets how the user's message is laid out: the sources, each in its fence with an empty line behind it, and the question stand where
     * the template has <code>{{sources}}</code> and <code>{{question}}</code>. What is put there is never read as a template again. The
     * rest of the template counts in the budget. Default: {@link #DEFAULT_TEMPLATE}.
     *
     * @param template a text with both places, each once
     * @return this
     * @throws IllegalArgumentException if a place is missing, comes twice, or is another one
     */
    public GroundingBuilder template(String template) {
        this.template = Template.of(template);
        return this;
    }

    /**
     * Makes the grounding.
     *
     * @return the grounding
     */
    public Grounding build() {
        return build(GroundingBuilder::randomFence);
    }

    Grounding build(Supplier<String> fences) {
        return new NumberedGrounding(
                new PromptWriter(new PromptWriter.Wording(instructions, template), budget, counter, fences));
    }

    private static String randomFence() {
        byte[] bytes = new byte[FENCE_BYTES];
        RANDOM.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
