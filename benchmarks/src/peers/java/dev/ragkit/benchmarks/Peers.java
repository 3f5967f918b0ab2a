package dev.ragkit.benchmarks;

import dev.ragkit.pgvector.TestPostgres;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The library beside the stores that users take today, with the same rows and the same questions, at the server's stock planner
 * settings: {@code mvn -Ppeers -pl benchmarks -am package -DskipTests}, then {@code java -cp benchmarks.jar
 * dev.ragkit.benchmarks.Peers [--quick]}.
 */
final class Peers {
    private static final Duration TIME = Duration.ofSeconds(12);
    private static final int LIMIT = 10;
    private static final int BATCH = 500;
    private static final int JUDGED = 100;

    private final Corpus corpus;
    private final List<Peer> peers;

    private Peers(Corpus corpus, List<Peer> peers) {
        this.corpus = corpus;
        this.peers = peers;
    }

    /**
     * Runs both sizes of vectors.
     *
     * @param words the arguments
     */
    public static void main(String[] words) {
        Arguments arguments = Arguments.of(words);
        try (TestPostgres server = Machine.forSearches()) {
            Results results = Results.start(
                    "peers",
                    Machine.about(server, arguments),
                    "dimensions",
                    "store",
                    "p50 us",
                    "to RagKit",
                    "bytes",
                    "recall",
                    "1 % filter p50 us",
                    "1 % filter hits of 10",
                    "1 % filter recall",
                    "ingest rows/s",
                    "rows left of a failed batch of 500");
            int rows = arguments.quick() ? 5_000 : 20_000;
            for (Corpus corpus : List.of(new ClusteredCorpus(rows, 384), new ClusteredCorpus(rows, 1_536))) {
                List<Peer> peers = List.of(
                        new RagKitPeer(server.freshDatabase(), corpus),
                        new LangChain4jPeer(server.freshDatabase(), corpus),
                        new SpringAiPeer(server.freshDatabase(), corpus));
                new Peers(corpus, peers).measure(results, arguments.time(TIME));
                peers.forEach(Peer::close);
            }
            results.write(arguments.out());
        }
    }

    private void measure(Results results, Duration time) {
        List<Double> ingest = ingest();
        peers.forEach(Peer::buildIndex);
        List<Contender> all = peers.stream().map(Peer::unfiltered).toList();
        List<Contender> some = peers.stream().map(Peer::filtered).toList();
        Truth truth = Truth.of(corpus, JUDGED, LIMIT, row -> true);
        Truth filtered = Truth.of(corpus, JUDGED, LIMIT, row -> Passages.bucket(row) % 100 == 3);
        Duel duel = new Duel(1, time, corpus.queries());
        List<Duel.Figures> figures = duel.run(all);
        List<Duel.Figures> figuresOfSome = duel.run(some);
        for (int i = 0; i < peers.size(); i++) {
            results.add(
                    corpus.dimensions(),
                    peers.get(i).name(),
                    figures.get(i).p50(),
                    Results.ratio(figures.get(i).ratioTo(figures.get(0))),
                    figures.get(i).bytes(),
                    Results.share(Judged.of(all.get(i), truth, LIMIT).recall()),
                    figuresOfSome.get(i).p50(),
                    hits(some.get(i)),
                    Results.share(Judged.of(some.get(i), filtered, LIMIT).recall()),
                    ingest.get(i),
                    leftOfFailedBatch(peers.get(i)));
        }
    }

    /** Rows a second of each, the median of the batches, which they take in turns. */
    private List<Double> ingest() {
        List<List<Long>> batches = peers.stream().map(peer -> (List<Long>) new ArrayList<Long>()).toList();
        for (int row = 0; row < corpus.rows(); row += BATCH) {
            List<Peer.Item> items = items(row);
            for (int i = 0; i < peers.size(); i++) {
                Peer peer = peers.get(i);
                batches.get(i).add(IngestRatios.nanos(() -> peer.add(items)));
            }
        }
        return batches.stream()
                .map(nanos -> BATCH * 1e6 / Duel.quantile(nanos, 0.5))
                .toList();
    }

    private List<Peer.Item> items(int first) {
        List<Peer.Item> items = new ArrayList<>();
        for (int row = first; row < Math.min(corpus.rows(), first + BATCH); row++) {
            items.add(Peer.Item.of(corpus, row));
        }
        return items;
    }

    /** New rows, of which the last has a vector that is no vector; those that stayed are found by the count. */
    private long leftOfFailedBatch(Peer peer) {
        Corpus more = new ClusteredCorpus(corpus.rows() + BATCH, corpus.dimensions());
        List<Peer.Item> items = new ArrayList<>();
        for (int row = corpus.rows(); row < more.rows(); row++) {
            items.add(Peer.Item.of(more, row));
        }
        Peer.Item last = items.remove(items.size() - 1);
        items.add(last.spoilt());
        long before = peer.count();
        try {
            peer.add(items);
        } catch (RuntimeException refused) {
            return peer.count() - before;
        }
        throw new IllegalStateException(peer.name() + " took a vector that is not a number");
    }

    /** The mean over the judged queries. */
    private static double hits(Contender contender) {
        try (Contender.Session session = contender.open()) {
            double hits = 0;
            for (int query = 0; query < JUDGED; query++) {
                hits += session.rows(query).size();
            }
            return hits / JUDGED;
        }
    }
}
