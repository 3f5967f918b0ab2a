package dev.ragkit.pgvector;

import dev.ragkit.Chunk;
import dev.ragkit.EmbeddedChunk;
import dev.ragkit.Embedding;
import dev.ragkit.Metadata;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Inserts chunks from arrays, one for each column, some megabytes in each statement: the way in where row level security does not
 * allow {@link ChunkCopy}. For use by one thread.
 */
final class ChunkInsert implements ChunkSink {
    /** How much is gathered before it is sent; one chunk may be more. */
    static final long MAX_BYTES = 4L * 1024 * 1024;

    private static final long ROW_BYTES = 64;

    private final Connection connection;
    private final Sql sql;
    private final String tenant;
    private final VectorType vectorType;
    private final List<Row> rows = new ArrayList<>();
    private long bytes;
    private @Nullable Metadata lastMetadata;
    private String lastJson = "";

    private record Row(Chunk chunk, String json, Embedding embedding, long version) {}

    ChunkInsert(Connection connection, Sql sql, String tenant, VectorType vectorType) throws SQLException {
        this.connection = connection;
        this.sql = sql;
        this.tenant = tenant;
        this.vectorType = vectorType;
        VectorParameter.register(connection, sql.vectorArrayType);
    }

    @Override
    public void add(EmbeddedChunk embedded, long version) throws SQLException {
        Chunk chunk = embedded.chunk();
        Row row = new Row(chunk, json(chunk.metadata()), embedded.embedding(), version);
        long size = ROW_BYTES
                + VectorParameter.lengthInBytes(row.embedding, vectorType)
                + chunk.documentId().length()
                + chunk.text().length()
                + chunk.source().length()
                + row.json.length();
        if (bytes + size > MAX_BYTES) {
            end();
        }
        rows.add(row);
        bytes += size;
    }

    /** The chunks of a document mostly carry the same metadata, so its JSON is made once. */
    private String json(Metadata metadata) {
        if (!metadata.equals(lastMetadata)) {
            lastMetadata = metadata;
            lastJson = MetadataJson.write(metadata);
        }
        return lastJson;
    }

    @Override
    public void end() throws SQLException {
        if (rows.isEmpty()) {
            return;
        }
        try (PreparedStatement statement = connection.prepareStatement(sql.insertChunks)) {
            statement.setString(1, tenant);
            strings(statement, 2, row -> row.chunk.documentId());
            statement.setArray(
                    3,
                    connection.createArrayOf(
                            "int8", rows.stream().map(Row::version).toArray()));
            integers(statement, 4, row -> row.chunk.ordinal());
            integers(statement, 5, row -> row.chunk.start());
            integers(statement, 6, row -> Utf8.words(row.chunk.text()));
            strings(statement, 7, row -> row.chunk.text());
            strings(statement, 8, row -> row.chunk.source());
            strings(statement, 9, row -> row.json);
            List<Embedding> embeddings = rows.stream().map(Row::embedding).toList();
            statement.setObject(10, new VectorArrayParameter(embeddings, vectorType, sql, connection));
            statement.executeUpdate();
        }
        rows.clear();
        bytes = 0;
    }

    /** The driver sends an array of strings in binary, and one of objects as text. */
    private void strings(PreparedStatement statement, int parameter, Function<Row, String> value) throws SQLException {
        String[] values = rows.stream().map(value).toArray(String[]::new);
        statement.setArray(parameter, connection.createArrayOf("text", values));
    }

    private void integers(PreparedStatement statement, int parameter, ToIntFunction<Row> value) throws SQLException {
        Object[] values = rows.stream().mapToInt(value).boxed().toArray();
        statement.setArray(parameter, connection.createArrayOf("int4", values));
    }

    /** Nothing to undo: what was not sent is not there. */
    @Override
    public void close() {}
}
