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
    private static final String UNVACUUMED =
            "Dead rows stay in the table and in its indexes, and the statistics grow old.";

    /** Each table that has rows: that of the chunks, or its partitions. */
    private static final String TABLES = """
            SELECT n.nspname, c.relname, greatest(c.reltuples, s.n_live_tup, 0)::bigint, s.n_dead_tup,
                to_char(greatest(s.last_vacuum, s.last_autovacuum), 'YYYY-MM-DD HH24:MI'),
                s.last_analyze IS NULL AND s.last_autoanalyze IS NULL AND c.reltuples < 0,
                EXISTS (SELECT FROM unnest(c.reloptions) o
                    WHERE o IN ('autovacuum_enabled=false', 'autovacuum_enabled=off'))
            FROM pg_catalog.pg_class c
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            JOIN pg_catalog.pg_stat_all_tables s ON s.relid = c.oid
            WHERE c.relkind = 'r' AND (c.oid = to_regclass(?)
                OR c.oid IN (SELECT h.inhrelid FROM pg_catalog.pg_inherits h WHERE h.inhparent = to_regclass(?)))
            ORDER BY c.relname""";

    private TableChecks() {}

    /** What the catalogue says of a table. */
    private record Table(String name, Rows rows, boolean unanalysed, boolean unvacuumed) {
        static Table of(ResultSet row) throws SQLException {
            return new Table(
                    Tables.quoted(row.getString(1)) + "." + Tables.quoted(row.getString(2)),
                    new Rows(row.getLong(3), row.getLong(4), row.getString(5)),
                    row.getBoolean(6),
                    row.getBoolean(7));
        }
    }

    /** How many there are about, how many are dead, and when those were last cleared away. */
    private record Rows(long all, long dead, @Nullable String vacuumed) {}

    static void examine(Checkup checkup) throws SQLException {
        String chunk = checkup.tables().chunk();
        for (Table table : checkup.list(TABLES, Table::of, chunk, chunk)) {
            dead(checkup, table.name, table.rows);
            if (table.unanalysed && table.rows.all >= WORTH_ANALYSING) {
                unanalysed(checkup, table);
            }
            if (table.unvacuumed) {
                checkup.add(
                        Kind.AUTOVACUUM_OFF,
                        "autovacuum is switched off for " + table.name,
                        UNVACUUMED,
                        "ALTER TABLE " + table.name + " RESET (autovacuum_enabled)");
            }
        }
        if (checkup.one("SELECT current_setting('autovacuum') = 'off'", row -> row.getBoolean(1))) {
            checkup.add(
                    Kind.AUTOVACUUM_OFF,
                    "autovacuum is switched off for the whole server",
                    UNVACUUMED + " It takes a superuser to switch it on.",
                    "ALTER SYSTEM SET autovacuum = on",
                    "SELECT pg_reload_conf()");
        }
    }

    private static void dead(Checkup checkup, String table, Rows rows) {
        long all = Math.max(1, rows.all + rows.dead);
        if (rows.dead < MANY_DEAD || rows.dead < LARGE_SHARE * all) {
            return;
        }
        checkup.add(
                Kind.DEAD_ROWS,
                rows.dead + " rows of " + table + " are dead, " + 100 * rows.dead / all + " % of all; last VACUUM: "
                        + (rows.vacuumed == null ? "never" : rows.vacuumed),
                "A search walks past dead rows in the index and finds fewer or takes longer. Where it comes back, let autovacuum"
                        + " come sooner (autovacuum_vacuum_scale_factor), and look for transactions that stay open for long.",
                "VACUUM (ANALYZE) " + table);
    }

    private static void unanalysed(Checkup checkup, Table table) {
        checkup.add(
                Kind.NEVER_ANALYSED,
                table.name + " was never analysed and has about " + table.rows.all + " rows",
                "Without statistics a search with a filter cannot tell whether few or many chunks match, and may take the slower"
                        + " way.",
                "ANALYZE " + table.name);
    }
}
