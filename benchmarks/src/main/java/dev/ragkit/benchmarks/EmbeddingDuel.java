package dev.ragkit.benchmarks;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Measures clients that embed the same texts by the same server: they take turns of all texts, in this order and then in the
 * opposite one. Each turn has a client and a server of its own.
 */
final class EmbeddingDuel {
    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final EmbeddingServer server;
    private final List<String> texts;
    private final int rounds;

    /**
     * Describes a duel.
     *
     * @param server that answers all
     * @param texts that are embedded in each turn
     * @param rounds that count; one comes before, to warm up
     */
    EmbeddingDuel(EmbeddingServer server, List<String> texts, int rounds) {
        this.server = server;
        this.texts = texts;
        this.rounds = rounds;
    }

    /**
     * What was measured of a client.
     *
     * @param turns the time of a turn, and the bytes that it allocated
     * @param requests of a turn, as the server counted them
     * @param cpu the median of the processor time that the client's threads took for a turn, in microseconds
     */
    record Figures(Duel.Figures turns, int requests, double cpu) {}

    /** What the threads of this process have taken so far, by thread. */
    private record Taken(Map<Long, Long> bytes, Map<Long, Long> nanos) {
        /** By threads that are there at the end; clients keep theirs until they are closed. */
        static long between(Map<Long, Long> before, Map<Long, Long> after) {
            return after.entrySet().stream()
                    .mapToLong(thread -> thread.getValue() - before.getOrDefault(thread.getKey(), 0L))
                    .sum();
        }
    }

    /** All turns of a client. */
    private static final class Tally {
        private final List<Long> nanos = new ArrayList<>();
        private final List<Long> cpu = new ArrayList<>();
        private final List<Long> bytes = new ArrayList<>();
        private int requests;

        Figures figures(String name) {
            List<Double> rounds = nanos.stream().map(turn -> turn / 1e3).toList();
            double median = Duel.quantile(bytes, 0.5) * 1e3;
            Duel.Figures turns =
                    new Duel.Figures(name, Duel.quantile(nanos, 0.5), Duel.quantile(nanos, 0.95), median, rounds);
            return new Figures(turns, requests, Duel.quantile(cpu, 0.5));
        }
    }

    /** Runs all against all; the figures are in the order of the clients. */
    List<Figures> run(List<EmbeddingClient> clients) {
        clients.forEach(client -> turn(client, new Tally()));
        List<Tally> tallies = clients.stream().map(client -> new Tally()).toList();
        for (int round = 0; round < rounds; round++) {
            for (int i = 0; i < clients.size(); i++) {
                int next = round % 2 == 0 ? i : clients.size() - 1 - i;
                turn(clients.get(next), tallies.get(next));
            }
        }
        return IntStream.range(0, clients.size())
                .mapToObj(i -> tallies.get(i).figures(clients.get(i).name()))
                .toList();
    }

    private void turn(EmbeddingClient client, Tally tally) {
        String baseUrl = server.begin();
        try (EmbeddingClient.Session session = client.open(baseUrl, texts)) {
            // What an earlier turn left behind is not to be collected in this one.
            System.gc();
            Taken before = taken();
            long start = System.nanoTime();
            Object embedded = session.embed();
            tally.nanos.add(System.nanoTime() - start);
            Taken after = taken();
            tally.bytes.add(Taken.between(before.bytes, after.bytes));
            tally.cpu.add(Taken.between(before.nanos, after.nanos));
            EmbeddingServer.Received received = server.end();
            tally.requests = received.requests();
            check(client, session, embedded, received);
        }
    }

    private void check(
            EmbeddingClient client,
            EmbeddingClient.Session session,
            Object embedded,
            EmbeddingServer.Received received) {
        if (received.texts() != texts.size()) {
            throw new IllegalStateException(client.name() + " embedded " + received.texts() + " texts, not "
                    + texts.size() + ", in " + received.requests() + " requests");
        }
        if (!session.isRight(embedded, texts.size(), RenderedEmbeddings.vector(0))) {
            throw new IllegalStateException(client.name() + " gave other vectors than the server");
        }
    }

    private Taken taken() {
        long[] ids = threads.getAllThreadIds();
        long[] bytes = threads.getThreadAllocatedBytes(ids);
        long[] nanos = threads.getThreadCpuTime(ids);
        Map<Long, Long> bytesById = new HashMap<>();
        Map<Long, Long> nanosById = new HashMap<>();
        for (int i = 0; i < ids.length; i++) {
            bytesById.put(ids[i], Math.max(0, bytes[i]));
            nanosById.put(ids[i], Math.max(0, nanos[i]));
        }
        return new Taken(bytesById, nanosById);
    }
}
