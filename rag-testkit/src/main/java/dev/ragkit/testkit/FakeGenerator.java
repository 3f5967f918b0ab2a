package dev.ragkit.testkit;

import dev.ragkit.Completion;
import dev.ragkit.Generator;
import dev.ragkit.Prompt;
import dev.ragkit.TokenUsage;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * A generator without a model: replies as scripted, remembers the prompts, and fails when told to. It streams a reply word by
 * word.
 *
 * <pre>{@code
 * FakeGenerator generator = FakeGenerator.replying("The river is the Rhine [1].", "I do not know.");
 * }</pre>
 *
 * <p>Safe for use by several threads.
 */
public final class FakeGenerator implements Generator {
    private final Function<Prompt, String> script;
    private final Failures failures = new Failures();
    private final List<Prompt> prompts = new ArrayList<>();

    private FakeGenerator(Function<Prompt, String> script) {
        this.script = script;
    }

    /**
     * A generator that gives these replies in turn, and the last one from then on.
     *
     * @param first the first reply
     * @param more the following replies
     * @return the generator
     */
    public static FakeGenerator replying(String first, String... more) {
        List<String> left = new ArrayList<>(List.of(more));
        left.add(0, first);
        return replying(prompt -> left.size() > 1 ? left.remove(0) : left.get(0));
    }

    /**
     * A generator that makes its reply from the prompt.
     *
     * @param script called with each prompt, by one thread at a time
     * @return the generator
     */
    public static FakeGenerator replying(Function<Prompt, String> script) {
        return new FakeGenerator(script);
    }

    /**
     * Makes the next calls fail.
     *
     * @param calls how many, 1 or more
     * @param failure what they throw
     * @return this
     */
    public FakeGenerator failNext(int calls, RuntimeException failure) {
        failures.next(calls, failure);
        return this;
    }

    /**
     * The prompts it was given, failed calls included.
     *
     * @return a copy
     */
    public synchronized List<Prompt> prompts() {
        return List.copyOf(prompts);
    }

    @Override
    public synchronized Completion generate(Prompt prompt) {
        prompts.add(prompt);
        failures.throwIfDue();
        return new Completion(script.apply(prompt), Completion.Finish.STOP, TokenUsage.NONE, "fake");
    }

    @Override
    public Completion generate(Prompt prompt, Consumer<String> onText) {
        Completion completion = generate(prompt);
        for (String piece : completion.text().split("(?<= )", -1)) {
            onText.accept(piece);
        }
        return completion;
    }

    @Override
    public String toString() {
        return "FakeGenerator[prompts=" + prompts().size() + "]";
    }
}
