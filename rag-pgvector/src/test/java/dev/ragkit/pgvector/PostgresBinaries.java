package dev.ragkit.pgvector;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The PostgreSQL server programs of this machine that have the extension pgvector.
 *
 * @param programs the folder of {@code initdb} and {@code postgres}
 * @param shared the folder that holds {@code extension}
 */
record PostgresBinaries(Path programs, Path shared) {

    /** The oldest pgvector the tests can use: the first with iterative index scans. */
    static final Version OLDEST_PGVECTOR = new Version(0, 8);

    private static final Path DISTRIBUTION_FOLDER = Path.of("/usr/lib/postgresql");

    /** Returns the programs on PATH, else the newest of the distribution; tells {@code onReason} why others were left. */
    static Optional<PostgresBinaries> find(Consumer<String> onReason) {
        return Stream.concat(onPath(), ofDistribution())
                .filter(Files::isExecutable)
                .flatMap(config -> ask(config, onReason).stream())
                .distinct()
                .filter(binaries -> binaries.isComplete(onReason))
                .findFirst();
    }

    Path program(String name) {
        return programs.resolve(name);
    }

    boolean hasExtension(String name) {
        return Files.exists(control(name));
    }

    private Path control(String extension) {
        return shared.resolve("extension").resolve(extension + ".control");
    }

    private boolean isComplete(Consumer<String> onReason) {
        if (!Files.isExecutable(program("initdb")) || !Files.isExecutable(program("postgres"))) {
            onReason.accept(programs + " has no server programs");
            return false;
        }
        if (!hasExtension("vector")) {
            onReason.accept(programs + " has no pgvector");
            return false;
        }
        Version version = Version.ofControl(control("vector"));
        if (version.compareTo(OLDEST_PGVECTOR) < 0) {
            onReason.accept(programs + " has pgvector " + version + ", " + OLDEST_PGVECTOR + " is needed");
            return false;
        }
        return true;
    }

    private static Optional<PostgresBinaries> ask(Path config, Consumer<String> onReason) {
        ProcessBuilder question = new ProcessBuilder(config.toString(), "--bindir", "--sharedir");
        try {
            List<Path> folders = Command.output(question).lines().map(Path::of).toList();
            return Optional.of(new PostgresBinaries(folders.get(0), folders.get(1)));
        } catch (IllegalStateException e) {
            onReason.accept(e.getMessage());
            return Optional.empty();
        }
    }

    private static Stream<Path> onPath() {
        String path = System.getenv().getOrDefault("PATH", "");
        return Arrays.stream(path.split(File.pathSeparator))
                .filter(folder -> !folder.isBlank())
                .map(folder -> Path.of(folder, "pg_config"));
    }

    private static Stream<Path> ofDistribution() {
        if (!Files.isDirectory(DISTRIBUTION_FOLDER)) {
            return Stream.empty();
        }
        try (Stream<Path> majors = Files.list(DISTRIBUTION_FOLDER)) {
            return majors
                    .filter(folder -> folder.getFileName().toString().matches("[0-9]{1,4}"))
                    .sorted(Comparator.comparingInt((Path folder) ->
                                    Integer.parseInt(folder.getFileName().toString()))
                            .reversed())
                    .map(folder -> folder.resolve("bin").resolve("pg_config"))
                    .toList()
                    .stream();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list " + DISTRIBUTION_FOLDER, e);
        }
    }

    /** The first two numbers of an extension's version. */
    record Version(int major, int minor) implements Comparable<Version> {

        private static final Pattern LINE = Pattern.compile("(?m)^default_version *= *'(\\d+)\\.(\\d+)");

        static Version ofControl(Path control) {
            try {
                Matcher matcher = LINE.matcher(Files.readString(control));
                return matcher.find()
                        ? new Version(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)))
                        : new Version(0, 0);
            } catch (IOException e) {
                throw new UncheckedIOException("cannot read " + control, e);
            }
        }

        @Override
        public int compareTo(Version other) {
            return Comparator.comparingInt(Version::major)
                    .thenComparingInt(Version::minor)
                    .compare(this, other);
        }

        @Override
        public String toString() {
            return major + "." + minor;
        }
    }
}
