package dev.ragkit.intercept;

/**
 * Advice around every call of a part: it may wait, repeat, count, refuse or answer by itself. One type carries every concern
 * that cuts across parts.
 *
 * <p>Implementations are safe for use by several threads.
 */
public interface Interceptor {
    /**
     * Handles a call. Most implementations call {@link Invocation#proceed()} once and return what it gave.
     *
     * @param invocation the call
     * @param <T> what the call returns
     * @return what the caller gets
     */
    <T> T intercept(Invocation<T> invocation);
}
