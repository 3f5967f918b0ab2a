package dev.ragkit.examples.quickstart;

import dev.ragkit.RagException;
import dev.ragkit.intercept.Interceptor;
import dev.ragkit.intercept.Invocation;

/** Remembers why the last call failed, for whoever answers in its place to tell. For use by one thread. */
final class LastFailure implements Interceptor {
    private String reason = "";

    @Override
    public <T> T intercept(Invocation<T> invocation) {
        try {
            return invocation.proceed();
        } catch (RagException failure) {
            reason = String.valueOf(failure.getMessage());
            throw failure;
        }
    }

    String reason() {
        return reason;
    }
}
