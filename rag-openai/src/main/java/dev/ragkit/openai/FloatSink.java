package dev.ragkit.openai;

import java.io.OutputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Takes bytes as little-endian floats, or floats, into one array that is used again for the next vector. For use by one thread. */
final class FloatSink extends OutputStream {
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private final float[] values;
    private int count;
    private int pending;
    private int pendingBytes;

    FloatSink(int dimensions) {
        values = new float[dimensions];
    }

    void clear() {
        count = 0;
        pending = 0;
        pendingBytes = 0;
    }

    float[] values() {
        return values;
    }

    /** How many floats came; those beyond the dimensions are counted only. */
    int count() {
        return count;
    }

    /** Whether bytes of half a float are left over. */
    boolean isTorn() {
        return pendingBytes > 0;
    }

    void add(float value) {
        if (count < values.length) {
            values[count] = value;
        }
        count++;
    }

    @Override
    public void write(int b) {
        pending |= (b & 0xff) << (8 * pendingBytes);
        if (++pendingBytes == Float.BYTES) {
            add(Float.intBitsToFloat(pending));
            pending = 0;
            pendingBytes = 0;
        }
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
        int at = offset;
        int end = offset + length;
        while (at < end && pendingBytes > 0) {
            write(bytes[at++]);
        }
        for (; at + Float.BYTES <= end; at += Float.BYTES) {
            add(Float.intBitsToFloat((int) INT.get(bytes, at)));
        }
        while (at < end) {
            write(bytes[at++]);
        }
    }
}
