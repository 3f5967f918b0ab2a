package dev.ragkit.testkit;

import dev.ragkit.Chunker;

/** The suite passes on something right; {@link WrongChunkers} are wrong in one way each. */
class FixedChunksTest extends ChunkerContract {
    @Override
    protected Chunker chunker() {
        return new FixedChunks();
    }

    @Override
    protected int maxSize() {
        return FixedChunks.SIZE;
    }
}
