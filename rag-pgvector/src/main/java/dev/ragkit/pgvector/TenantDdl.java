package dev.ragkit.pgvector;

import java.util.ArrayList;
import java.util.List;

/** The statements that keep tenants apart: partitions by tenant, and policies. */
final class TenantDdl {
    private final Tables tables;
    private final Tenancy tenancy;

    TenantDdl(Tables tables, Tenancy tenancy) {
        this.tables = tables;
        this.tenancy = tenancy;
    }

    /** What stands after the columns of a table whose rows go by tenant. */
    String partitioning() {
        return tenancy.isPartitioned() ? " PARTITION BY HASH (tenant)" : "";
    }

    /** How many rows an index has: of the table t, or of one of its partitions, which share them about equally. */
    String rowsInReach() {
        return tenancy.isPartitioned() ? ROWS_OF_A_PARTITION : "t.reltuples";
    }

    List<String> documentPartitions() {
        return partitions(tables.document(), Tables.DOCUMENT);
    }

    List<String> chunkPartitions() {
        return partitions(tables.chunk(), Tables.CHUNK);
    }

    private List<String> partitions(String parent, String kind) {
        List<String> statements = new ArrayList<>();
        for (int i = 0; i < tenancy.partitions(); i++) {
            statements.add("CREATE TABLE IF NOT EXISTS " + tables.partition(kind, i) + " PARTITION OF " + parent
                    + "\n    FOR VALUES WITH (MODULUS " + tenancy.partitions() + ", REMAINDER " + i + ")");
        }
        return statements;
    }

    /**
     * Rows are reached through a table with a policy or not at all: a partition has row level security and no policy, so nobody
     * finds anything there, and what goes through its table is checked there.
     */
    List<String> policies() {
        if (!tenancy.isStrict()) {
            return List.of();
        }
        List<String> statements = new ArrayList<>();
        for (String table : List.of(tables.document(), tables.chunk(), tables.term(), tables.stats())) {
            statements.add(force(table));
            statements.add("DROP POLICY IF EXISTS " + Tenancy.POLICY + " ON " + table);
            statements.add("CREATE POLICY " + Tenancy.POLICY + " ON " + table + "\n    USING " + CONDITION
                    + "\n    WITH CHECK " + CONDITION);
        }
        for (int i = 0; i < tenancy.partitions(); i++) {
            statements.add(force(tables.partition(Tables.DOCUMENT, i)));
            statements.add(force(tables.partition(Tables.CHUNK, i)));
        }
        return statements;
    }

    private static String force(String table) {
        return "ALTER TABLE " + table + " ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY";
    }

    private static final String ROWS_OF_A_PARTITION = """
            (
                            SELECT pg_catalog.avg(greatest(p.reltuples, 0)) FROM pg_catalog.pg_inherits i
                            JOIN pg_catalog.pg_class p ON p.oid OPERATOR(pg_catalog.=) i.inhrelid
                            WHERE i.inhparent OPERATOR(pg_catalog.=) t.oid)""";

    private static final String CONDITION = "(tenant = pg_catalog.current_setting('" + Tenancy.SETTING + "'))";
}
