package dev.ragkit.pgvector;

import dev.ragkit.EmbeddingSpace;
import dev.ragkit.Metric;

/** What a collection is: decided when its tables are made, kept in the registry, the same for every store on it. */
record Definition(EmbeddingSpace space, Vectors vectors, String textSearch, Tenancy tenancy) {
    private static final String NOT_IN_WORDS = "<>&/@.-_:?=+%~#";

    /** With tenants in tables of one piece and no row level security. */
    Definition(EmbeddingSpace space, Vectors vectors, String textSearch) {
        this(space, vectors, textSearch, new Tenancy(Tenancy.Wall.PREDICATE, 0));
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
        return "to_tsvector('" + textSearch + "'::regconfig, translate(" + text + ", '" + NOT_IN_WORDS + "', '"
                + " ".repeat(NOT_IN_WORDS.length()) + "'))";
    }

    /** Refuses what the extension would refuse, or what an index could not find, while the caller can still change it. */
    void check() {
        int dimensions = space.dimensions();
        if (dimensions > VectorType.MAX_DIMENSIONS) {
            throw new IllegalArgumentException("pgvector keeps at most " + VectorType.MAX_DIMENSIONS
                    + " dimensions, the embedding space has " + dimensions + ": use a model with fewer");
        }
        if (index().kind() == VectorIndex.Kind.NONE) {
            return;
        }
        if (dimensions > type().maxIndexed()) {
            throw new IllegalArgumentException("an index over " + type().sqlName() + " takes at most "
                    + type().maxIndexed() + " dimensions, the embedding space has " + dimensions + ": use "
                    + wayOut(dimensions));
        }
        if (metric() == Metric.INNER_PRODUCT && !space.isNormalized()) {
            throw new IllegalArgumentException("an index by inner product needs embeddings of length 1, and the space "
                    + space + " does not promise that: use Metric.COSINE, or VectorIndex.none()");
        }
    }

    private static String wayOut(int dimensions) {
        return dimensions <= VectorType.HALFVEC.maxIndexed()
                ? "VectorType.HALFVEC (at most " + VectorType.HALFVEC.maxIndexed() + "), or VectorIndex.none()"
                : "VectorIndex.none(), or a model with fewer dimensions";
    }
}
