package dev.ragkit.pgvector;

import dev.ragkit.Chunk;
import dev.ragkit.EmbeddedChunk;
import dev.ragkit.Embedding;
import dev.ragkit.Metadata;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/**
 * Streams chunks into their table by {@code COPY ... (FORMAT BINARY)}: a signature, then for each row the number of fields and for
 * each field its length and bytes, then -1 (PostgreSQL documentation, COPY, "Binary Format"). A copy that is closed before
 * {@link #end} leaves nothing behind. For use by one thread.
 */
final class ChunkCopy implements ChunkSink {
    private static final byte[] SIGNATURE = {'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xff, '\r', '\n', 0};
    private static final int FLAGS_AND_EXTENSION_BYTES = 8;
    private static final short FIELDS = 10;
    private static final byte JSONB_VERSION = 1;
    private static final int BUFFER_BYTES = 64 * 1024;

    private final CopyIn copy;
    private final byte[] tenant;
    private final VectorType vectorType;
    private ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
    private @Nullable Metadata lastMetadata;
    private byte[] lastJson = new byte[0];

    ChunkCopy(Connection connection, String copySql, String tenant, VectorType vectorType) throws SQLException {
        this.copy = connection.unwrap(PGConnection.class).getCopyAPI().copyIn(copySql);
        this.tenant = Utf8.bytes(tenant);
        this.vectorType = vectorType;
        buffer.put(SIGNATURE).put(new byte[FLAGS_AND_EXTENSION_BYTES]);
    }

    @Override
    public void add(EmbeddedChunk embedded, long version) throws SQLException {
        Chunk chunk = embedded.chunk();
        room(Short.BYTES).putShort(FIELDS);
        field(tenant);
        field(Utf8.bytes(chunk.documentId()));
        room(Integer.BYTES + Long.BYTES).putInt(Long.BYTES).putLong(version);
        field(chunk.ordinal());
        field(chunk.start());
        field(Utf8.words(chunk.text()));
        field(Utf8.bytes(chunk.text()));
        field(Utf8.bytes(chunk.source()));
        field(chunk.metadata());
        field(embedded.embedding());
    }

    private void field(byte[] bytes) throws SQLException {
        room(Integer.BYTES + bytes.length).putInt(bytes.length).put(bytes);
    }

    private void field(int number) throws SQLException {
        room(2 * Integer.BYTES).putInt(Integer.BYTES).putInt(number);
    }

    /** The chunks of a document mostly carry the same metadata, so its JSON is made once. */
    private void field(Metadata metadata) throws SQLException {
        if (!metadata.equals(lastMetadata)) {
            lastMetadata = metadata;
            lastJson = Utf8.bytes(MetadataJson.write(metadata));
        }
        int length = 1 + lastJson.length;
        room(Integer.BYTES + length).putInt(length).put(JSONB_VERSION).put(lastJson);
    }

    private void field(Embedding embedding) throws SQLException {
        int length = VectorParameter.lengthInBytes(embedding, vectorType);
        room(Integer.BYTES + length).putInt(length);
        VectorParameter.write(buffer, embedding, vectorType);
    }

    /** The buffer with room for so many bytes, sent on first if there is too little. */
    private ByteBuffer room(int bytes) throws SQLException {
        if (buffer.remaining() < bytes) {
            flush();
            if (buffer.capacity() < bytes) {
                buffer = ByteBuffer.allocate(bytes);
            }
        }
        return buffer;
    }

    private void flush() throws SQLException {
        copy.writeToCopy(buffer.array(), 0, buffer.position());
        buffer.clear();
    }

    @Override
    public void end() throws SQLException {
        room(Short.BYTES).putShort((short) -1);
        flush();
        copy.endCopy();
    }

    @Override
    public void close() throws SQLException {
        if (copy.isActive()) {
            copy.cancelCopy();
        }
    }
}
