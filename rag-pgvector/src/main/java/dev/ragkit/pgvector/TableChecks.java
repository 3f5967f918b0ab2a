package dev.ragkit.pgvector;

import dev.ragkit.pgvector.Finding.Kind;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** The rows of the table of chunks, as the statistics have them. */
final class TableChecks {
    private static final long MANY_DEAD = 1_000;
    private static final double LARGE_SHARE = 0.2;
    private static final long WORTH_ANALYSING = 1_000;

    private static final String TABLE = """
            SELECT greatest(c.reltuples, s.n_live_tup, 0)::bigint, s.n_dead_tup,
                to_char(greatest(s.last_vacuum, s.last_autovacuum), 'YYYY-MM-DD HH24:MI'),
                s.last_analyze IS NULL AND s.last_autoanalyze IS NULL AND c.reltuples < 0,
                current_setting('autovacuum') = 'off',
                coalesce('autovacuum_enabled=false' = ANY (c.reloptions), false)
                    OR coalesce('autovacuum_enabled=off' = ANY (c.reloptions), false)
            FROM pg_catalog.pg_class c JOIN pg_catalog.pg_stat_all_tables s ON s.relid = c.oid
            WHERE c.oid = to_regclass(?)""";

    private TableChecks() {}

    /** What the catalogue says of the table. */
    private record Table(long rows, long dead, @Nullable String vacuumed, boolean unknown, Off off) {
        static Table of(ResultSet row) throws SQLException {
            return new Table(
                    row.getLong(1),
                    row.getLong(2),
                    row.getString(3),
                    row.getBoolean(4),
                    new Off(row.getBoolean(5), row.getBoolean(6)));
        }
    }

    /** Where autovacuum is switched off. */
    private record Off(boolean server, boolean table) {}

    static void examine(Checkup checkup) throws SQLException {
        String chunk = checkup.tables().chunk();
        for (Table table : checkup.list(TABLE, Table::of, chunk)) {
            dead(checkup, chunk, table);
            unknown(checkup, chunk, table);
            autovacuum(checkup, chunk, table.off);
        }
    }

    private static void dead(Checkup checkup, String chunk, Table table) {
        long all = Math.max(1, table.rows + table.dead);
        if (table.dead < MANY_DEAD || table.dead < LARGE_SHARE * all) {
            return;
        }
        checkup.add(
                Kind.DEAD_ROWS,
                table.dead + " rows of " + chunk + " are dead, " + 100 * table.dead / all + " % of all; last VACUUM: "
                        + (table.vacuumed == null ? "never" : table.vacuumed),
                "A search walks past dead rows in the index and finds fewer or takes longer. Where it comes back, let autovacuum"
                        + " come sooner (autovacuum_vacuum_scale_factor), and look for transactions that stay open for long.",
                "VACUUM (ANALYZE) " + chunk);
    }

    private static void unknown(Checkup checkup, String chunk, Table table) {
        if (table.unknown && table.rows >= WORTH_ANALYSING) {
            checkup.add(
                    Kind.NEVER_ANALYSED,
                    chunk + " was never analysed and has about " + table.rows + " rows",
                    "Without statistics a search with a filter cannot tell whether few or many chunks match, and may take the"
                            + " slower way.",
                    "ANALYZE " + chunk);
        }
    }

    private static void autovacuum(Checkup checkup, String chunk, Off off) {
        String why = "Dead rows stay in the table and in its indexes, and the statistics grow old.";
        if (off.table) {
            checkup.add(
                    Kind.AUTOVACUUM_OFF,
                    "autovacuum is switched off for " + chunk,
                    why,
                    "ALTER TABLE " + chunk + " RESET (autovacuum_enabled)");
        }
        if (off.server) {
            checkup.add(
                    Kind.AUTOVACUUM_OFF,
                    "autovacuum is switched off for the whole server",
                    why + " It takes a superuser to switch it on.",
                    "ALTER SYSTEM SET autovacuum = on",
                    "SELECT pg_reload_conf()");
        }
    }
}
