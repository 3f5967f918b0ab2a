package dev.ragkit;

/** The vectors of consecutive slots, one behind the other in one array, so that a scan reads memory in order. */
final class VectorBlock {
    private final int first;
    private final int dimensions;
    private final float[] values;

    VectorBlock(int first, int rows, int dimensions) {
        this.first = first;
        this.dimensions = dimensions;
        this.values = new float[rows * dimensions];
    }

    /** The slot of the first vector. */
    int first() {
        return first;
    }

    /** The slot after the last vector that there is room for. */
    int end() {
        return first + values.length / dimensions;
    }

    void put(int slot, Embedding embedding) {
        embedding.asBuffer().get(values, offset(slot), dimensions);
    }

    void put(int slot, VectorBlock source, int sourceSlot) {
        System.arraycopy(source.values, source.offset(sourceSlot), values, offset(slot), dimensions);
    }

    private int offset(int slot) {
        return (slot - first) * dimensions;
    }

    /** Adds in the same order as {@link Embedding#dot}, so that the scores are those of {@link Metric} to the last bit. */
    double dot(int slot, float[] other) {
        int at = offset(slot);
        double s0 = 0;
        double s1 = 0;
        double s2 = 0;
        double s3 = 0;
        int i = 0;
        for (; i + 3 < other.length; i += 4) {
            s0 += (double) other[i] * values[at + i];
            s1 += (double) other[i + 1] * values[at + i + 1];
            s2 += (double) other[i + 2] * values[at + i + 2];
            s3 += (double) other[i + 3] * values[at + i + 3];
        }
        for (; i < other.length; i++) {
            s0 += (double) other[i] * values[at + i];
        }
        return s0 + s1 + s2 + s3;
    }

    double distance(int slot, float[] other) {
        int at = offset(slot);
        double s0 = 0;
        double s1 = 0;
        int i = 0;
        for (; i + 1 < other.length; i += 2) {
            double d0 = (double) other[i] - values[at + i];
            double d1 = (double) other[i + 1] - values[at + i + 1];
            s0 += d0 * d0;
            s1 += d1 * d1;
        }
        for (; i < other.length; i++) {
            double d0 = (double) other[i] - values[at + i];
            s0 += d0 * d0;
        }
        return Math.sqrt(s0 + s1);
    }
}
