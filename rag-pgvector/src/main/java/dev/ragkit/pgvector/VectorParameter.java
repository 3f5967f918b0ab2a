package dev.ragkit.pgvector;

import dev.ragkit.Embedding;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.BaseConnection;
import org.postgresql.jdbc.PreferQueryMode;
import org.postgresql.util.PGBinaryObject;
import org.postgresql.util.PGobject;

/**
 * An embedding as a parameter that the driver sends in pgvector's binary form: int16 dimensions, int16 zero, then each
 * component big-endian. A vector sent as text takes the server longer to read than the search.
 */
final class VectorParameter extends PGobject implements PGBinaryObject {
    private static final long serialVersionUID = 1L;

    private final transient Embedding embedding;
    private final transient VectorType vectorType;

    VectorParameter(Embedding embedding, VectorType vectorType, String typeName) {
        this.embedding = embedding;
        this.vectorType = vectorType;
        type = typeName;
    }

    /**
     * Lets the driver send the type in binary on this physical connection. It does not touch how the type is read, which is up to
     * the host, and costs a look into a set but for the first time.
     */
    static void register(Connection connection, String typeName) throws SQLException {
        BaseConnection driver = connection.unwrap(BaseConnection.class);
        if (driver.getPreferQueryMode() == PreferQueryMode.SIMPLE) {
            return; // which writes parameters into the text
        }
        int oid = driver.getTypeInfo().getPGType(typeName);
        if (!driver.getQueryExecutor().useBinaryForSend(oid)) {
            driver.getQueryExecutor().addBinarySendOid(oid);
        }
    }

    static int lengthInBytes(Embedding embedding, VectorType type) {
        return 4 + type.bytes() * embedding.dimensions();
    }

    /** Writes the binary form where the buffer, big-endian, stands. */
    static void write(ByteBuffer out, Embedding embedding, VectorType type) {
        out.putShort((short) embedding.dimensions()).putShort((short) 0);
        FloatBuffer values = embedding.asBuffer();
        if (type == VectorType.VECTOR) {
            out.asFloatBuffer().put(values);
            out.position(out.position() + Float.BYTES * embedding.dimensions());
            return;
        }
        while (values.hasRemaining()) {
            out.putShort(HalfFloat.of(values.get()));
        }
    }

    @Override
    public boolean isNull() {
        return false;
    }

    @Override
    public int lengthInBytes() {
        return lengthInBytes(embedding, vectorType);
    }

    @Override
    public void toBytes(byte[] bytes, int offset) {
        write(ByteBuffer.wrap(bytes, offset, bytes.length - offset), embedding, vectorType);
    }

    @Override
    public void setByteValue(byte[] value, int offset) {
        throw new UnsupportedOperationException("a parameter is never read");
    }

    /** The text form, which the driver takes where binary is switched off. */
    @Override
    public String getValue() {
        return text(embedding);
    }

    static String text(Embedding embedding) {
        StringBuilder text = new StringBuilder().append('[');
        for (int i = 0; i < embedding.dimensions(); i++) {
            text.append(i == 0 ? "" : ",").append(embedding.value(i));
        }
        return text.append(']').toString();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof VectorParameter that
                && vectorType == that.vectorType
                && embedding.equals(that.embedding);
    }

    @Override
    public int hashCode() {
        return Objects.hash(vectorType, embedding);
    }

    /** Shows the dimensions only. */
    @Override
    public String toString() {
        return type + embedding;
    }
}
