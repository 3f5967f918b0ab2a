package dev.ragkit.testkit;

import dev.ragkit.Embedding;
import dev.ragkit.EmbeddingSpace;
import dev.ragkit.Metric;
import java.util.Random;

/** Embeddings of four dimensions whose scores against {@link #QUERY} are known. */
final class Vectors {
    static final int DIMENSIONS = 4;
    static final Embedding QUERY = Embedding.of(1, 0, 0, 0);
    static final Embedding ZERO = Embedding.of(0, 0, 0, 0);

    private Vectors() {}

    /** Stores may insist on normalised vectors for the inner product, so its space promises them. */
    static EmbeddingSpace space(Metric metric) {
        EmbeddingSpace.Builder space = EmbeddingSpace.builder("testkit", "directions", DIMENSIONS);
        return metric == Metric.INNER_PRODUCT ? space.normalized().build() : space.build();
    }

    /** Length 1, at this cosine to {@link #QUERY}: the higher the cosine, the better the score under every metric. */
    static Embedding at(double cosine) {
        return Embedding.of((float) cosine, (float) Math.sqrt(1 - cosine * cosine), 0, 0);
    }

    /** The one of {@code count} embeddings, evenly spread, that has so many nearer to {@link #QUERY}. */
    static Embedding step(int nearer, int count) {
        return at(1 - 2.0 * (nearer + 1) / (count + 1));
    }

    /** Any direction; any length from 0.5 to 3, but for the inner product. */
    static Embedding random(Random random, Metric metric) {
        float[] values = new float[DIMENSIONS];
        for (int i = 0; i < DIMENSIONS; i++) {
            values[i] = (float) random.nextGaussian();
        }
        values[random.nextInt(DIMENSIONS)] += 0.5f;
        float[] unit = Embedding.of(values).normalized().toArray();
        float length = metric == Metric.INNER_PRODUCT ? 1 : 0.5f + 2.5f * random.nextFloat();
        for (int i = 0; i < DIMENSIONS; i++) {
            unit[i] *= length;
        }
        return Embedding.of(unit);
    }
}
