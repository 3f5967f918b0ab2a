package dev.ragkit.pgvector;

import dev.ragkit.Metadata;

/**
 * How a collection keeps its tenants apart, decided when its tables are made.
 *
 * @param wall what stands between them
 * @param partitions into how many the rows of chunks and documents go by tenant; 0 for tables of one piece
 */
record Tenancy(Wall wall, int partitions) {
    /** The setting of a transaction that names the tenant to the policies. */
    static final String SETTING = "rag.tenant";

    /** The policy on each table. */
    static final String POLICY = "rag_tenant";

    /** As PostgreSQL prints it back. */
    static final String POLICY_CONDITION = "(tenant = current_setting('" + SETTING + "'::text))";

    private static final int MIN_PARTITIONS = 2;
    private static final int MAX_PARTITIONS = 256;

    private static final String WALL = "wall";
    private static final String PARTITIONS = "partitions";

    /** What keeps a statement from the rows of other tenants. */
    enum Wall {
        /** The condition on the tenant in each statement. */
        PREDICATE,
        /** That, and policies of the database that no statement can leave out. */
        ROW_LEVEL_SECURITY
    }

    static int requirePartitions(int partitions) {
        if (partitions < MIN_PARTITIONS || partitions > MAX_PARTITIONS) {
            throw new IllegalArgumentException("the number of partitions must be between " + MIN_PARTITIONS + " and "
                    + MAX_PARTITIONS + ", was " + partitions);
        }
        return partitions;
    }

    boolean isStrict() {
        return wall == Wall.ROW_LEVEL_SECURITY;
    }

    boolean isPartitioned() {
        return partitions > 0;
    }

    Metadata toMetadata() {
        return Metadata.of(WALL, wall.name()).with(PARTITIONS, partitions);
    }

    static Tenancy of(Metadata row) {
        Wall wall = Wall.valueOf(String.valueOf(row.value(WALL)));
        return new Tenancy(wall, row.value(PARTITIONS) instanceof Long number ? Math.toIntExact(number) : 0);
    }

    /** For messages. */
    @Override
    public String toString() {
        return (isStrict() ? "row level security" : "no row level security")
                + (isPartitioned() ? ", " + partitions + " partitions" : ", no partitions");
    }
}
