package dev.ragkit.pgvector;

import dev.ragkit.pgvector.Finding.Kind;
import java.sql.SQLException;

/** Known faults of versions of pgvector, from its change log. */
final class ExtensionChecks {
    private static final String UPDATE = "ALTER EXTENSION vector UPDATE";

    private static final String AVAILABLE = """
            SELECT coalesce((SELECT default_version FROM pg_catalog.pg_available_extensions WHERE name = 'vector'), '')""";

    private ExtensionChecks() {}

    static void examine(Checkup checkup) throws SQLException {
        Extension installed = checkup.extension();
        Extension available = new Extension("", checkup.one(AVAILABLE, row -> row.getString(1)));
        if (checkup.isHnsw()) {
            examineHnsw(checkup, installed, available);
        }
        if (checkup.definition().index().kind() == VectorIndex.Kind.IVFFLAT && !installed.isAtLeast(0, 8, 7)) {
            checkup.add(
                    Kind.EXTENSION_VULNERABLE,
                    what(installed),
                    "Before 0.8.7 building an IVFFlat index could write outside its memory. " + how(available, 0, 8, 7),
                    UPDATE);
        }
        if (!installed.scansIteratively()) {
            checkup.add(
                    Kind.EXTENSION_WITHOUT_ITERATION,
                    what(installed),
                    "Before 0.8.0 a scan of the index ends after hnsw.ef_search or ivfflat.probes, however few rows pass the"
                            + " filter, and the store has to look at each row after it. " + how(available, 0, 8, 0),
                    UPDATE);
        }
    }

    private static void examineHnsw(Checkup checkup, Extension installed, Extension available) {
        if (installed.isAtLeast(0, 6, 0) && !installed.buildsInParallelSafely()) {
            checkup.add(
                    Kind.EXTENSION_VULNERABLE,
                    what(installed),
                    "From 0.6.0 and before 0.8.2 a parallel build of an HNSW index can read and write outside its memory"
                            + " (CVE-2026-3172). PgVectorSchema builds without parallel workers there; other tools do not. "
                            + how(available, 0, 8, 2),
                    UPDATE);
        }
        if (!installed.isAtLeast(0, 8, 4)) {
            checkup.add(
                    Kind.EXTENSION_FAULTY,
                    what(installed),
                    "Before 0.8.3 VACUUM beside many inserts could corrupt an HNSW index, and before 0.8.4 it could end with"
                            + " \"hnsw graph not repaired\". Build the index again after the update if that may have happened. "
                            + how(available, 0, 8, 4),
                    UPDATE);
        }
    }

    private static String what(Extension installed) {
        return "the extension vector is at version " + installed.version() + " in this database";
    }

    private static String how(Extension available, int major, int minor, int patch) {
        return available.isAtLeast(major, minor, patch)
                ? "The server has " + available.version() + " ready."
                : "The server has only " + (available.version().isEmpty() ? "an unknown version" : available.version())
                        + ": install a newer pgvector on it first.";
    }
}
