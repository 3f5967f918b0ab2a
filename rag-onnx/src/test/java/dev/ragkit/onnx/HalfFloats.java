package dev.ragkit.onnx;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.ShortBuffer;

/** IEEE 754 binary16, which Java 17 has no method for. */
final class HalfFloats {
    private HalfFloats() {}

    static float[][] rows(byte[] littleEndian, int columns) {
        ShortBuffer halves =
                ByteBuffer.wrap(littleEndian).order(ByteOrder.LITTLE_ENDIAN).asShortBuffer();
        float[][] rows = new float[halves.remaining() / columns][columns];
        for (float[] row : rows) {
            for (int i = 0; i < columns; i++) {
                row[i] = toFloat(halves.get());
            }
        }
        return rows;
    }

    private static float toFloat(short half) {
        int exponent = (half >> 10) & 0x1F;
        int fraction = half & 0x3FF;
        float size = exponent == 0 ? Math.scalb(fraction, -24) : Math.scalb(1024 + fraction, exponent - 25);
        return half < 0 ? -size : size;
    }
}
