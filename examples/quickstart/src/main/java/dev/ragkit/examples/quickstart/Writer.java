package dev.ragkit.examples.quickstart;

import dev.ragkit.Generator;

/** Who writes the answers: {@code Generator::extractive}, or an {@link OpenAiWriter}. */
interface Writer extends AutoCloseable {
    /** Makes the generator, which works until this is closed. */
    Generator generator();

    @Override
    default void close() {}
}
