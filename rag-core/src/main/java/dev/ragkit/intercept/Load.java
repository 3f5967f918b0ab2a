package dev.ragkit.intercept;

import dev.ragkit.Prompt;
import dev.ragkit.TokenCounter;
import java.util.List;
import java.util.function.ToLongFunction;

/** What a call carries: how many things, and how many tokens of text, by whatever counter. */
record Load(int size, ToLongFunction<TokenCounter> tokens) {
    static Load of(int size) {
        return new Load(size, counter -> 0);
    }

    static Load of(List<String> texts) {
        return new Load(
                texts.size(),
                counter -> texts.stream().mapToLong(counter::count).sum());
    }

    static Load of(Prompt prompt) {
        return new Load(
                prompt.passages().size(),
                counter -> prompt.messages().stream()
                        .mapToLong(message -> counter.count(message.content()))
                        .sum());
    }
}
