package dev.ragkit.benchmarks;

import dev.ragkit.SearchOptions;
import dev.ragkit.pgvector.TestPostgres;
import dev.ragkit.pgvector.VectorIndex;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;

/**
 * How searches and ingest do as one collection of 384 dimensions grows from 10,000 rows to a million: {@code java -cp
 * benchmarks.jar dev.ragkit.benchmarks.Growth [--quick] [--max-rows=300000]}. At each size the index is built anew.
 */
final class Growth {
    private static final int[] SIZES = {10_000, 30_000, 100_000, 300_000, 1_000_000};
    private static final int QUICK_ROWS = 30_000;
    private static final int DIMENSIONS = 384;
    private static final int LIMIT = 10;
    private static final int BATCH = 500;
    private static final int CHUNKS = 10;
    private static final int LIVE = 1_000;
    private static final int JUDGED = 100;
    private static final Duration TIME = Duration.ofSeconds(10);

    private final Arguments arguments;
    private final Results results;
    private final String url;

    private Growth(Arguments arguments, Results results, String url) {
        this.arguments = arguments;
        this.results = results;
        this.url = url;
    }

    /**
     * Runs all sizes up to the largest that is asked for.
     *
     * @param words the arguments
     */
    public static void main(String[] words) {
        Arguments arguments = Arguments.of(words);
        int most = arguments.maxRows(arguments.quick() ? QUICK_ROWS : SIZES[SIZES.length - 1]);
        try (TestPostgres server = Machine.forWriting()) {
            Results results = Results.start(
                    "growth",
                    Machine.about(server, arguments),
                    "rows",
                    "ingest rows/s",
                    "ingest rows/s with HNSW",
                    "index build s",
                    "index MiB",
                    "table MiB",
                    "RagKit p50 us",
                    "floor p50 us",
                    "ratio",
                    "RagKit recall",
                    "floor recall");
            Growth growth = new Growth(arguments, results, server.freshDatabase());
            int from = 0;
            for (int size : SIZES) {
                if (size <= most) {
                    growth.size(from, size);
                    from = size + LIVE;
                }
                results.write(arguments.out());
            }
        }
    }

    /** Loads the rows from {@code from} on, builds the index, searches, and adds some rows to the index. */
    private void size(int from, int size) {
        Corpus corpus = new ClusteredCorpus(size, DIMENSIONS);
        DataSource dataSource = TestPostgres.dataSource(url);
        if (from == 0) {
            SearchTable.schema(corpus, VectorIndex.none()).apply(dataSource);
        }
        SearchTable.schema(corpus, VectorIndex.none()).buildIndex(dataSource);
        double loaded = ingest(corpus, from, size);
        SearchTable.execute(url, "VACUUM ANALYZE");
        long build = IngestRatios.nanos(
                () -> SearchTable.schema(corpus, VectorIndex.hnsw()).buildIndex(dataSource));
        Truth truth = Truth.of(corpus, JUDGED, LIMIT, row -> true);
        try (SearchTable table = SearchTable.open(url, corpus)) {
            List<Contender> contenders = contenders(table);
            List<Duel.Figures> figures = new Duel(1, arguments.time(TIME), corpus.queries()).run(contenders);
            List<String> recalls = contenders.stream()
                    .map(contender ->
                            Results.share(Judged.of(contender, truth, LIMIT).recall()))
                    .toList();
            results.add(
                    size,
                    loaded,
                    ingest(corpus, size, size + LIVE),
                    build / 1e9,
                    mebibytes("bench_chunk_vector"),
                    mebibytes("bench_chunk"),
                    figures.get(0).p50(),
                    figures.get(1).p50(),
                    Results.ratio(figures.get(0).ratioTo(figures.get(1))),
                    recalls.get(0),
                    recalls.get(1));
        }
    }

    private static List<Contender> contenders(SearchTable table) {
        Map<String, String> settings = FloorPlans.settings(40);
        return List.of(
                new RagKit(table, SearchOptions.ofLimit(LIMIT)),
                new FloorPlans(table).nearest("floor", LIMIT, settings));
    }

    private double mebibytes(String relation) {
        return Double.parseDouble(SearchTable.texts(
                                TestPostgres.dataSource(url), "SELECT pg_table_size('public." + relation + "')")
                        .get(0))
                / (1 << 20);
    }

    /** Rows a second: the median of the batches. */
    private double ingest(Corpus corpus, int from, int end) {
        Passages passages = new Passages(corpus);
        List<Long> batches = new ArrayList<>();
        try (SearchTable table = SearchTable.open(url, corpus)) {
            for (int row = from; row < end; row += BATCH) {
                var batch = passages.documents(row, Math.min(end, row + BATCH), CHUNKS);
                batches.add(IngestRatios.nanos(() -> table.store().replace(batch)));
            }
        }
        return BATCH * 1e6 / Duel.quantile(batches, 0.5);
    }
}
