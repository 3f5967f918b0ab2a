/** What wraps a part without being in it: retry, and later caches, limits and listeners. See {@link dev.ragkit.intercept.Interceptor}. */
@org.jspecify.annotations.NullMarked
package dev.ragkit.intercept;
