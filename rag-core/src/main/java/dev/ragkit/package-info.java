/**
 * Retrieval-augmented generation (RAG): documents in, cited answers out.
 *
 * <p>Start at {@link dev.ragkit.Rag}. The two flows are
 *
 * <pre>
 * ingest   Document -&gt; Chunker -&gt; Chunk -&gt; Embedder -&gt; EmbeddedChunk -&gt; VectorStore.replace
 * ask      Query -&gt; Retriever -&gt; Hit -&gt; Grounding.prompt -&gt; Generator -&gt; Grounding.answer -&gt; Answer
 * </pre>
 *
 * <p>Values are immutable. Offsets into text are indices of {@link java.lang.String}, that is UTF-16 code units, with an
 * exclusive end. Blocking calls run on the caller's thread; an interrupt ends them with
 * {@link java.util.concurrent.CancellationException}, the interrupt flag still set.
 */
@NullMarked
package dev.ragkit;

import org.jspecify.annotations.NullMarked;
