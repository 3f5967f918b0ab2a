package dev.ragkit.benchmarks;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Measures contenders on a machine that is never quiet: they take turns in short blocks of the same queries, in this order and
 * then in the opposite one, so that whatever else runs disturbs all of them alike. What counts is the ratio of their medians.
 */
final class Duel {
    private static final int BLOCK = 20;
    private static final int MIN_ROUNDS = 4;

    private final int threads;
    private final Duration time;
    private final int queries;

    /**
     * Describes a duel.
     *
     * @param threads that search at the same time
     * @param time for the measurement; a third of it comes before, to warm up
     * @param queries of the corpus that are asked in turn
     */
    Duel(int threads, Duration time, int queries) {
        this.threads = threads;
        this.time = time;
        this.queries = queries;
    }

    /**
     * What was measured of a contender.
     *
     * @param name of the contender
     * @param p50 the median of a search, in microseconds
     * @param p95 the 95th percentile, in microseconds
     * @param bytes allocated by a search on its thread
     * @param rounds the median of each round, in microseconds
     */
    record Figures(String name, double p50, double p95, double bytes, List<Double> rounds) {
        Figures {
            rounds = List.copyOf(rounds);
        }

        double ratioTo(Figures other) {
            return p50 / other.p50;
        }

        /** The bounds between which the median of the rounds' ratios lies, 19 times of 20. */
        double[] rangeTo(Figures other) {
            double[] ratios = new double[rounds.size()];
            for (int i = 0; i < ratios.length; i++) {
                ratios[i] = rounds.get(i) / other.rounds.get(i);
            }
            Arrays.sort(ratios);
            int aside = (int) Math.ceil(0.98 * Math.sqrt(ratios.length));
            int middle = ratios.length / 2;
            return new double[] {
                ratios[Math.max(0, middle - aside)], ratios[Math.min(ratios.length - 1, middle + aside)]
            };
        }
    }

    /** The searches of one thread in one block. */
    private record Block(List<Long> nanos, long bytes) {}

    /** All that a contender did. */
    private static final class Tally {
        private final List<Long> nanos = new ArrayList<>();
        private final List<Double> rounds = new ArrayList<>();
        private long bytes;

        void add(List<Block> blocks) {
            List<Long> round = new ArrayList<>();
            for (Block block : blocks) {
                bytes += block.bytes;
                round.addAll(block.nanos);
            }
            nanos.addAll(round);
            rounds.add(quantile(round, 0.5));
        }

        Figures figures(String name) {
            return new Figures(
                    name, quantile(nanos, 0.5), quantile(nanos, 0.95), (double) bytes / nanos.size(), rounds);
        }
    }

    /** In microseconds. */
    static double quantile(List<Long> nanos, double quantile) {
        List<Long> sorted = new ArrayList<>(nanos);
        Collections.sort(sorted);
        return sorted.get((int) Math.min(sorted.size() - 1L, Math.round(quantile * (sorted.size() - 1)))) / 1e3;
    }

    /** Runs all against all; the figures are in the order of the contenders. */
    List<Figures> run(List<Contender> contenders) {
        ExecutorService workers = Executors.newFixedThreadPool(threads);
        List<List<Contender.Session>> sessions = new ArrayList<>();
        try {
            for (Contender contender : contenders) {
                List<Contender.Session> own = new ArrayList<>();
                sessions.add(own);
                for (int i = 0; i < threads; i++) {
                    own.add(contender.open());
                }
            }
            rounds(workers, sessions, time.dividedBy(3));
            List<Tally> records = rounds(workers, sessions, time);
            List<Figures> figures = new ArrayList<>();
            for (int i = 0; i < records.size(); i++) {
                figures.add(records.get(i).figures(contenders.get(i).name()));
            }
            return figures;
        } finally {
            workers.shutdown();
            sessions.forEach(own -> own.forEach(Contender.Session::close));
        }
    }

    private List<Tally> rounds(ExecutorService workers, List<List<Contender.Session>> sessions, Duration duration) {
        List<Tally> records = sessions.stream().map(own -> new Tally()).toList();
        long end = System.nanoTime() + duration.toNanos();
        for (int round = 0; round < MIN_ROUNDS || System.nanoTime() < end; round++) {
            for (int i = 0; i < sessions.size(); i++) {
                int turn = round % 2 == 0 ? i : sessions.size() - 1 - i;
                records.get(turn).add(blocks(workers, sessions.get(turn), round * BLOCK));
            }
        }
        return records;
    }

    private List<Block> blocks(ExecutorService workers, List<Contender.Session> sessions, int first) {
        List<Callable<Block>> work = new ArrayList<>();
        for (int thread = 0; thread < sessions.size(); thread++) {
            Contender.Session session = sessions.get(thread);
            int from = first + thread * queries / sessions.size();
            work.add(() -> block(session, from));
        }
        try {
            List<Block> blocks = new ArrayList<>();
            for (Future<Block> future : workers.invokeAll(work)) {
                blocks.add(future.get());
            }
            return blocks;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while measuring", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("a search failed: " + e.getCause(), e.getCause());
        }
    }

    private Block block(Contender.Session session, int first) {
        ThreadMXBean thread = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long[] nanos = new long[BLOCK];
        long allocated = thread.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < BLOCK; i++) {
            int query = (first + i) % queries;
            long start = System.nanoTime();
            Object result = session.search(query);
            nanos[i] = System.nanoTime() - start;
            if (result == this) {
                throw new IllegalStateException("never; but the compiler does not know that nobody reads the result");
            }
        }
        long bytes = thread.getCurrentThreadAllocatedBytes() - allocated;
        return new Block(Arrays.stream(nanos).boxed().toList(), bytes);
    }
}
