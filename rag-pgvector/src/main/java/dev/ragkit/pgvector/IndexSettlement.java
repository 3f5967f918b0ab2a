package dev.ragkit.pgvector;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The indexes that are there, put in order as far as new names can do it, which neither readers nor writers notice: what was
 * built takes the place of what it is for, and what is no longer wanted gets a name that says so. Runs in a transaction that
 * holds the table's lock. For one use.
 */
final class IndexSettlement {
    private final Connection connection;
    private final Tables tables;
    private final Ddl ddl;
    private final Map<String, ChunkTable.Index> there;

    /** Names of indexes to drop. */
    final List<String> unwanted = new ArrayList<>();

    /** Names of indexes that took their place now. */
    final List<String> placed = new ArrayList<>();

    /** What is still to be built. */
    final List<ChunkIndex> missing = new ArrayList<>();

    IndexSettlement(Connection connection, Tables tables, Ddl ddl) throws SQLException {
        this.connection = connection;
        this.tables = tables;
        this.ddl = ddl;
        there = new ChunkTable(connection, tables).indexes();
    }

    /** Sees to an index whose definition never changes. */
    void settle(ChunkIndex wanted) throws SQLException {
        if (!isUsable(there.get(wanted.name()))) {
            replace(wanted);
        }
    }

    /** Sees to an index in whose place there may be one of another definition: that one serves until the new one is built. */
    void replace(ChunkIndex wanted) throws SQLException {
        ChunkTable.@Nullable Index live = there.get(wanted.name());
        ChunkTable.@Nullable Index next = there.get(wanted.nextName());
        boolean ready = isUsable(next);
        if (live != null && (ready || !live.isUsable())) {
            retire(live);
        }
        if (next != null && ready) {
            Catalogue.run(connection, ddl.renameIndex(next.name(), wanted.name()));
            there.remove(next.name());
            placed.add(wanted.name());
        } else {
            missing.add(wanted);
        }
    }

    /** Sees to it that there is no such index. */
    void remove(String name) throws SQLException {
        ChunkTable.@Nullable Index live = there.get(name);
        if (live != null) {
            retire(live);
        }
    }

    /** Retires what broken builds and removals left behind. */
    void sweep() throws SQLException {
        for (ChunkTable.Index index : List.copyOf(there.values())) {
            if (ChunkIndex.isNext(tables, index.name())) {
                retire(index);
            } else if (ChunkIndex.isOld(tables, index.name())) {
                unwanted.add(index.name());
            }
        }
    }

    private static boolean isUsable(ChunkTable.@Nullable Index index) {
        return index != null && index.isUsable();
    }

    /** Whether there was nothing to do and is nothing left to do. */
    boolean isInOrder() {
        return unwanted.isEmpty() && placed.isEmpty() && missing.isEmpty();
    }

    private void retire(ChunkTable.Index index) throws SQLException {
        String name = ChunkIndex.oldName(tables, index.oid());
        Catalogue.run(connection, ddl.renameIndex(index.name(), name));
        there.remove(index.name());
        unwanted.add(name);
    }

    /** PostgreSQL does not build an index of a partitioned table beside writers, so there it is done here and now. */
    void finishInPlace(IndexBuild.Processes processes) throws SQLException {
        if (processes == IndexBuild.Processes.ONE) {
            Catalogue.run(connection, "SELECT set_config('max_parallel_maintenance_workers', '0', true)");
        }
        for (String name : unwanted) {
            Catalogue.run(connection, ddl.dropIndex(name));
        }
        for (ChunkIndex index : missing) {
            Catalogue.run(connection, ddl.dropIndex(index.name()));
            Catalogue.run(connection, index.create());
            placed.add(index.name());
        }
        unwanted.clear();
        missing.clear();
    }
}
