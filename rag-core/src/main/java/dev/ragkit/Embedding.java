package dev.ragkit;

import java.nio.FloatBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A vector that stands for a text. All components are finite. Embeddings are comparable only inside one
 * {@link EmbeddingSpace}.
 *
 * <p>Immutable and safe for use by several threads; arrays are copied in and out.
 */
public final class Embedding {
    private final float[] values;

    private Embedding(float[] values) {
        this.values = values;
    }

    /**
     * The embedding with these components, copied.
     *
     * @param values the components, at least one
     * @return the embedding
     * @throws IllegalArgumentException if there is none, or one is NaN or infinite; the message names its position
     */
    public static Embedding of(float... values) {
        return of(values, 0, values.length);
    }

    /**
     * The embedding with the components of a part of an array, copied; for decoders that reuse one array.
     *
     * @param array holds the components
     * @param offset where the first one stands
     * @param dimensions how many there are, at least 1
     * @return the embedding
     * @throws IllegalArgumentException if there is none, or one is NaN or infinite; the message names its position
     */
    public static Embedding of(float[] array, int offset, int dimensions) {
        if (dimensions < 1) {
            throw new IllegalArgumentException("an embedding must have at least 1 dimension, had " + dimensions);
        }
        float[] copy = Arrays.copyOfRange(array, offset, offset + dimensions);
        for (int i = 0; i < dimensions; i++) {
            if (!Float.isFinite(copy[i])) {
                throw new IllegalArgumentException("an embedding must be finite, component " + i + " was " + copy[i]);
            }
        }
        return new Embedding(copy);
    }

    /**
     * The number of components.
     *
     * @return at least 1
     */
    public int dimensions() {
        return values.length;
    }

    /**
     * One component.
     *
     * @param index from 0
     * @return its value
     */
    public float value(int index) {
        return values[index];
    }

    /**
     * All components.
     *
     * @return a new array
     */
    public float[] toArray() {
        return values.clone();
    }

    /**
     * All components, without a copy; for encoders.
     *
     * @return a read-only buffer, positioned at 0
     */
    public FloatBuffer asBuffer() {
        return FloatBuffer.wrap(values).asReadOnlyBuffer();
    }

    /**
     * The inner product with another embedding.
     *
     * @param other of the same dimensions
     * @return the sum of the products of the components
     * @throws IllegalArgumentException if the dimensions differ
     */
    public double dot(Embedding other) {
        float[] b = sameDimensions(other);
        float[] a = values;
        // Four independent sums: one chain of additions would wait for each result in turn.
        double s0 = 0;
        double s1 = 0;
        double s2 = 0;
        double s3 = 0;
        int i = 0;
        for (; i + 3 < a.length; i += 4) {
            s0 += (double) a[i] * b[i];
            s1 += (double) a[i + 1] * b[i + 1];
            s2 += (double) a[i + 2] * b[i + 2];
            s3 += (double) a[i + 3] * b[i + 3];
        }
        for (; i < a.length; i++) {
            s0 += (double) a[i] * b[i];
        }
        return s0 + s1 + s2 + s3;
    }

    /**
     * The Euclidean (L2) distance to another embedding.
     *
     * @param other of the same dimensions
     * @return 0 or more
     * @throws IllegalArgumentException if the dimensions differ
     */
    public double distance(Embedding other) {
        float[] b = sameDimensions(other);
        double sum = 0;
        for (int i = 0; i < values.length; i++) {
            double difference = (double) values[i] - b[i];
            sum += difference * difference;
        }
        return Math.sqrt(sum);
    }

    /**
     * The Euclidean (L2) length.
     *
     * @return 0 or more
     */
    public double norm() {
        return Math.sqrt(dot(this));
    }

    /**
     * This direction at length 1.
     *
     * @return the normalised embedding
     * @throws IllegalArgumentException if all components are 0, which has no direction
     */
    public Embedding normalized() {
        double norm = norm();
        if (norm == 0) {
            throw new IllegalArgumentException("an embedding of zeros has no direction and cannot be normalised");
        }
        float[] unit = new float[values.length];
        for (int i = 0; i < unit.length; i++) {
            unit[i] = (float) (values[i] / norm);
        }
        return new Embedding(unit);
    }

    private float[] sameDimensions(Embedding other) {
        if (other.values.length != values.length) {
            throw new IllegalArgumentException(
                    "embeddings must have the same dimensions, had " + values.length + " and " + other.values.length);
        }
        return other.values;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Embedding that && Arrays.equals(values, that.values);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(values);
    }

    /** Shows the dimensions only. */
    @Override
    public String toString() {
        return "Embedding[" + values.length + "]";
    }
}
