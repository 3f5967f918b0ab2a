package dev.ragkit;

/**
 * A chunk with its embedding.
 *
 * @param chunk the chunk
 * @param embedding of the chunk's text
 */
public record EmbeddedChunk(Chunk chunk, Embedding embedding) {}
