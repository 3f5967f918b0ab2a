package dev.ragkit.pgvector;

/** IEEE 754 binary16. Java has the conversion from release 20 on. */
final class HalfFloat {
    /** The largest finite value. */
    static final float MAX = 65_504;

    private HalfFloat() {}

    /** The nearest half; of two as near the even one. For finite values up to {@link #MAX} in magnitude. */
    static short of(float value) {
        int bits = Float.floatToRawIntBits(value);
        int sign = (bits >>> 16) & 0x8000;
        int magnitude = bits & 0x7fffffff;
        if (magnitude < 0x38800000) {
            // Below 2^-14 halves are multiples of 2^-24; a float holds the product exactly, and rint rounds half to
            // even.
            return (short) (sign | (int) Math.rint(Math.abs(value) * 0x1p24f));
        }
        int rounded = magnitude + 0xfff + ((magnitude >>> 13) & 1);
        return (short) (sign | ((rounded - 0x38000000) >>> 13));
    }
}
