package dev.ragkit.benchmarks;

import java.util.SplittableRandom;

/**
 * Made vectors around 200 centres. What is added to a centre is large in few components and small in most, as the spectrum of
 * real embeddings falls off; with the same in all components every row of a cluster would be as far as the others, and
 * no graph could find the nearest. A row is made when it is asked for, so a million of them need no memory.
 */
final class ClusteredCorpus implements Corpus {
    private static final int CENTRES = 200;
    private static final int QUERIES = 1_000;
    private static final double SPREAD = 0.9;
    private static final double FALL = 12;
    private static final long SEED = 20_260_101;

    private final int rows;
    private final int dimensions;
    private final float[][] centres;
    private final float[] spread;

    ClusteredCorpus(int rows, int dimensions) {
        this.rows = rows;
        this.dimensions = dimensions;
        this.centres = new float[CENTRES][];
        for (int i = 0; i < CENTRES; i++) {
            centres[i] = Corpus.normalize(gaussian(new SplittableRandom(SEED + i)));
        }
        this.spread = new float[dimensions];
        for (int i = 0; i < dimensions; i++) {
            spread[i] = (float) (1 / (1 + i / FALL));
        }
        float scale = (float) (SPREAD / Math.sqrt(Corpus.dot(spread, spread)));
        for (int i = 0; i < dimensions; i++) {
            spread[i] *= scale;
        }
    }

    private float[] gaussian(SplittableRandom random) {
        float[] values = new float[dimensions];
        for (int i = 0; i < dimensions; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    private float[] vector(long index) {
        SplittableRandom random = new SplittableRandom(SEED * 31 + index * 0x9E3779B97F4A7C15L);
        float[] centre = centres[random.nextInt(CENTRES)];
        float[] values = gaussian(random);
        for (int i = 0; i < dimensions; i++) {
            values[i] = centre[i] + spread[i] * values[i];
        }
        return Corpus.normalize(values);
    }

    @Override
    public String name() {
        return "clustered";
    }

    @Override
    public int dimensions() {
        return dimensions;
    }

    @Override
    public int rows() {
        return rows;
    }

    @Override
    public float[] row(int row) {
        return vector(row);
    }

    @Override
    public int label(int row) {
        return new SplittableRandom(SEED * 31 + row * 0x9E3779B97F4A7C15L).nextInt(CENTRES);
    }

    @Override
    public int queries() {
        return QUERIES;
    }

    @Override
    public float[] query(int query) {
        return vector(-1 - query);
    }
}
