package dev.ragkit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;

/** Asks one generator after the other until one answers, as long as nothing was handed out. */
final class FallbackGenerator implements Generator {
    private final List<Generator> generators;

    FallbackGenerator(List<Generator> generators) {
        this.generators = List.copyOf(generators);
    }

    /** One way to ask. */
    private interface Asking {
        Completion of(Generator generator);
    }

    @Override
    public Completion generate(Prompt prompt) {
        return first(generator -> generator.generate(prompt), new HandedOut(text -> {}));
    }

    @Override
    public Completion generate(Prompt prompt, Consumer<String> onText) {
        HandedOut watched = new HandedOut(onText);
        return first(generator -> generator.generate(prompt, watched), watched);
    }

    private Completion first(Asking asking, HandedOut handedOut) {
        List<ModelException> failures = new ArrayList<>();
        for (Generator generator : generators) {
            try {
                return asking.of(generator);
            } catch (ModelException failure) {
                endIfInterrupted(failure);
                if (handedOut.any) {
                    throw failure;
                }
                failures.add(failure);
            }
        }
        throw allFailed(failures);
    }

    private static void endIfInterrupted(ModelException failure) {
        if (Thread.currentThread().isInterrupted()) {
            CancellationException cancelled = new CancellationException("interrupted while a generator was asked");
            cancelled.addSuppressed(failure);
            throw cancelled;
        }
    }

    /** Transient if one of them was: that one may answer the next time. */
    private static ModelException allFailed(List<ModelException> failures) {
        ModelException last = failures.get(failures.size() - 1);
        String message = "all " + failures.size() + " generators failed, the last one with: " + last.getMessage();
        Optional<Duration> wait = failures.stream()
                .flatMap(failure -> failure.retryAfter().stream())
                .min(Duration::compareTo);
        boolean mayPass = failures.stream().anyMatch(RagException::isTransient);
        RagException.Kind kind = mayPass ? RagException.Kind.TRANSIENT : RagException.Kind.PERMANENT;
        ModelException all = wait.map(duration -> new ModelException(message, duration, last))
                .orElseGet(() -> new ModelException(message, kind, last));
        failures.subList(0, failures.size() - 1).forEach(all::addSuppressed);
        return all;
    }

    /** Passes text on and remembers that there was some. */
    private static final class HandedOut implements Consumer<String> {
        private final Consumer<String> onText;
        private boolean any;

        HandedOut(Consumer<String> onText) {
            this.onText = onText;
        }

        @Override
        public void accept(String text) {
            any = true;
            onText.accept(text);
        }
    }
}
