package dev.ragkit.pgvector;

import dev.ragkit.pgvector.Finding.Kind;
import java.sql.SQLException;

/** Whether the index over the embeddings fits into the memory that there is for it. */
final class MemoryChecks {
    private static final String SIZES = """
            SELECT coalesce((SELECT sum(pg_relation_size(c.oid)) FROM pg_catalog.pg_class c
                    WHERE c.oid = to_regclass(?) OR c.oid IN (
                        SELECT h.inhrelid FROM pg_catalog.pg_inherits h WHERE h.inhparent = to_regclass(?))), 0)::bigint,
                pg_size_bytes(current_setting('shared_buffers')),
                pg_size_bytes(current_setting('effective_cache_size')),
                pg_size_bytes(current_setting('maintenance_work_mem'))""";

    private MemoryChecks() {}

    /** In bytes. */
    private record Sizes(long index, long buffers, long cache, long maintenance) {}

    static void examine(Checkup checkup) throws SQLException {
        String index = checkup.tables().vectorIndex();
        Sizes sizes = checkup.one(
                SIZES, row -> new Sizes(row.getLong(1), row.getLong(2), row.getLong(3), row.getLong(4)), index, index);
        String what = "the index " + index + " takes " + Checkup.megabytes(sizes.index);
        searches(checkup, sizes, what);
        builds(checkup, sizes, what);
    }

    private static void searches(Checkup checkup, Sizes sizes, String what) {
        if (sizes.index > sizes.cache) {
            checkup.add(
                    Kind.INDEX_LARGER_THAN_CACHE,
                    what + ", effective_cache_size is " + Checkup.megabytes(sizes.cache),
                    "A search jumps to and fro in the index; what is not in memory is read from the disk. Give the server more"
                            + " memory, keep halves of the components (VectorType.HALFVEC), or, if the memory is there, say so;"
                            + " that takes a superuser.",
                    "ALTER SYSTEM SET effective_cache_size = '" + Checkup.megabytes(2 * sizes.index) + "'",
                    "SELECT pg_reload_conf()");
        } else if (sizes.index > sizes.buffers) {
            checkup.add(
                    Kind.INDEX_LARGER_THAN_BUFFERS,
                    what + ", shared_buffers is " + Checkup.megabytes(sizes.buffers),
                    "A search copies pages from the system's cache that could lie in the server's own. This takes a superuser,"
                            + " a restart of the server, and a machine with four times that memory.",
                    "ALTER SYSTEM SET shared_buffers = '" + Checkup.megabytes(sizes.index + sizes.index / 2) + "'");
        }
    }

    private static void builds(Checkup checkup, Sizes sizes, String what) throws SQLException {
        if (sizes.index > sizes.maintenance && checkup.isHnsw()) {
            checkup.add(
                    Kind.MAINTENANCE_MEMORY_SMALL,
                    what + ", maintenance_work_mem is " + Checkup.megabytes(sizes.maintenance),
                    "A build of the index that does not fit goes on row by row on the disk, which takes several times as long."
                            + " Parallel builds take this memory from /dev/shm. It holds for new sessions of this role.",
                    "ALTER ROLE " + checkup.role() + " IN DATABASE " + checkup.database()
                            + " SET maintenance_work_mem = '" + Checkup.megabytes(sizes.index + sizes.index / 2) + "'");
        }
    }
}
