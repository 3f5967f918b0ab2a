package dev.ragkit.benchmarks;

import dev.ragkit.Chunk;
import dev.ragkit.Document;
import dev.ragkit.EmbeddedChunk;
import dev.ragkit.EmbeddedDocument;
import dev.ragkit.Metadata;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Collectors;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/**
 * The same rows into the same tables by {@code COPY … (FORMAT BINARY)} written by hand: documents, then chunks, then commit. It
 * leaves out what makes an ingest safe: it does not look for an older version, it counts no words and keeps none of the counters
 * that BM25 needs. For use by one thread.
 */
final class RawCopy implements AutoCloseable {
    private static final String DOCUMENTS = """
            COPY public.bench_document (tenant, id, version, fingerprint, source, metadata, text, chunk_count)
            FROM STDIN (FORMAT BINARY)""";

    private static final String CHUNKS = """
            COPY public.bench_chunk (tenant, document_id, version, ordinal, start_offset, words, text, source, metadata,
                embedding)
            FROM STDIN (FORMAT BINARY)""";

    private static final byte[] HEADER = {
        'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xff, '\r', '\n', 0, 0, 0, 0, 0, 0, 0, 0, 0
    };
    private static final byte[] TENANT = utf8("default");
    private static final int WORDS = 80;
    private static final int FLUSH = 64 * 1024;
    private static final int LARGEST_FIELD = 64 * 1024;

    private final Connection connection;
    private final ByteBuffer buffer = ByteBuffer.allocate(FLUSH + LARGEST_FIELD);

    RawCopy(String url) {
        try {
            connection = DriverManager.getConnection(url);
            connection.setAutoCommit(false);
        } catch (SQLException e) {
            throw new IllegalStateException("cannot connect", e);
        }
    }

    /** Adds new documents in one transaction. */
    void add(List<EmbeddedDocument> documents) {
        try {
            CopyIn copy = start(DOCUMENTS);
            for (EmbeddedDocument each : documents) {
                document(each, copy);
            }
            end(copy);
            copy = start(CHUNKS);
            for (EmbeddedDocument each : documents) {
                byte[] metadata = json(each.document().metadata());
                for (EmbeddedChunk chunk : each.chunks()) {
                    chunk(chunk, metadata, copy);
                }
            }
            end(copy);
            connection.commit();
        } catch (SQLException e) {
            throw new IllegalStateException("COPY failed", e);
        }
    }

    private CopyIn start(String sql) throws SQLException {
        buffer.clear();
        buffer.put(HEADER);
        return connection.unwrap(PGConnection.class).getCopyAPI().copyIn(sql);
    }

    private void document(EmbeddedDocument embedded, CopyIn copy) throws SQLException {
        Document document = embedded.document();
        buffer.putShort((short) 8);
        field(TENANT);
        field(utf8(document.id()));
        buffer.putInt(Long.BYTES).putLong(1);
        field(utf8(embedded.fingerprint()));
        field(utf8(document.source()));
        field(json(document.metadata()));
        field(utf8(document.text()));
        buffer.putInt(Integer.BYTES).putInt(embedded.chunks().size());
        flush(copy);
    }

    private void chunk(EmbeddedChunk embedded, byte[] metadata, CopyIn copy) throws SQLException {
        Chunk chunk = embedded.chunk();
        buffer.putShort((short) 10);
        field(TENANT);
        field(utf8(chunk.documentId()));
        buffer.putInt(Long.BYTES).putLong(1);
        buffer.putInt(Integer.BYTES).putInt(chunk.ordinal());
        buffer.putInt(Integer.BYTES).putInt(chunk.start());
        buffer.putInt(Integer.BYTES).putInt(WORDS);
        field(utf8(chunk.text()));
        field(utf8(chunk.source()));
        field(metadata);
        int dimensions = embedded.embedding().dimensions();
        buffer.putInt(4 + Float.BYTES * dimensions).putShort((short) dimensions).putShort((short) 0);
        buffer.asFloatBuffer().put(embedded.embedding().asBuffer());
        buffer.position(buffer.position() + Float.BYTES * dimensions);
        flush(copy);
    }

    private void field(byte[] bytes) {
        buffer.putInt(bytes.length).put(bytes);
    }

    private void flush(CopyIn copy) throws SQLException {
        if (buffer.position() > FLUSH) {
            copy.writeToCopy(buffer.array(), 0, buffer.position());
            buffer.clear();
        }
    }

    private void end(CopyIn copy) throws SQLException {
        buffer.putShort((short) -1);
        copy.writeToCopy(buffer.array(), 0, buffer.position());
        copy.endCopy();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** The values of these rows need no escapes. A jsonb begins with its version, 1. */
    private static byte[] json(Metadata metadata) {
        return utf8(metadata.keys().stream()
                .map(key -> "\"" + key + "\": "
                        + (metadata.value(key) instanceof String text ? "\"" + text + "\"" : metadata.value(key)))
                .collect(Collectors.joining(", ", "\u0001{", "}")));
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            throw new IllegalStateException("the connection cannot be closed", e);
        }
    }
}
