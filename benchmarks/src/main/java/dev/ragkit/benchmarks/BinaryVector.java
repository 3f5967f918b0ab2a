package dev.ragkit.benchmarks;

import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.SQLException;
import org.postgresql.PGConnection;
import org.postgresql.util.PGBinaryObject;
import org.postgresql.util.PGobject;

/** A vector as a parameter in pgvector's binary form, as one writes it by hand: dimensions, zero, the components. */
final class BinaryVector extends PGobject implements PGBinaryObject {
    private static final long serialVersionUID = 1L;

    private final float[] values;

    /** For the driver, which makes objects of a registered type when it reads them; none is read here. */
    public BinaryVector() {
        this(new float[0]);
    }

    BinaryVector(float[] values) {
        this.values = values;
        type = "vector";
    }

    static void register(Connection connection) throws SQLException {
        connection.unwrap(PGConnection.class).addDataType("vector", BinaryVector.class);
    }

    /** Writes the binary form where the buffer, big-endian, stands. */
    static void write(ByteBuffer out, float[] values) {
        out.putShort((short) values.length).putShort((short) 0);
        out.asFloatBuffer().put(values);
        out.position(out.position() + Float.BYTES * values.length);
    }

    static int length(float[] values) {
        return 4 + Float.BYTES * values.length;
    }

    @Override
    public boolean isNull() {
        return false;
    }

    @Override
    public int lengthInBytes() {
        return length(values);
    }

    @Override
    public void toBytes(byte[] bytes, int offset) {
        write(ByteBuffer.wrap(bytes, offset, bytes.length - offset), values);
    }

    @Override
    public void setByteValue(byte[] value, int offset) {
        throw new UnsupportedOperationException("a parameter is never read");
    }

    @Override
    public boolean equals(Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }
}
