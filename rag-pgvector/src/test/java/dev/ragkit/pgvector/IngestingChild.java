package dev.ragkit.pgvector;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ragkit.Document;
import dev.ragkit.EmbeddingSpace;
import dev.ragkit.Filter;
import dev.ragkit.Generator;
import dev.ragkit.IngestOptions;
import dev.ragkit.IngestReport;
import dev.ragkit.Rag;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A JVM that ingests as soon as it is told to, to be killed while it does. Safe for use by one thread. */
final class IngestingChild implements AutoCloseable {
    static final EmbeddingSpace SPACE =
            EmbeddingSpace.builder("test", "killed", 6).build();
    static final int CHUNKS = 20;

    private static final String READY = "ready";

    private final Process process;

    private IngestingChild(Process process) {
        this.process = process;
    }

    /**
     * The documents of a round: most differ from those of the round before, some stay, some come and some go.
     *
     * @param count how many there are at most
     */
    static List<Document> documents(int count, int round) {
        List<Document> documents = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            if ((i + round) % 25 != 0) {
                documents.add(LineChunker.document("d" + i, i % 10 == 0 ? 0 : round, CHUNKS));
            }
        }
        return documents;
    }

    static IngestReport ingest(PgVectorStore store, HashEmbedder embedder, List<Document> documents) {
        Rag rag = Rag.builder(embedder, store, Generator.extractive())
                .chunker(new LineChunker())
                .build();
        return rag.ingest(
                documents, IngestOptions.builder().deleteMissing(Filter.all()).build());
    }

    /** Starts a JVM, which then waits. It writes down each number of texts that it embeds. */
    static IngestingChild start(String url, String collection, Path counts, int documents, int round)
            throws IOException {
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                IngestingChild.class.getName(),
                url,
                collection,
                counts.toString(),
                Integer.toString(documents),
                Integer.toString(round));
        return new IngestingChild(new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
    }

    /** Lets it begin, once it is ready to. */
    Process begin() throws IOException {
        String line = process.inputReader(UTF_8).readLine();
        if (!READY.equals(line)) {
            throw new IllegalStateException("the child printed " + line + " where it should be ready");
        }
        process.getOutputStream().write('\n');
        process.getOutputStream().flush();
        return process;
    }

    /** Kills it, as by {@code kill -9}. */
    @Override
    public void close() {
        process.destroyForcibly();
    }

    static int texts(Path counts) throws IOException {
        try (Stream<String> lines = Files.lines(counts)) {
            return lines.mapToInt(Integer::parseInt).sum();
        }
    }

    static void append(Path counts, int texts) {
        try {
            Files.writeString(counts, texts + "\n", StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The child. It ends by itself when its parent does. */
    public static void main(String... arguments) throws IOException {
        Path counts = Path.of(arguments[2]);
        PgVectorStore store = PgVectorStore.builder(TestPostgres.dataSource(arguments[0]), SPACE, arguments[1])
                .build();
        List<Document> documents = documents(Integer.parseInt(arguments[3]), Integer.parseInt(arguments[4]));
        System.out.println(READY);
        if (System.in.read() < 0) {
            return;
        }
        IngestReport report = ingest(store, new HashEmbedder(SPACE, texts -> append(counts, texts)), documents);
        System.exit(report.failures().isEmpty() ? 0 : 3);
    }
}
