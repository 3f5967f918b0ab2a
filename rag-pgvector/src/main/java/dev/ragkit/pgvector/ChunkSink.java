package dev.ragkit.pgvector;

import dev.ragkit.EmbeddedChunk;
import java.sql.SQLException;

/** Where new chunks go: rows of the table, within the transaction of the connection. What was not ended leaves nothing behind. */
interface ChunkSink extends AutoCloseable {
    /** Adds a row. */
    void add(EmbeddedChunk chunk, long version) throws SQLException;

    /** Sends what is left and waits for the server to take it. */
    void end() throws SQLException;

    @Override
    void close() throws SQLException;
}
