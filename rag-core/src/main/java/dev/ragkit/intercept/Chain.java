package dev.ragkit.intercept;

import dev.ragkit.TokenCounter;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** The interceptors of one part, outermost first. */
final class Chain {
    private final Invocation.Component component;
    private final List<Interceptor> interceptors;

    Chain(Invocation.Component component, Interceptor... interceptors) {
        this.component = component;
        this.interceptors = List.of(interceptors);
    }

    <T> T call(String operation, int size, Supplier<T> target) {
        return call(operation, Load.of(size), target);
    }

    <T> T call(String operation, Load load, Supplier<T> target) {
        return call(operation, load, target, () -> true);
    }

    <T> T call(String operation, Load load, Supplier<T> target, BooleanSupplier repeatable) {
        return new Step<>(this, new Call<>(operation, load, target, repeatable), 0).proceed();
    }

    private record Call<T>(String operation, Load load, Supplier<T> target, BooleanSupplier repeatable) {}

    private record Step<T>(Chain chain, Call<T> call, int next) implements Invocation<T> {
        @Override
        public Component component() {
            return chain.component;
        }

        @Override
        public String operation() {
            return call.operation;
        }

        @Override
        public int size() {
            return call.load.size();
        }

        @Override
        public long tokens(TokenCounter counter) {
            return call.load.tokens().applyAsLong(counter);
        }

        @Override
        public boolean isRepeatable() {
            return call.repeatable.getAsBoolean();
        }

        @Override
        public T proceed() {
            return next == chain.interceptors.size()
                    ? call.target.get()
                    : chain.interceptors.get(next).intercept(new Step<>(chain, call, next + 1));
        }
    }
}
