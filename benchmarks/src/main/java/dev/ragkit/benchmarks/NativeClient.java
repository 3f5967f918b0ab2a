package dev.ragkit.benchmarks;

import dev.ragkit.SearchOptions;
import dev.ragkit.pgvector.TestPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The library beside a client in C: pgbench with a prepared statement, in turns. pgbench cannot bind a vector, so its statement
 * takes the vector from a table of queries; what that costs is seen in the floor, which runs both ways.
 */
final class NativeClient {
    private static final Duration TIME = Duration.ofSeconds(4);
    private static final int TURNS = 5;
    private static final int LIMIT = 10;

    private final SearchTable table;
    private final Path folder;

    private NativeClient(SearchTable table, Path folder) {
        this.table = table;
        this.folder = folder;
    }

    static void run(Arguments arguments) {
        try (TestPostgres server = Machine.forSearches()) {
            Results results = Results.start(
                    "client",
                    Machine.about(server, arguments),
                    "dimensions",
                    "RagKit p50 us",
                    "pgbench p50 us",
                    "ratio",
                    "floor p50 us",
                    "floor by table p50 us",
                    "ratio less the table");
            for (Corpus corpus : List.of(Corpus.ofDimensions384(), Corpus.ofDimensions1536())) {
                try (SearchTable table = SearchTable.load(server, corpus)) {
                    new NativeClient(table, Files.createTempDirectory("rag-pgbench-"))
                            .measure(results, arguments.time(TIME));
                }
            }
            results.write(arguments.out());
        } catch (IOException e) {
            throw new UncheckedIOException("pgbench cannot be run", e);
        }
    }

    private void measure(Results results, Duration time) throws IOException {
        fillQueries();
        FloorPlans plans = new FloorPlans(table);
        Map<String, String> settings = FloorPlans.settings(40);
        List<Contender> contenders = List.of(
                new RagKit(table, SearchOptions.ofLimit(LIMIT)),
                plans.nearest("floor", LIMIT, settings),
                plans.nearestOfTable("floor by table", LIMIT, settings));
        List<List<Double>> medians = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        List<Double> native_ = new ArrayList<>();
        for (int turn = 0; turn < TURNS; turn++) {
            List<Duel.Figures> figures = new Duel(1, time, table.corpus().queries()).run(contenders);
            for (int i = 0; i < figures.size(); i++) {
                medians.get(i).add(figures.get(i).p50());
            }
            native_.add(pgbench(plans.nearestOfTable("pgbench", LIMIT, settings), time));
        }
        add(results, medians.stream().map(NativeClient::median).toList(), median(native_));
    }

    private void add(Results results, List<Double> jvm, double nativeMedian) {
        double lookup = jvm.get(2) - jvm.get(1);
        results.add(
                table.corpus().dimensions(),
                jvm.get(0),
                nativeMedian,
                Results.ratio(jvm.get(0) / nativeMedian),
                jvm.get(1),
                jvm.get(2),
                Results.ratio(jvm.get(0) / (nativeMedian - lookup)));
    }

    private static double median(List<Double> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }

    private void fillQueries() {
        SearchTable.execute(
                table.url(),
                "CREATE TABLE bench_query (id int PRIMARY KEY, v vector("
                        + table.corpus().dimensions() + ") NOT NULL)");
        try (Connection connection = DriverManager.getConnection(table.url());
                PreparedStatement insert =
                        connection.prepareStatement("INSERT INTO bench_query (id, v) VALUES (?, ?)")) {
            BinaryVector.register(connection);
            for (int query = 0; query < table.corpus().queries(); query++) {
                insert.setInt(1, query);
                insert.setObject(2, new BinaryVector(table.corpus().query(query)));
                insert.addBatch();
            }
            insert.executeBatch();
        } catch (SQLException e) {
            throw new IllegalStateException("the queries cannot be stored", e);
        }
        SearchTable.execute(table.url(), "VACUUM ANALYZE bench_query");
    }

    /** The median of the transactions in its log, in microseconds. */
    private double pgbench(Floor floor, Duration time) throws IOException {
        String sql = floor.statement()
                .sql()
                .replaceFirst("\\?", ":id")
                .replaceFirst("\\?", Integer.toString(LIMIT))
                .replace('\n', ' ');
        Path script = folder.resolve("search.sql");
        Files.writeString(script, "\\set id random(0, " + (table.corpus().queries() - 1) + ")\n" + sql + ";\n");
        URI uri = URI.create(table.url().substring("jdbc:".length()));
        ProcessBuilder program = new ProcessBuilder(
                program(),
                "-n",
                "-M",
                "prepared",
                "-c",
                "1",
                "-j",
                "1",
                "-l",
                "--log-prefix=" + folder.resolve("log"),
                "-T",
                Long.toString(Math.max(1, time.toSeconds())),
                "-f",
                script.toString(),
                "-h",
                uri.getHost(),
                "-p",
                Integer.toString(uri.getPort()),
                "-U",
                login(uri, "user"),
                uri.getPath().substring(1));
        program.environment().put("PGPASSWORD", login(uri, "password"));
        program.environment()
                .put(
                        "PGOPTIONS",
                        floor.settings().entrySet().stream()
                                .map(setting -> "-c " + setting.getKey() + "=" + setting.getValue())
                                .collect(Collectors.joining(" ")));
        Path output = folder.resolve("output.txt");
        Process process = program.redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        await(process, output);
        return medianOfLog();
    }

    private static void await(Process process, Path output) throws IOException {
        try {
            if (!process.waitFor(2, TimeUnit.MINUTES) || process.exitValue() != 0) {
                throw new IllegalStateException("pgbench failed:\n" + Files.readString(output));
            }
        } catch (InterruptedException e) {
            process.destroy();
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while pgbench ran", e);
        }
    }

    /** The third field of each line is the time of a transaction; the first tenth warms up. */
    private double medianOfLog() throws IOException {
        try (Stream<Path> logs = Files.list(folder)) {
            Path log = logs.filter(file -> file.getFileName().toString().startsWith("log"))
                    .findFirst()
                    .orElseThrow();
            List<Long> nanos = Files.readAllLines(log).stream()
                    .map(line -> Long.parseLong(line.split(" ")[2]) * 1_000)
                    .toList();
            Files.delete(log);
            return Duel.quantile(nanos.subList(nanos.size() / 10, nanos.size()), 0.5);
        }
    }

    private static String login(URI uri, String name) {
        return Stream.of(uri.getQuery().split("&"))
                .filter(each -> each.startsWith(name + "="))
                .map(each -> each.substring(name.length() + 1))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("the URL of the server must name a " + name));
    }

    /** On PATH, else the newest of the distribution. */
    private static String program() throws IOException {
        Path distribution = Path.of("/usr/lib/postgresql");
        Stream<Path> onPath = Stream.of(System.getenv().getOrDefault("PATH", "").split(java.io.File.pathSeparator))
                .map(folder -> Path.of(folder, "pgbench"));
        try (Stream<Path> majors = Files.isDirectory(distribution) ? Files.list(distribution) : Stream.empty()) {
            List<Path> known = majors.sorted(java.util.Comparator.reverseOrder())
                    .map(major -> major.resolve("bin/pgbench"))
                    .toList();
            return Stream.concat(onPath, known.stream())
                    .filter(Files::isExecutable)
                    .findFirst()
                    .map(Path::toString)
                    .orElseThrow(() -> new IllegalStateException("install pgbench, which comes with PostgreSQL"));
        }
    }
}
