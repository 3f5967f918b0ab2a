package dev.ragkit.pgvector;

import dev.ragkit.EmbeddingSpace;
import dev.ragkit.Metric;
import java.util.List;
import java.util.regex.Pattern;

/** What a collection is: decided when its tables are made, kept in the registry, the same for every store on it. */
record Definition(EmbeddingSpace space, Vectors vectors, Lookup lookup, Tenancy tenancy) {
    private static final String NOT_IN_WORDS = "<>&/@.-_:?=+%~#";

    /** With tenants in tables of one piece, no row level security, and no index over numbers. */
    Definition(EmbeddingSpace space, Vectors vectors, String textSearch) {
        this(space, vectors, new Lookup(textSearch, List.of()), new Tenancy(Tenancy.Wall.PREDICATE, 0));
    }

    /**
     * By what else chunks are found.
     *
     * @param textSearch the configuration that makes words of texts
     * @param rangeKeys the metadata keys whose numbers have an index
     */
    record Lookup(String textSearch, List<String> rangeKeys) {
        static final int MAX_RANGE_KEYS = 4;

        private static final Pattern RANGE_KEY = Pattern.compile("[A-Za-z_][A-Za-z0-9_.-]{0,62}");

        Lookup {
            rangeKeys = List.copyOf(rangeKeys);
        }

        static String requireRangeKey(String key) {
            if (!RANGE_KEY.matcher(key).matches()) {
                throw new IllegalArgumentException(
                        "a key with a range index must be 1 to 63 letters, digits and _.-, not"
                                + " beginning with a digit, was '" + key + "'");
            }
            return key;
        }

        /** The number under the key, for PostgreSQL; null where there is none. It knows an index by this very expression. */
        static String number(String metadata, String key) {
            String value = "(" + metadata + " -> '" + key + "')";
            return "(CASE WHEN jsonb_typeof" + value + " = 'number' THEN " + value + "::numeric END)";
        }
    }

    String textSearch() {
        return lookup.textSearch();
    }

    List<String> rangeKeys() {
        return lookup.rangeKeys();
    }

    /** How the embeddings are kept, compared and indexed. */
    record Vectors(Metric metric, VectorType type, VectorIndex index) {
        String operator() {
            return switch (metric) {
                case COSINE -> "<=>";
                case INNER_PRODUCT -> "<#>";
                case L2 -> "<->";
            };
        }

        String operatorClass() {
            return index.isBinary() ? "bit_hamming_ops" : operatorClassOfType();
        }

        private String operatorClassOfType() {
            return type.sqlName()
                    + switch (metric) {
                        case COSINE -> "_cosine_ops";
                        case INNER_PRODUCT -> "_ip_ops";
                        case L2 -> "_l2_ops";
                    };
        }

        /** What {@link Metric} says of two embeddings, from what the operator says. */
        double score(double distance) {
            return metric == Metric.COSINE ? 1 - distance : 0.0 - distance;
        }
    }

    Metric metric() {
        return vectors.metric();
    }

    VectorType type() {
        return vectors.type();
    }

    VectorIndex index() {
        return vectors.index();
    }

    /**
     * SQL for the words of a text. The parser of PostgreSQL makes one token of a tag, a path, an address or a number with its sign,
     * and drops tags; to it all that becomes words between spaces, in what is stored as in what is asked for.
     */
    String lexemesOf(String text) {
        return "to_tsvector('" + textSearch() + "'::regconfig, translate(" + text + ", '" + NOT_IN_WORDS + "', '"
                + " ".repeat(NOT_IN_WORDS.length()) + "'))";
    }

    /**
     * What the index is over: the embeddings of the column, or the signs of their components. Where CREATE INDEX and ORDER BY do
     * not say the same, the planner does not see the index.
     */
    String indexed(Extension extension, String column) {
        return index().isBinary()
                ? extension.function("binary_quantize") + "(" + column + ")::bit(" + space.dimensions() + ")"
                : column;
    }

    /**
     * What an index scan orders by.
     *
     * @param column the column of embeddings, as the statement names it
     * @param parameter the embedding asked for, with its type
     */
    String indexDistance(Extension extension, String column, String parameter) {
        return index().isBinary()
                ? indexed(extension, column) + " " + extension.operator("<~>") + " "
                        + extension.function("binary_quantize") + "(" + parameter + ")"
                : distance(extension, column, parameter);
    }

    /** The distance by the metric; what {@link Vectors#score} takes. */
    String distance(Extension extension, String column, String parameter) {
        return column + " " + extension.operator(vectors.operator()) + " " + parameter;
    }

    /** Whether the index orders by something coarser than the metric, so that its candidates are to be ranked anew. */
    boolean isRescored() {
        return index().isBinary();
    }

    /** Refuses what the extension would refuse, or what an index could not find, while the caller can still change it. */
    void check() {
        checkRangeKeys();
        int dimensions = space.dimensions();
        if (dimensions > VectorType.MAX_DIMENSIONS) {
            throw new IllegalArgumentException("pgvector keeps at most " + VectorType.MAX_DIMENSIONS
                    + " dimensions, the embedding space has " + dimensions + ": use a model with fewer");
        }
        if (index().kind() == VectorIndex.Kind.NONE) {
            return;
        }
        if (!index().isBinary() && dimensions > type().maxIndexed()) {
            throw new IllegalArgumentException("an index over " + type().sqlName() + " takes at most "
                    + type().maxIndexed() + " dimensions, the embedding space has " + dimensions + ": use "
                    + wayOut(dimensions));
        }
        if (!space.isNormalized()) {
            checkUnequalLengths();
        }
    }

    private void checkRangeKeys() {
        if (rangeKeys().size() > Lookup.MAX_RANGE_KEYS) {
            throw new IllegalArgumentException("a collection has at most " + Lookup.MAX_RANGE_KEYS
                    + " keys with a range index, " + rangeKeys().size() + " were given: leave out those that no search"
                    + " is filtered by");
        }
        if (tenancy.isStrict() && !rangeKeys().isEmpty()) {
            throw new IllegalArgumentException(
                    "under row level security PostgreSQL uses no index over metadata: leave out"
                            + " rangeIndex, or rowLevelSecurity");
        }
    }

    private static String wayOut(int dimensions) {
        String halfvec = dimensions <= VectorType.HALFVEC.maxIndexed()
                ? "VectorType.HALFVEC (at most " + VectorType.HALFVEC.maxIndexed() + "), "
                : "";
        return halfvec + "VectorIndex.hnsw().binaryQuantized() (at most " + VectorType.MAX_DIMENSIONS
                + "), or VectorIndex.none() (every search looks at each row)";
    }

    private void checkUnequalLengths() {
        if (metric() == Metric.INNER_PRODUCT) {
            throw new IllegalArgumentException("an index by inner product needs embeddings of length 1, and the space "
                    + space + " does not promise that: use Metric.COSINE, or VectorIndex.none()");
        }
        if (metric() == Metric.L2 && index().isBinary()) {
            throw new IllegalArgumentException("a binary quantized index sees directions and no lengths, and the space "
                    + space + " does not promise embeddings of length 1: use Metric.COSINE, or another index");
        }
    }
}
