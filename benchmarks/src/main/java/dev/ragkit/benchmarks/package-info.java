/** Benchmarks of RagKit. Quote ratios of one run, not single times. */
@NullMarked
package dev.ragkit.benchmarks;

import org.jspecify.annotations.NullMarked;
