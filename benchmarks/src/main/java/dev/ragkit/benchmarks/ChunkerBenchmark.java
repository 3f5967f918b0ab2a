package dev.ragkit.benchmarks;

import dev.ragkit.Chunk;
import dev.ragkit.Chunker;
import dev.ragkit.Document;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
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
import org.openjdk.jmh.annotations.Warmup;

/** How the time to cut a text grows with its length: the time for 8 MiB should be 8 times that for 1 MiB. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class ChunkerBenchmark {
    private static final int MIB = 1 << 20;

    /** The length of the text in MiB of characters. */
    @Param({"1", "2", "4", "8"})
    public int mib;

    /** How the text is cut. */
    @Param({"recursive", "sentences"})
    public String strategy = "";

    private Document document = Document.of("empty", "");
    private Chunker chunker = Chunker.recursive().build();

    /** Writes words, sentences and paragraphs of random length. */
    @Setup
    public void write() {
        chunker = (strategy.equals("recursive") ? Chunker.recursive() : Chunker.sentences()).build();
        Random random = new Random(1);
        StringBuilder text = new StringBuilder(mib * MIB);
        while (text.length() < mib * MIB) {
            for (int i = 1 + random.nextInt(10); i > 0; i--) {
                text.append((char) ('a' + random.nextInt(26)));
            }
            int next = random.nextInt(100);
            text.append(next == 0 ? ".\n\n" : next < 8 ? ". The " : " ");
        }
        document = Document.of("text", text.toString());
    }

    /**
     * Cuts the text.
     *
     * @return the chunks, so that they are made
     */
    @Benchmark
    public List<Chunk> chunk() {
        return chunker.chunk(document);
    }
}
