package dev.ragkit.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CancellationException;

/** Runs a call on a thread that was interrupted. */
final class Interrupted {
    private Interrupted() {}

    /**
     * Fails unless the call either completes or ends with {@link CancellationException}, the interrupt flag still set. Clears the
     * flag.
     *
     * @return whether it completed
     */
    static boolean completes(Runnable call) {
        boolean completed = true;
        boolean flag;
        try {
            Thread.currentThread().interrupt();
            call.run();
        } catch (CancellationException ended) {
            completed = false;
        } finally {
            flag = Thread.interrupted();
        }
        assertThat(flag).as("the interrupt flag, after the call").isTrue();
        return completed;
    }
}
