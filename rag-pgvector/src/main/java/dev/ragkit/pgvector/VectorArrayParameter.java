package dev.ragkit.pgvector;

import dev.ragkit.Embedding;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.BaseConnection;
import org.postgresql.util.PGBinaryObject;
import org.postgresql.util.PGobject;

/**
 * Embeddings as one parameter in the binary form of an array: int32 number of dimensions, int32 whether there are nulls, int32 type of
 * the elements, for the one dimension int32 length and int32 lower bound, then each element with its int32 length in front
 * (PostgreSQL source, array_recv). An array literal as text where binary is switched off.
 */
final class VectorArrayParameter extends PGobject implements PGBinaryObject {
    private static final long serialVersionUID = 1L;
    private static final int HEADER_BYTES = 5 * Integer.BYTES;

    private final transient List<Embedding> embeddings;
    private final transient VectorType vectorType;
    private final int elementOid;

    VectorArrayParameter(List<Embedding> embeddings, VectorType vectorType, Sql sql, Connection connection)
            throws SQLException {
        this.embeddings = embeddings;
        this.vectorType = vectorType;
        this.elementOid = connection.unwrap(BaseConnection.class).getTypeInfo().getPGType(sql.vectorType);
        type = sql.vectorArrayType;
    }

    @Override
    public boolean isNull() {
        return false;
    }

    @Override
    public int lengthInBytes() {
        int length = HEADER_BYTES;
        for (Embedding embedding : embeddings) {
            length += Integer.BYTES + VectorParameter.lengthInBytes(embedding, vectorType);
        }
        return length;
    }

    @Override
    public void toBytes(byte[] bytes, int offset) {
        ByteBuffer out = ByteBuffer.wrap(bytes, offset, bytes.length - offset);
        out.putInt(1).putInt(0).putInt(elementOid).putInt(embeddings.size()).putInt(1);
        for (Embedding embedding : embeddings) {
            out.putInt(VectorParameter.lengthInBytes(embedding, vectorType));
            VectorParameter.write(out, embedding, vectorType);
        }
    }

    @Override
    public void setByteValue(byte[] value, int offset) {
        throw new UnsupportedOperationException("a parameter is never read");
    }

    /** The text form, which the driver takes where binary is switched off. */
    @Override
    public String getValue() {
        return embeddings.stream()
                .map(embedding -> '"' + VectorParameter.text(embedding) + '"')
                .collect(Collectors.joining(",", "{", "}"));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof VectorArrayParameter that
                && vectorType == that.vectorType
                && embeddings.equals(that.embeddings);
    }

    @Override
    public int hashCode() {
        return Objects.hash(vectorType, embeddings);
    }

    /** Shows how many only. */
    @Override
    public String toString() {
        return type + "[" + embeddings.size() + "]";
    }
}
