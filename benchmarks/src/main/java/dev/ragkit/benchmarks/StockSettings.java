package dev.ragkit.benchmarks;

import dev.ragkit.SearchOptions;
import dev.ragkit.pgvector.TestPostgres;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * Searches on a server as it comes, through a pool as a host has it: the library, the statement written by hand without any
 * setting, and the same with its settings made at connect. Shows who used the index, and what was left on the pool.
 */
final class StockSettings {
    private static final Duration TIME = Duration.ofSeconds(12);
    private static final int DIMENSIONS = 1_536;
    private static final int[] ROWS = {20_000, 10_000};
    private static final int[] QUICK_ROWS = {10_000};
    private static final int LIMIT = 10;
    private static final int JUDGED = 50;

    private static final String SETTINGS = "SELECT name || '=' || setting FROM pg_settings ORDER BY name";
    private static final String INDEX_SCANS =
            "SELECT idx_scan FROM pg_stat_user_indexes WHERE indexrelname = 'bench_chunk_vector'";

    private StockSettings() {}

    static void run(Arguments arguments) {
        TestPostgres server = TestPostgres.shared();
        Results results = Results.start(
                "stock",
                Machine.about(server, arguments),
                "rows",
                "contender",
                "p50 us",
                "p95 us",
                "ratio to RagKit",
                "bytes",
                "recall",
                "index scans in " + JUDGED + " searches",
                "settings left behind");
        for (int rows : arguments.quick() ? QUICK_ROWS : ROWS) {
            try (SearchTable table = SearchTable.load(server, new ClusteredCorpus(rows, DIMENSIONS))) {
                measure(table, results, arguments.time(TIME));
            }
        }
        results.write(arguments.out());
    }

    private static void measure(SearchTable table, Results results, Duration time) {
        FloorPlans plans = new FloorPlans(table);
        List<Contender> contenders = List.of(
                new RagKit(table, SearchOptions.ofLimit(LIMIT)),
                plans.nearest("by hand; no settings", LIMIT, Map.of()),
                plans.nearest("by hand; settings at connect", LIMIT, FloorPlans.settings(40)));
        Truth truth = Truth.of(table.corpus(), JUDGED, LIMIT, row -> true);
        List<String> before = SearchTable.texts(table.pool(), SETTINGS);
        List<Duel.Figures> figures = new Duel(1, time, table.corpus().queries()).run(contenders);
        for (int i = 0; i < contenders.size(); i++) {
            long scans = indexScans(table);
            double recall = Judged.of(contenders.get(i), truth, LIMIT).recall();
            Duel.Figures each = figures.get(i);
            results.add(
                    table.corpus().rows(),
                    each.name(),
                    each.p50(),
                    each.p95(),
                    Results.ratio(each.ratioTo(figures.get(0))),
                    each.bytes(),
                    Results.share(recall),
                    indexScans(table) - scans,
                    i == 0 ? leftBehind(table, before) : "-");
        }
    }

    /** What a session has counted reaches the others a moment after it ended, so the pool's are ended first. */
    private static long indexScans(SearchTable table) {
        table.pool().getHikariPoolMXBean().softEvictConnections();
        SearchTable.texts(table.pool(), "SELECT pg_sleep(1)");
        return Long.parseLong(SearchTable.texts(table.pool(), INDEX_SCANS).get(0));
    }

    private static int leftBehind(SearchTable table, List<String> before) {
        List<String> after = SearchTable.texts(table.pool(), SETTINGS);
        return (int) after.stream().filter(setting -> !before.contains(setting)).count();
    }
}
