package dev.ragkit.pgvector;

/** How the components of an embedding are kept in the database. */
public enum VectorType {
    /**
     * Four bytes a component: as the embedder made them. An index takes at most 2,000 dimensions, a binary quantized one 16,000.
     */
    VECTOR("vector", 4, 2_000),
    /**
     * Two bytes a component (IEEE 754 binary16): half the size, three significant digits, components up to 65,504. An index
     * takes at most 4,000 dimensions, a binary quantized one 16,000.
     */
    HALFVEC("halfvec", 2, 4_000);

    /** What a column without an index takes, whatever the type. */
    static final int MAX_DIMENSIONS = 16_000;

    private final String sqlName;
    private final int bytes;
    private final int maxIndexed;

    VectorType(String sqlName, int bytes, int maxIndexed) {
        this.sqlName = sqlName;
        this.bytes = bytes;
        this.maxIndexed = maxIndexed;
    }

    String sqlName() {
        return sqlName;
    }

    int bytes() {
        return bytes;
    }

    int maxIndexed() {
        return maxIndexed;
    }
}
