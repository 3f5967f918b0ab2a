package dev.ragkit.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The ways to write a search by hand, and which of them is the best for a filter. */
final class FloorPlans {
    private static final int PROBES = 15;
    private static final double ROUNDING = 1e-9;
    private static final double NEAR = 1.5;
    private static final int FINALISTS = 3;
    private static final Duration FINAL = Duration.ofMillis(600);

    private static final String COLUMNS =
            "c.document_id, c.ordinal, c.start_offset, c.text, c.source, c.metadata, c.embedding <=> ? AS distance";

    private static final String NEAREST = """
            SELECT {columns}
            FROM {chunk} c WHERE c.tenant = 'default' {filter}
            ORDER BY distance LIMIT ?""";

    /** OFFSET 0 keeps the index over the embeddings out. */
    private static final String EXACT = """
            SELECT * FROM (SELECT {columns} FROM {chunk} c WHERE c.tenant = 'default' {filter} OFFSET 0) c
            ORDER BY distance LIMIT ?""";

    private static final String RELAXED = """
            WITH c AS MATERIALIZED (
                SELECT {columns} FROM {chunk} c WHERE c.tenant = 'default' {filter}
                ORDER BY distance LIMIT ?)
            SELECT * FROM c ORDER BY distance + 0""";

    /** For a client that cannot bind a vector: the vector comes from a table of queries. */
    private static final String NEAREST_OF_TABLE =
            NEAREST.replace("{columns}", COLUMNS.replace("?", "(SELECT v FROM bench_query WHERE id = ?)"));

    /** A candidate and its time, in microseconds. */
    private record Timed(Floor floor, double median) {}

    private final SearchTable table;

    FloorPlans(SearchTable table) {
        this.table = table;
    }

    /** What a session gets at connect: the planner told that random reads are cheap, and no compiler for a millisecond's work. */
    static Map<String, String> settings(int efSearch) {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("random_page_cost", "1.1");
        settings.put("jit", "off");
        settings.put("hnsw.ef_search", Integer.toString(efSearch));
        return settings;
    }

    private static String sql(String text, String filter) {
        return text.replace("{columns}", COLUMNS)
                .replace("{chunk}", SearchTable.CHUNK)
                .replace("{filter}", filter);
    }

    /** The search without a filter. */
    Floor nearest(String name, int limit, Map<String, String> settings) {
        return floor(name, settings, new Floor.Plan(sql(NEAREST, ""), true, List.of(), limit));
    }

    /** The search without a filter, the vector taken from the table {@code bench_query}. */
    Floor nearestOfTable(String name, int limit, Map<String, String> settings) {
        return floor(name, settings, new Floor.Plan(sql(NEAREST_OF_TABLE, ""), false, List.of(), limit));
    }

    private Floor floor(String name, Map<String, String> settings, Floor.Plan plan) {
        return new Floor(name, table.url(), settings, plan, table.corpus());
    }

    /**
     * The fastest way that finds as many rows as it should and no fewer of the right ones than {@code leastRecall}. All are
     * timed by some searches, then judged from the fastest on; those that come near the first good one run against each other.
     */
    Floor best(Selection selection, int limit, Truth truth, double leastRecall) {
        if (selection.conditions().isEmpty()) {
            return unfiltered(limit, truth, leastRecall);
        }
        List<Timed> candidates = candidates(selection, limit).stream()
                .map(candidate -> new Timed(candidate, median(candidate)))
                .sorted(Comparator.comparing(Timed::median))
                .toList();
        List<Contender> good = new ArrayList<>();
        double slowest = Double.POSITIVE_INFINITY;
        for (Timed candidate : candidates) {
            if (candidate.median() > slowest || good.size() == FINALISTS) {
                break;
            }
            Judged judged = Judged.of(candidate.floor(), truth, limit);
            if (judged.complete() == 1 && judged.recall() > leastRecall - ROUNDING) {
                good.add(candidate.floor());
                slowest = Math.min(slowest, candidate.median() * NEAR);
            }
        }
        return fastest(good, selection);
    }

    /** Fewer candidates are always faster, so the fewest that do. */
    private Floor unfiltered(int limit, Truth truth, double leastRecall) {
        for (int efSearch = 40; efSearch < 1_000; efSearch += 20) {
            Floor floor = nearest("HNSW " + efSearch, limit, settings(efSearch));
            if (Judged.of(floor, truth, limit).recall() > leastRecall - ROUNDING) {
                return floor;
            }
        }
        throw new IllegalStateException("no ef_search gives a recall of " + leastRecall);
    }

    private Floor fastest(List<Contender> good, Selection selection) {
        if (good.isEmpty()) {
            throw new IllegalStateException("no plan by hand is complete and right for " + selection.name());
        }
        if (good.size() == 1) {
            return (Floor) good.get(0);
        }
        List<Duel.Figures> figures = new Duel(1, FINAL, table.corpus().queries()).run(good);
        Duel.Figures first = Collections.min(figures, Comparator.comparingDouble(Duel.Figures::p50));
        return (Floor) good.get(figures.indexOf(first));
    }

    private static double median(Floor candidate) {
        try (Contender.Session session = candidate.open()) {
            List<Long> nanos = new ArrayList<>();
            for (int query = 0; query < PROBES; query++) {
                long start = System.nanoTime();
                session.search(query);
                nanos.add(System.nanoTime() - start);
            }
            return Duel.quantile(nanos, 0.5);
        }
    }

    private List<Floor> candidates(Selection selection, int limit) {
        List<Floor> candidates = new ArrayList<>();
        for (Selection.Condition condition : selection.conditions()) {
            String filter = "AND " + condition.sql();
            String key = condition.sql().contains("@>") ? "@>" : "->>";
            for (String planned : List.of("auto", "force_custom_plan", "force_generic_plan")) {
                Map<String, String> settings = settings(40);
                settings.put("plan_cache_mode", planned);
                String name = "exact " + key + " " + planned.replaceAll("force_|_plan", "");
                candidates.add(floor(
                        name, settings, new Floor.Plan(sql(EXACT, filter), true, List.of(condition.value()), limit)));
            }
            for (int efSearch : List.of(40, 100, 200)) {
                Map<String, String> settings = settings(efSearch);
                settings.put("hnsw.iterative_scan", "relaxed_order");
                candidates.add(floor(
                        "HNSW relaxed " + efSearch + " " + key,
                        settings,
                        new Floor.Plan(sql(RELAXED, filter), true, List.of(condition.value()), limit)));
            }
        }
        return candidates;
    }
}
