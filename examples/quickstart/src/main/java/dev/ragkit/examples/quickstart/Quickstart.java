package dev.ragkit.examples.quickstart;

import dev.ragkit.Answer;
import dev.ragkit.Filter;
import dev.ragkit.Generator;
import dev.ragkit.IngestOptions;
import dev.ragkit.IngestReport;
import dev.ragkit.Query;
import dev.ragkit.Rag;
import dev.ragkit.RagException;
import dev.ragkit.VectorStore;
import dev.ragkit.intercept.UsageLedger;
import dev.ragkit.onnx.OnnxEmbedder;
import dev.ragkit.onnx.OnnxModel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Asks questions of documents, on the command line: ingests the files that the user names, and answers with citations. It
 * needs no key and no network: the model that embeds is a jar, and the answers are sentences of the documents, unless a model
 * is named that writes them.
 *
 * <p>{@code ./quickstart --help} lists the options and exit codes.
 */
public final class Quickstart {
    /** Few documents, so that progress shows. */
    private static final int WINDOW = 4;

    private static final int PAGE = 1_000;

    private final Terminal terminal;
    private final Map<String, String> environment;
    private final Path shipped;
    private final UsageLedger ledger = UsageLedger.inMemory();

    Quickstart(Terminal terminal, Map<String, String> environment, Path shipped) {
        this.terminal = terminal;
        this.environment = environment;
        this.shipped = shipped;
    }

    /**
     * Runs the program and ends the JVM with its exit code.
     *
     * @param arguments the command line
     */
    public static void main(String[] arguments) {
        Path shipped = Path.of(System.getProperty("quickstart.documents", "documents"));
        System.exit(new Quickstart(Terminal.ofProcess(), System.getenv(), shipped).run(arguments));
    }

    int run(String... arguments) {
        try {
            Options options = Options.parse(List.of(arguments));
            if (options.help()) {
                terminal.print(Options.helpText());
            } else {
                run(options);
            }
            return ExitCode.OK.code();
        } catch (Throwable e) {
            // Errors too: a native library that does not load is one.
            return report(Failure.of(e), List.of(arguments).contains("--debug"));
        }
    }

    private int report(Failure failure, boolean debug) {
        terminal.note("quickstart: " + failure.message() + (debug ? "\n" + failure.stackTrace() : ""));
        return failure.code().code();
    }

    private void run(Options options) {
        try (Writer writer = writer(options)) {
            run(options, writer);
        }
    }

    private void run(Options options, Writer writer) {
        Stopwatch watch = new Stopwatch();
        TextFiles files = TextFiles.of(options.documents().isEmpty() ? List.of(shipped) : options.documents());
        Progress progress = new Progress(terminal, files.count());
        try (Storage storage = storage(options);
                OnnxEmbedder embedder =
                        OnnxEmbedder.builder(OnnxModel.bgeSmall()).build()) {
            VectorStore store = storage.store(embedder.space());
            Rag rag = Rag.builder(new SteppedEmbedder(embedder, progress::embedded), store, writer.generator())
                    .build();
            Duration load = watch.lap();
            Ingested ingested = ingest(rag, files, progress);
            if (options.sync()) {
                ingested = ingested.withDeleted(deleteMissing(store, files.ids()));
            }
            Duration ingest = watch.lap();
            if (!options.json()) {
                terminal.print(Text.of(ingested));
            }
            if (options.question().isEmpty()) {
                answerInput(rag);
                return;
            }
            Answer answer = options.json()
                    ? rag.ask(options.question().get())
                    : show(rag, options.question().get());
            Timings timings = new Timings(load, ingest, watch.lap(), watch.total());
            terminal.print(
                    options.json()
                            ? Json.of(answer, ingested, timings, ledger.totals())
                            : Text.of(ledger.totals()) + Text.of(timings));
        }
    }

    /** Shows an answer as it is written. */
    private Answer show(Rag rag, Query query) {
        terminal.write("\n");
        Answer answer = rag.ask(query, piece -> terminal.write(Text.printable(piece)));
        terminal.print(Text.sources(answer));
        return answer;
    }

    private Writer writer(Options options) {
        return options.model().isEmpty()
                ? Generator::extractive
                : OpenAiWriter.of(options, environment, ledger, terminal::note);
    }

    private Storage storage(Options options) {
        return options.store().isEmpty()
                ? VectorStore::inMemory
                : new PostgresStorage(options.store().get(), options.collection(), environment, terminal::note);
    }

    private static Ingested ingest(Rag rag, TextFiles files, Progress progress) {
        IngestOptions options = IngestOptions.builder()
                .window(WINDOW)
                .onProgress(
                        report -> progress.ingested(report, files.unreadable().size()))
                .build();
        IngestReport report = rag.ingest(files.documents(), options);
        Ingested ingested = Ingested.of(report, files);
        if (report.documents() == report.failures().size()) {
            ExitCode code = report.documents() == 0 ? ExitCode.NOTHING_TO_READ : ExitCode.FAILED;
            throw new Failure(code, "none of the files could be taken in" + Text.of(ingested.failed()));
        }
        return ingested;
    }

    /** Deletes what no file stands for. A file that cannot be read just now is still there: its older version stays. */
    private static int deleteMissing(VectorStore store, Set<String> ids) {
        int deleted = 0;
        String after = "";
        List<String> page;
        do {
            page = store.documentIds(Filter.all(), after, PAGE);
            deleted +=
                    store.delete(page.stream().filter(id -> !ids.contains(id)).toList());
            after = page.isEmpty() ? after : page.get(page.size() - 1);
        } while (page.size() == PAGE);
        return deleted;
    }

    /** Asks line by line; a question that fails is reported, and the next one asked. */
    void answerInput(Rag rag) {
        boolean live = terminal.isLive(Terminal.Live.INPUT);
        if (live) {
            terminal.note("Ask about the documents; Ctrl-D ends.");
        }
        for (String line = terminal.ask(); line != null; line = terminal.ask()) {
            if (!line.isBlank()) {
                if (!live) {
                    terminal.print("\nask> " + Text.printable(line));
                }
                answerLine(rag, line);
            }
        }
    }

    private void answerLine(Rag rag, String line) {
        try {
            Stopwatch watch = new Stopwatch();
            show(rag, Options.query(line));
            terminal.print(Text.of(ledger.totals()) + "answer " + Text.seconds(watch.lap()) + "\n");
        } catch (Failure | RagException e) {
            terminal.note(String.valueOf(e.getMessage()));
        }
    }
}
