package dev.ragkit.benchmarks;

/** Vectors of length 1 to be stored, and vectors to search for. The same on every run; safe for use by several threads. */
interface Corpus {
    /** What it is, in a word or two. */
    String name();

    int dimensions();

    int rows();

    /** The vector of a row, from 0 on; a new array. */
    float[] row(int row);

    /** Which group of near vectors a row belongs to. */
    int label(int row);

    int queries();

    /** A vector to search for, from 0 on; a new array. */
    float[] query(int query);

    /** Real embeddings where the data is there, else made ones of the same size. */
    static Corpus ofDimensions384() {
        return RealCorpus.isThere() ? RealCorpus.load() : new ClusteredCorpus(RealCorpus.ROWS, 384);
    }

    /** Made ones. */
    static Corpus ofDimensions1536() {
        return new ClusteredCorpus(20_000, 1_536);
    }

    /** The inner product, added up in the same order each time. */
    static float dot(float[] a, float[] b) {
        float first = 0;
        float second = 0;
        float third = 0;
        float fourth = 0;
        for (int i = 0; i < a.length; i += 4) {
            first += a[i] * b[i];
            second += a[i + 1] * b[i + 1];
            third += a[i + 2] * b[i + 2];
            fourth += a[i + 3] * b[i + 3];
        }
        return first + second + (third + fourth);
    }

    /** Brings the vector to length 1, in place. */
    static float[] normalize(float[] vector) {
        float scale = (float) (1 / Math.sqrt(dot(vector, vector)));
        for (int i = 0; i < vector.length; i++) {
            vector[i] *= scale;
        }
        return vector;
    }
}
