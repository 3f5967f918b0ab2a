/**
 * Embedder, generator and reranker over HTTP, as OpenAI and the servers that are compatible with it speak it. Start at
 * {@link dev.ragkit.openai.OpenAiConnection}.
 */
@NullMarked
package dev.ragkit.openai;

import org.jspecify.annotations.NullMarked;
