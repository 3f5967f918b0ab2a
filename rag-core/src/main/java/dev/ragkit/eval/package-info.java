/**
 * Measures of retrieval: how good a ranking is, by what people judged relevant. See {@link dev.ragkit.eval.Judgements}.
 */
@NullMarked
package dev.ragkit.eval;

import org.jspecify.annotations.NullMarked;
