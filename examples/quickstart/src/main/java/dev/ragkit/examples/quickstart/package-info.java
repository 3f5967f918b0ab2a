/** A command line program on RagKit: documents in, questions in, cited answers out. */
@NullMarked
package dev.ragkit.examples.quickstart;

import org.jspecify.annotations.NullMarked;
