package dev.ragkit.benchmarks;

import dev.ragkit.EmbeddedDocument;
import dev.ragkit.pgvector.PgVectorSchema;
import dev.ragkit.pgvector.TestPostgres;
import dev.ragkit.pgvector.VectorIndex;
import java.util.ArrayList;
import java.util.List;

/**
 * Rows a second through {@code VectorStore.replace} beside a COPY written by hand into the same tables, batch by batch in turns:
 * {@code java -cp benchmarks.jar dev.ragkit.benchmarks.IngestRatios [--quick]}. Documents have ten chunks of 500 characters; a
 * batch is one call, and one transaction, of fifty documents.
 */
final class IngestRatios {
    private static final int CHUNKS = 10;
    private static final int BATCH = 500;
    private static final int WARM_UP = 3;

    private IngestRatios() {}

    /**
     * Runs all cases.
     *
     * @param words the arguments
     */
    public static void main(String[] words) {
        Arguments arguments = Arguments.of(words);
        try (TestPostgres server = Machine.forWriting()) {
            Results results = Results.start(
                    "ingest",
                    Machine.about(server, arguments),
                    "dimensions",
                    "vector index",
                    "rows",
                    "RagKit rows/s",
                    "COPY rows/s",
                    "ratio",
                    "95 % range");
            int share = arguments.quick() ? 5 : 1;
            ingest(server, results, new ClusteredCorpus(20_000 / share, 384), VectorIndex.none());
            ingest(server, results, new ClusteredCorpus(20_000 / share, 1_536), VectorIndex.none());
            ingest(server, results, new ClusteredCorpus(10_000 / share, 384), VectorIndex.hnsw());
            ingest(server, results, new ClusteredCorpus(6_000 / share, 1_536), VectorIndex.hnsw());
            results.write(arguments.out());
        }
    }

    private static void ingest(TestPostgres server, Results results, Corpus corpus, VectorIndex index) {
        Passages passages = new Passages(corpus);
        PgVectorSchema schema = SearchTable.schema(corpus, index);
        String url = server.freshDatabase();
        String rawUrl = server.freshDatabase();
        schema.apply(TestPostgres.dataSource(url));
        schema.apply(TestPostgres.dataSource(rawUrl));
        List<Long> ours = new ArrayList<>();
        List<Long> raws = new ArrayList<>();
        try (SearchTable table = SearchTable.open(url, corpus);
                RawCopy raw = new RawCopy(rawUrl)) {
            for (int row = 0; row < corpus.rows(); row += BATCH) {
                List<EmbeddedDocument> batch = passages.documents(row, Math.min(corpus.rows(), row + BATCH), CHUNKS);
                if (row / BATCH % 2 == 0) {
                    ours.add(nanos(() -> table.store().replace(batch)));
                    raws.add(nanos(() -> raw.add(batch)));
                } else {
                    raws.add(nanos(() -> raw.add(batch)));
                    ours.add(nanos(() -> table.store().replace(batch)));
                }
            }
        }
        add(results, corpus, index, new Duel.Figures[] {figures("RagKit", ours), figures("COPY", raws)});
    }

    private static void add(Results results, Corpus corpus, VectorIndex index, Duel.Figures[] figures) {
        results.add(
                corpus.dimensions(),
                index.equals(VectorIndex.none()) ? "none" : "HNSW",
                corpus.rows(),
                BATCH * 1e6 / figures[0].p50(),
                BATCH * 1e6 / figures[1].p50(),
                Results.ratio(figures[1].ratioTo(figures[0])),
                Results.range(figures[1].rangeTo(figures[0])));
    }

    /** Without the first batches, at most a third of them, which warm up. */
    private static Duel.Figures figures(String name, List<Long> batches) {
        List<Long> warm = batches.subList(Math.min(WARM_UP, batches.size() / 3), batches.size());
        List<Double> micros = warm.stream().map(nanos -> nanos / 1e3).toList();
        return new Duel.Figures(name, Duel.quantile(warm, 0.5), Duel.quantile(warm, 0.95), Double.NaN, micros);
    }

    static long nanos(Runnable work) {
        long start = System.nanoTime();
        work.run();
        return System.nanoTime() - start;
    }
}
