package dev.ragkit.pgvector;

import dev.ragkit.Metadata;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The index over the embeddings of a collection, if any.
 *
 * <p>Immutable and safe for use by several threads.
 */
public final class VectorIndex {
    /** Links a node of an HNSW index keeps, unless told otherwise: {@value}. */
    public static final int DEFAULT_M = 16;

    /** Candidates an HNSW index looks at when a row is added, unless told otherwise: {@value}. */
    public static final int DEFAULT_EF_CONSTRUCTION = 64;

    private static final String QUANTIZATION = "quantization";
    private static final String BINARY = "binary";

    private static final VectorIndex HNSW =
            new VectorIndex(Kind.HNSW, Precision.FULL, DEFAULT_M, DEFAULT_EF_CONSTRUCTION);
    private static final VectorIndex NONE = new VectorIndex(Kind.NONE, Precision.FULL, 0, 0);

    enum Kind {
        HNSW("m", "ef_construction"),
        IVFFLAT("lists", "unused"),
        NONE("unused", "unused");

        private final String first;
        private final String second;

        Kind(String first, String second) {
            this.first = first;
            this.second = second;
        }
    }

    /** What of a component the index keeps. */
    enum Precision {
        /** As the column has it. */
        FULL,
        /** Its sign. */
        BINARY
    }

    private final Kind kind;
    private final Precision precision;
    private final int first;
    private final int second;

    private VectorIndex(Kind kind, Precision precision, int first, int second) {
        this.kind = kind;
        this.precision = precision;
        this.first = first;
        this.second = second;
    }

    /**
     * A graph (Hierarchical Navigable Small World) with m = {@value #DEFAULT_M} and ef_construction =
     * {@value #DEFAULT_EF_CONSTRUCTION}: best recall for its speed, slow to build.
     *
     * @return the index
     */
    public static VectorIndex hnsw() {
        return HNSW;
    }

    /**
     * A graph (Hierarchical Navigable Small World).
     *
     * @param m links a node keeps, 2 to 100
     * @param efConstruction candidates looked at when a row is added, 4 to 1,000 and at least 2 * m
     * @return the index
     * @throws IllegalArgumentException if a value is out of bounds
     */
    public static VectorIndex hnsw(int m, int efConstruction) {
        between(m, 2, 100, "m");
        between(efConstruction, Math.max(4, 2 * m), 1_000, "efConstruction with m = " + m);
        return new VectorIndex(Kind.HNSW, Precision.FULL, m, efConstruction);
    }

    /**
     * An inverted file: the rows in lists around as many centres. It learns the centres from the rows that are there, so it is
     * built by {@link PgVectorSchema#buildIndex} after the load and not with the tables.
     *
     * @param lists how many, 1 to 32,768; about rows / 1,000 up to a million rows, then the square root of the rows
     * @return the index
     * @throws IllegalArgumentException if the number is out of bounds
     */
    public static VectorIndex ivfFlat(int lists) {
        return new VectorIndex(Kind.IVFFLAT, Precision.FULL, between(lists, 1, 32_768, "lists"), 0);
    }

    /**
     * No index: each search looks at every row that may match and is exact.
     *
     * @return no index
     */
    public static VectorIndex none() {
        return NONE;
    }

    /**
     * The same graph over the signs of the components alone, one bit each (binary quantization), compared by Hamming distance. It
     * takes a thirty-second of the room of the components and a fraction of the time to build, and any number of dimensions up
     * to 16,000. A search takes more candidates from it than it was asked for and ranks them by the embeddings themselves, so
     * scores are exact. Signs say enough where embeddings have some hundreds of dimensions or more; with fewer, measure recall.
     * Needs pgvector 0.7, and embeddings of length 1 unless the metric is cosine.
     *
     * @return the index
     * @throws IllegalStateException if this is not an HNSW index
     */
    public VectorIndex binaryQuantized() {
        if (kind != Kind.HNSW) {
            throw new IllegalStateException(
                    "binary quantization is for HNSW, this is " + this + ": use VectorIndex.hnsw().binaryQuantized()");
        }
        return new VectorIndex(kind, Precision.BINARY, first, second);
    }

    Kind kind() {
        return kind;
    }

    boolean isBinary() {
        return precision == Precision.BINARY;
    }

    /** How many lists of an IVFFlat index a search looks into before it asks for more. */
    int probes() {
        return kind == Kind.IVFFLAT ? (int) Math.ceil(Math.sqrt(first)) : 1;
    }

    /** The access method and storage parameters, as {@code CREATE INDEX} takes them. */
    String method() {
        return kind.name().toLowerCase(Locale.ROOT);
    }

    String parameters() {
        return kind == Kind.HNSW
                ? kind.first + " = " + first + ", " + kind.second + " = " + second
                : kind.first + " = " + first;
    }

    Metadata toMetadata() {
        if (kind == Kind.NONE) {
            return Metadata.of("kind", method());
        }
        Map<String, Object> values = new HashMap<>();
        values.put("kind", method());
        values.put(kind.first, first);
        values.put(kind.second, second);
        if (isBinary()) {
            values.put(QUANTIZATION, BINARY);
        }
        return Metadata.of(values);
    }

    static VectorIndex of(Metadata metadata) {
        Kind kind = Kind.valueOf(String.valueOf(metadata.value("kind")).toUpperCase(Locale.ROOT));
        Precision precision = BINARY.equals(metadata.value(QUANTIZATION)) ? Precision.BINARY : Precision.FULL;
        return new VectorIndex(
                kind, precision, number(metadata.value(kind.first)), number(metadata.value(kind.second)));
    }

    private static int number(@Nullable Object value) {
        return value instanceof Long number ? Math.toIntExact(number) : 0;
    }

    private static int between(int value, int least, int most, String name) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(name + " must be between " + least + " and " + most + ", was " + value);
        }
        return value;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof VectorIndex that
                && kind == that.kind
                && precision == that.precision
                && first == that.first
                && second == that.second;
    }

    @Override
    public int hashCode() {
        return Objects.hash(kind, precision, first, second);
    }

    /**
     * Shows the kind and its parameters, such as {@code hnsw (m = 16, ef_construction = 64)} or {@code binary quantized hnsw (m =
     * 16, ef_construction = 64)}.
     */
    @Override
    public String toString() {
        if (kind == Kind.NONE) {
            return "none";
        }
        return (isBinary() ? "binary quantized " : "") + method() + " (" + parameters() + ")";
    }
}
