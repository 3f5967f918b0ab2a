package dev.ragkit.benchmarks;

import dev.ragkit.SearchOptions;
import dev.ragkit.pgvector.TestPostgres;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * The time of one search, by the library and by the best statement written by hand, each in a JVM of its own: {@code java -cp
 * benchmarks.jar dev.ragkit.benchmarks.SearchBenchmark [arguments of JMH, such as -t 8 -p dimensions=384]}. It loads the data
 * once for all cases; started by JMH's own main, each case loads its data itself. {@link SearchRatios} lets both run in turns,
 * which is fairer where the machine is not quiet.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class SearchBenchmark {
    private static final String URL = "rag.benchmark.url.";
    private static final int JUDGED = 50;
    private static final int MOST_HITS = 10;
    private static final double LEAST_RECALL = 0.99;

    /** Of the vectors. */
    @Param({"384", "1536"})
    public int dimensions;

    /** Hits asked for. */
    @Param({"10", "5"})
    public int k;

    /** Which rows match, as {@link Selection} names them. */
    @Param({"none", "10 % by value", "1 % by value", "0.1 % by value"})
    public String filter = "";

    private @Nullable SearchTable table;
    private @Nullable RagKit ours;
    private @Nullable Floor byHand;

    /** For JMH. */
    public SearchBenchmark() {}

    /** The session of one thread. */
    abstract static class Client {
        private final AtomicInteger next = new AtomicInteger();
        private Contender.@Nullable Session session;
        private int queries;

        void open(@Nullable Contender contender, @Nullable SearchTable table) {
            if (contender == null || table == null) {
                throw new IllegalStateException("set up the benchmark first");
            }
            queries = table.corpus().queries();
            session = contender.open();
        }

        Object search() {
            if (session == null) {
                throw new IllegalStateException("open the session first");
            }
            return session.search(next.getAndIncrement() % queries);
        }

        /** Disconnects. */
        @TearDown
        public void close() {
            if (session != null) {
                session.close();
            }
        }
    }

    /** A thread that searches by the library. */
    @State(Scope.Thread)
    public static class RagKitClient extends Client {
        /** For JMH. */
        public RagKitClient() {}

        /**
         * Connects.
         *
         * @param benchmark what is measured
         */
        @Setup
        public void open(SearchBenchmark benchmark) {
            open(benchmark.ours, benchmark.table);
        }
    }

    /** A thread that searches by the statement written by hand. */
    @State(Scope.Thread)
    public static class FloorClient extends Client {
        /** For JMH. */
        public FloorClient() {}

        /**
         * Connects.
         *
         * @param benchmark what is measured
         */
        @Setup
        public void open(SearchBenchmark benchmark) {
            open(benchmark.byHand, benchmark.table);
        }
    }

    /** Opens or loads the data, and chooses the statement by hand for the filter. */
    @Setup
    public void open() {
        Corpus corpus = corpus(dimensions);
        String url = System.getProperty(URL + dimensions);
        SearchTable opened =
                url == null ? SearchTable.load(TestPostgres.shared(), corpus) : SearchTable.open(url, corpus);
        Selection selection = Selection.ofIssue(corpus).stream()
                .filter(each -> each.name().equals(filter))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no filter of Selection is named " + filter));
        RagKit library = new RagKit(
                opened,
                SearchOptions.builder().limit(k).filter(selection.filter()).build());
        Truth truth = Truth.of(corpus, JUDGED, MOST_HITS, selection.matches());
        double recall = Math.min(LEAST_RECALL, Judged.of(library, truth, k).recall());
        byHand = new FloorPlans(opened).best(selection, k, truth, recall);
        ours = library;
        table = opened;
    }

    private static Corpus corpus(int dimensions) {
        return dimensions == 384 ? Corpus.ofDimensions384() : Corpus.ofDimensions1536();
    }

    /** Closes the pool. */
    @TearDown
    public void close() {
        if (table != null) {
            table.close();
        }
    }

    /**
     * Searches by the library.
     *
     * @param client the session
     * @return the result
     */
    @Benchmark
    public Object ragkit(RagKitClient client) {
        return client.search();
    }

    /**
     * Searches by the statement written by hand.
     *
     * @param client the session
     * @return the rows
     */
    @Benchmark
    public Object floor(FloorClient client) {
        return client.search();
    }

    /**
     * Loads the data and runs JMH on it, with the bytes allocated by an operation ({@code gc.alloc.rate.norm}).
     *
     * @param words arguments of JMH
     * @throws RunnerException if a benchmark fails
     * @throws CommandLineOptionException if JMH does not know an argument
     */
    public static void main(String[] words) throws RunnerException, CommandLineOptionException {
        CommandLineOptions given = new CommandLineOptions(words);
        OptionsBuilder options = new OptionsBuilder();
        options.parent(given).include(SearchBenchmark.class.getName()).addProfiler(GCProfiler.class);
        try (TestPostgres server = Machine.forSearches()) {
            String[] properties = new String[2];
            int next = 0;
            for (int dimensions : new int[] {384, 1_536}) {
                try (SearchTable loaded = SearchTable.load(server, corpus(dimensions))) {
                    properties[next++] = "-D" + URL + dimensions + "=" + loaded.url();
                }
            }
            new Runner(options.jvmArgsAppend(properties).build()).run();
        }
    }
}
