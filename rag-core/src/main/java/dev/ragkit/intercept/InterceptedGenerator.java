package dev.ragkit.intercept;

import dev.ragkit.Completion;
import dev.ragkit.Generator;
import dev.ragkit.Prompt;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** A generator inside a chain. */
record InterceptedGenerator(Generator target, Chain chain) implements Generator {
    @Override
    public Completion generate(Prompt prompt) {
        return chain.call("generate", Load.of(prompt), () -> target.generate(prompt));
    }

    @Override
    public Completion generate(Prompt prompt, Consumer<String> onText) {
        AtomicBoolean handedOut = new AtomicBoolean();
        Consumer<String> watched = text -> {
            handedOut.set(true);
            onText.accept(text);
        };
        return chain.call("generate", Load.of(prompt), () -> target.generate(prompt, watched), () -> !handedOut.get());
    }
}
