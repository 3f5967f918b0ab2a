package dev.ragkit.pgvector;

import dev.ragkit.StoreException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Savepoint;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Makes the indexes of a collection what they are to be, beside readers and writers. It looks what is there and settles what can
 * be settled by names, in a short transaction under the table's own lock; builds what is missing, each index under a name of its
 * own and outside a transaction; and looks again, until nothing is missing. Where it is broken off, the next one finds what is
 * there and goes on. It uses one connection at a time and leaves nothing on it. For one use.
 */
final class IndexBuild {
    /** One goes by for each failure that can be worked around, and one for each process that is in the way. */
    private static final int MOST_LOOKS = 8;

    private static final int POLL_MILLIS = 100;
    private static final int VACUUM_MILLIS = 5_000;

    private static final String DEADLOCK = "40P01";

    /** A lock that was not free, not to be had in time, or one of a circle. */
    private static final Set<String> BUSY = Set.of("55P03", DEADLOCK);

    private final Session session;
    private final Tables tables;
    private final Definition definition;
    private final Set<String> built = new LinkedHashSet<>();
    private final Set<String> notes = new LinkedHashSet<>();
    private boolean sharedMemoryIsShort;

    IndexBuild(Session session, Tables tables, Definition definition) {
        this.session = session;
        this.tables = tables;
        this.definition = definition;
    }

    /** How many processes of the server may build an index. */
    enum Processes {
        ANY,
        ONE
    }

    /** What is to be done after a look; nothing yet where somebody else is at work. */
    private record Look(boolean isBusy, Ddl ddl, List<String> unwanted, List<ChunkIndex> missing) {}

    IndexReport run() {
        int looks = 0;
        while (looks < MOST_LOOKS) {
            awaitOthers();
            Look look = look();
            if (look.isBusy()) {
                continue;
            }
            looks++;
            for (ChunkIndex index : look.missing()) {
                alone("building the index " + index.name(), index.createConcurrently());
            }
            if (look.missing().isEmpty()) {
                for (String name : look.unwanted()) {
                    alone("dropping an index that was replaced", look.ddl().dropIndexConcurrently(name));
                }
                return new IndexReport(List.copyOf(built), List.copyOf(notes));
            }
        }
        throw new StoreException("building the indexes of " + tables.where() + " came to no end, for what was built was"
                + " gone again: let no other process exchange or drop these indexes, then call buildIndex again");
    }

    /** Asks in transactions that write nothing: each that writes uses up a number, of which a server has so many. */
    private void awaitOthers() {
        while (!session.read(
                "waiting for whoever builds",
                connection -> Session.inTransaction(connection, () -> isNobodyBuilding(connection)))) {
            pause();
        }
    }

    private boolean isNobodyBuilding(Connection connection) throws SQLException {
        Catalogue catalogue = new Catalogue(connection, tables);
        catalogue.requirePrimary();
        boolean free = isLocked(connection, new Ddl(tables, definition, catalogue.extension()));
        connection.commit();
        return free;
    }

    /** An interrupt is seen by the next look. */
    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Look look() {
        try {
            return session.write("looking at the indexes", connection -> Silence.during(connection, this::look));
        } catch (StoreException failure) {
            if (!isLeftToOneProcess(failure)) {
                throw failure;
            }
            return look();
        }
    }

    private Look look(Connection connection) throws SQLException {
        Catalogue catalogue = new Catalogue(connection, tables);
        Extension extension = catalogue.extension();
        Ddl ddl = new Ddl(tables, definition, extension);
        if (!isLocked(connection, ddl)) {
            return new Look(true, ddl, List.of(), List.of());
        }
        Registry registry = new Registry(tables);
        Definition held = registry.find(connection).orElseThrow(() -> catalogue.notThere("there is nothing to index"));
        IndexSettlement settlement = settle(connection, ddl, held);
        finish(connection, ddl, extension, settlement);
        String vector = tables.indexName("vector");
        if (settlement.missing.stream().noneMatch(index -> index.name().equals(vector))) {
            registry.put(connection, definition);
            if (!held.rangeKeys().equals(definition.rangeKeys())) {
                for (String statement : ddl.createEstimates()) {
                    Catalogue.run(connection, statement);
                }
            }
        }
        if (settlement.missing.isEmpty()) {
            Catalogue.run(connection, ddl.analyze());
        }
        built.addAll(settlement.placed);
        noteVersion(extension);
        return new Look(false, ddl, List.copyOf(settlement.unwanted), List.copyOf(settlement.missing));
    }

    /**
     * The lock is the one that CREATE INDEX CONCURRENTLY holds while it runs, so whoever has it knows that nobody builds. It must
     * not be waited for: a transaction that waits can have a snapshot, for which the build waits in turn, and the server ends
     * one of the two. Only a vacuum of the server's own is waited for, since it gives way to whoever waits.
     */
    private boolean isLocked(Connection connection, Ddl ddl) throws SQLException {
        boolean vacuumed = new ChunkTable(connection, tables).isLockedByServerAlone();
        Savepoint before = connection.setSavepoint("rag_look");
        try {
            if (vacuumed) {
                Catalogue.run(connection, "SELECT set_config('lock_timeout', '" + VACUUM_MILLIS + "', true)");
            }
            Catalogue.run(connection, vacuumed ? ddl.lockChunks() : ddl.lockChunks() + " NOWAIT");
            return true;
        } catch (SQLException e) {
            if (!BUSY.contains(SqlErrors.state(e))) {
                throw e;
            }
            connection.rollback(before);
            return false;
        }
    }

    private void finish(Connection connection, Ddl ddl, Extension extension, IndexSettlement settlement)
            throws SQLException {
        Processes processes =
                extension.buildsInParallelSafely() && !sharedMemoryIsShort ? Processes.ANY : Processes.ONE;
        if (new ChunkTable(connection, tables).isPartitioned()) {
            settlement.finishInPlace(processes);
            return;
        }
        // A parameter of the table, as a setting of the session would stay on the connection; and wherever a name
        // changed, since it also makes other sessions plan anew, to whom an index that only got its name would not be
        // there.
        boolean limited = processes == Processes.ONE && !settlement.missing.isEmpty();
        if (limited) {
            Catalogue.run(connection, ddl.buildWithOneProcess());
        } else if (!settlement.isInOrder()) {
            Catalogue.run(connection, ddl.buildWithAnyProcesses());
        }
    }

    private IndexSettlement settle(Connection connection, Ddl ddl, Definition held) throws SQLException {
        IndexSettlement settlement = new IndexSettlement(connection, tables, ddl);
        for (ChunkIndex index : ddl.filterIndexes()) {
            settlement.settle(index);
        }
        for (String key : held.rangeKeys()) {
            if (!definition.rangeKeys().contains(key)) {
                settlement.remove(tables.rangeIndexName(key));
            }
        }
        if (definition.index().kind() == VectorIndex.Kind.NONE) {
            settlement.remove(tables.indexName("vector"));
        } else if (held.index().equals(definition.index())) {
            settlement.settle(ddl.vectorIndex());
        } else {
            settlement.replace(ddl.vectorIndex());
        }
        settlement.sweep();
        boolean learns = definition.index().kind() == VectorIndex.Kind.IVFFLAT;
        if (learns && settlement.missing.contains(ddl.vectorIndex()) && !ddl.hasRows(connection)) {
            throw new StoreException(
                    tables.where() + " has no rows from which an IVFFlat index could learn its lists: load"
                            + " documents first, then build the index");
        }
        return settlement;
    }

    private void noteVersion(Extension extension) {
        if (definition.index().kind() != VectorIndex.Kind.HNSW || extension.keepsHnswWell()) {
            return;
        }
        String note = "pgvector " + extension.version()
                + " has known faults in keeping up an HNSW index, which 0.8.4 mends: install"
                + " that, run ALTER EXTENSION vector UPDATE, and REINDEX";
        notes.add(
                extension.buildsInParallelSafely()
                        ? note
                        : note + "; before 0.8.2 indexes are built by one process, as more of them could write"
                                + " outside their memory (CVE-2026-3172)");
    }

    /** Runs a statement that cannot stand in a transaction. */
    private void alone(String doing, String text) {
        session.read(doing, connection -> {
            try (Transaction none = Transaction.none(connection)) {
                return none.run(same -> Silence.during(same, silent -> execute(silent, text)));
            }
        });
    }

    /** Whether it is done, or left to the next look. */
    private boolean execute(Connection connection, String text) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(text)) {
            statement.execute();
            noteMemory(statement.getWarnings());
            return true;
        } catch (SQLException e) {
            // By a deadlock two came past the look at the same moment; the next look finds what is left to do.
            if (!SqlErrors.state(e).equals(DEADLOCK) && !isLeftToOneProcess(e)) {
                throw e;
            }
            return false;
        }
    }

    /** Whether a build failed that one process can do. */
    private boolean isLeftToOneProcess(Exception failure) {
        if (sharedMemoryIsShort || !SqlErrors.isSharedMemoryShort(failure)) {
            return false;
        }
        sharedMemoryIsShort = true;
        notes.add("the server's shared memory is too small for several processes to build an index, so one did:"
                + " enlarge /dev/shm (docker run --shm-size) beyond maintenance_work_mem, or lower that");
        return true;
    }

    /** The name of a setting stands in the message in every language. */
    private void noteMemory(@Nullable SQLWarning first) {
        for (SQLWarning at = first; at != null; at = at.getNextWarning()) {
            if (String.valueOf(at.getMessage()).contains("maintenance_work_mem")) {
                notes.add("the graph outgrew maintenance_work_mem and the rest of it was built slowly: raise that for"
                        + " the role that builds, such as ALTER ROLE name SET maintenance_work_mem = '2GB'");
            }
        }
    }
}
