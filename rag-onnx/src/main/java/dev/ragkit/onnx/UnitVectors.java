package dev.ragkit.onnx;

/** Sums of vectors, and the vector of length 1 in the direction of a sum. */
final class UnitVectors {
    private UnitVectors() {}

    static void add(double[] sum, float[] vector, double weight) {
        for (int i = 0; i < sum.length; i++) {
            sum[i] += weight * vector[i];
        }
    }

    /**
     * Returns the direction of a sum, at length 1.
     *
     * @throws ArithmeticException if a component is not finite, or all are 0
     */
    static float[] toUnit(double[] sum) {
        double squares = 0;
        for (double value : sum) {
            squares += value * value;
        }
        double length = Math.sqrt(squares);
        if (!(length > 0) || length == Double.POSITIVE_INFINITY) {
            throw new ArithmeticException("a vector must be finite and not all zeros, its length was " + length);
        }
        float[] unit = new float[sum.length];
        for (int i = 0; i < unit.length; i++) {
            unit[i] = (float) (sum[i] / length);
        }
        return unit;
    }
}
