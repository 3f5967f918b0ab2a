/** Embeddings in the process, from ONNX models: no key, no network. Start at {@link dev.ragkit.onnx.OnnxEmbedder}. */
@NullMarked
package dev.ragkit.onnx;

import org.jspecify.annotations.NullMarked;
