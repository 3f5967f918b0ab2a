package dev.ragkit.benchmarks;

import dev.ragkit.SearchOptions;
import dev.ragkit.pgvector.TestPostgres;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Searches of the library beside the best statement written by hand, in the same run: {@code java -cp benchmarks.jar
 * dev.ragkit.benchmarks.SearchRatios [--quick] [--part=search,stock,client,index]}. Prints the tables and writes their CSV files.
 */
final class SearchRatios {
    private static final Duration TIME = Duration.ofMillis(3_500);
    private static final int JUDGED = 200;
    private static final int JUDGED_QUICKLY = 50;
    private static final int MOST_HITS = 10;

    /** What a plan by hand has to reach, unless the library reaches less. */
    private static final double LEAST_RECALL = 0.99;

    private final Arguments arguments;
    private final Results results;

    private SearchRatios(Arguments arguments, Results results) {
        this.arguments = arguments;
        this.results = results;
    }

    /**
     * Runs the parts that are asked for.
     *
     * @param words the arguments
     */
    public static void main(String[] words) {
        Arguments arguments = Arguments.of(words);
        if (arguments.wants("search")) {
            search(arguments);
        }
        if (arguments.wants("stock")) {
            StockSettings.run(arguments);
        }
        if (arguments.wants("client")) {
            NativeClient.run(arguments);
        }
        if (arguments.wants("index")) {
            IndexPrecision.run(arguments);
        }
    }

    private static void search(Arguments arguments) {
        try (TestPostgres server = Machine.forSearches()) {
            Results results = Results.start(
                    "search",
                    Machine.about(server, arguments),
                    "dimensions",
                    "filter",
                    "k",
                    "threads",
                    "RagKit p50 us",
                    "floor p50 us",
                    "ratio",
                    "95 % range",
                    "RagKit bytes",
                    "floor bytes",
                    "bytes ratio",
                    "RagKit recall",
                    "floor recall",
                    "complete",
                    "path",
                    "floor plan");
            SearchRatios ratios = new SearchRatios(arguments, results);
            ratios.corpus(server, Corpus.ofDimensions384());
            ratios.corpus(server, Corpus.ofDimensions1536());
            results.write(arguments.out());
        }
    }

    private void corpus(TestPostgres server, Corpus corpus) {
        try (SearchTable table = SearchTable.load(server, corpus)) {
            Map<String, Truth> truths = new HashMap<>();
            int judged = arguments.quick() ? JUDGED_QUICKLY : JUDGED;
            for (int limit : List.of(MOST_HITS, 5)) {
                for (Selection selection : selections(corpus, limit)) {
                    Truth truth = truths.computeIfAbsent(
                            selection.name(), name -> Truth.of(corpus, judged, MOST_HITS, selection.matches()));
                    measure(table, selection, limit, truth);
                }
            }
        }
    }

    /** All with ten hits, the first with five; in a quick run the ones that the figures to reach are about. */
    private List<Selection> selections(Corpus corpus, int limit) {
        List<Selection> all = Selection.ofIssue(corpus);
        if (limit < MOST_HITS) {
            return all.subList(0, arguments.quick() ? 0 : 4);
        }
        return arguments.quick() ? List.of(all.get(0), all.get(2), all.get(5)) : all;
    }

    /** One filter and one number of hits, by one thread and by eight. */
    private void measure(SearchTable table, Selection selection, int limit, Truth truth) {
        SearchOptions options =
                SearchOptions.builder().limit(limit).filter(selection.filter()).build();
        RagKit ours = new RagKit(table, options);
        Judged judged = Judged.of(ours, truth, limit);
        Floor floor = new FloorPlans(table).best(selection, limit, truth, Math.min(LEAST_RECALL, judged.recall()));
        Judged floorJudged = Judged.of(floor, truth, limit);
        for (int threads : List.of(1, 8)) {
            Duel duel = new Duel(threads, arguments.time(TIME), table.corpus().queries());
            List<Duel.Figures> figures = duel.run(List.of(ours, floor));
            Duel.Figures mine = figures.get(0);
            Duel.Figures theirs = figures.get(1);
            results.add(
                    table.corpus().dimensions(),
                    selection.name(),
                    limit,
                    threads,
                    mine.p50(),
                    theirs.p50(),
                    Results.ratio(mine.ratioTo(theirs)),
                    Results.range(mine.rangeTo(theirs)),
                    mine.bytes(),
                    theirs.bytes(),
                    Results.ratio(mine.bytes() / theirs.bytes()),
                    Results.share(judged.recall()),
                    Results.share(floorJudged.recall()),
                    Results.share(judged.complete()),
                    ours.path(0),
                    floor.name());
        }
    }
}
