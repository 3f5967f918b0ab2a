package dev.ragkit.benchmarks;

import com.zaxxer.hikari.HikariDataSource;
import dev.ragkit.SearchOptions;
import dev.ragkit.pgvector.PgVectorSchema;
import dev.ragkit.pgvector.PgVectorStore;
import dev.ragkit.pgvector.TestPostgres;
import dev.ragkit.pgvector.VectorIndex;
import dev.ragkit.pgvector.VectorType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/** The same rows with an index of whole numbers, of half as precise ones, and of bits: size, time to build, searches. */
final class IndexPrecision {
    private static final Duration TIME = Duration.ofSeconds(12);
    private static final int LIMIT = 10;
    private static final int JUDGED = 200;
    private static final int BATCH = 500;
    private static final int QUICK_ROWS = 5_000;

    private IndexPrecision() {}

    /**
     * A collection with one kind of index.
     *
     * @param name for the table
     * @param type of the column
     * @param index over it
     * @param candidates numbers of candidates to search with besides what the library takes by itself
     */
    private record Kind(String name, VectorType type, VectorIndex index, List<Integer> candidates) {
        PgVectorSchema schema(Corpus corpus, VectorIndex of) {
            return PgVectorSchema.builder(Passages.space(corpus), name)
                    .vectorType(type)
                    .index(of)
                    .build();
        }
    }

    private static final List<Kind> KINDS = List.of(
            new Kind("vector", VectorType.VECTOR, VectorIndex.hnsw(), List.of(80)),
            new Kind("halfvec", VectorType.HALFVEC, VectorIndex.hnsw(), List.of()),
            new Kind("bit", VectorType.VECTOR, VectorIndex.hnsw().binaryQuantized(), List.of(30, 40, 60)));

    /** A row of the table. */
    private record Row(Kind kind, double seconds, Contender contender) {}

    static void run(Arguments arguments) {
        try (TestPostgres server = Machine.forSearches()) {
            Results results = Results.start(
                    "index",
                    Machine.about(server, arguments),
                    "dimensions",
                    "index",
                    "p50 us",
                    "to vector",
                    "95 % range",
                    "recall",
                    "index MiB",
                    "build s");
            if (arguments.quick()) {
                measure(server, results, arguments, new ClusteredCorpus(QUICK_ROWS, 1_536));
            } else {
                measure(server, results, arguments, Corpus.ofDimensions384());
                measure(server, results, arguments, Corpus.ofDimensions1536());
            }
            results.write(arguments.out());
        }
    }

    private static void measure(TestPostgres server, Results results, Arguments arguments, Corpus corpus) {
        Truth truth = Truth.of(corpus, JUDGED, LIMIT, row -> true);
        try (HikariDataSource pool = new HikariDataSource()) {
            pool.setJdbcUrl(server.freshDatabase());
            List<Row> rows = new ArrayList<>();
            for (Kind kind : KINDS) {
                double seconds = load(pool, corpus, kind);
                rows.add(new Row(kind, seconds, contender(kind.name(), builder(pool, corpus, kind), corpus)));
                for (int candidates : kind.candidates()) {
                    String name = kind.name() + ", " + candidates + " candidates";
                    PgVectorStore.Builder store = builder(pool, corpus, kind).efSearch(candidates);
                    rows.add(new Row(kind, seconds, contender(name, store, corpus)));
                }
            }
            SearchTable.execute(pool.getJdbcUrl(), "VACUUM ANALYZE");
            List<Contender> contenders = rows.stream().map(Row::contender).toList();
            List<Duel.Figures> figures = new Duel(1, arguments.time(TIME), corpus.queries()).run(contenders);
            for (int i = 0; i < contenders.size(); i++) {
                Row row = rows.get(i);
                results.add(
                        corpus.dimensions(),
                        row.contender().name(),
                        figures.get(i).p50(),
                        Results.ratio(figures.get(i).ratioTo(figures.get(0))),
                        Results.range(figures.get(i).rangeTo(figures.get(0))),
                        Results.share(Judged.of(row.contender(), truth, LIMIT).recall()),
                        mebibytes(pool, row.kind()),
                        row.seconds());
            }
        }
    }

    private static PgVectorStore.Builder builder(DataSource pool, Corpus corpus, Kind kind) {
        return PgVectorStore.builder(pool, Passages.space(corpus), kind.name());
    }

    private static Contender contender(String name, PgVectorStore.Builder store, Corpus corpus) {
        return new RagKit(name, store.build(), corpus, SearchOptions.ofLimit(LIMIT));
    }

    private static double mebibytes(DataSource pool, Kind kind) {
        String size = "SELECT pg_table_size('public." + kind.name() + "_chunk_vector')";
        return Double.parseDouble(SearchTable.texts(pool, size).get(0)) / (1 << 20);
    }

    /** Loads the rows, then builds the index; returns the seconds of the latter. */
    private static double load(DataSource pool, Corpus corpus, Kind kind) {
        kind.schema(corpus, VectorIndex.none()).apply(pool);
        PgVectorStore store = builder(pool, corpus, kind).build();
        Passages passages = new Passages(corpus);
        for (int row = 0; row < corpus.rows(); row += BATCH) {
            store.replace(passages.documents(row, Math.min(corpus.rows(), row + BATCH), 1));
        }
        return IngestRatios.nanos(() -> kind.schema(corpus, kind.index()).buildIndex(pool)) / 1e9;
    }
}
