package dev.ragkit.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * A table of results: printed line by line as it grows, and kept as a CSV file below {@code benchmarks/results}, from which the
 * documentation is made. Lines that begin with # say when and on what machine. For use by one thread.
 */
final class Results {
    private final String name;
    private final List<String> about;
    private final List<String> columns;
    private final List<List<String>> rows = new ArrayList<>();

    private Results(String name, List<String> about, List<String> columns) {
        this.name = name;
        this.about = about;
        this.columns = columns;
    }

    /** Starts a table. */
    static Results start(String name, List<String> about, String... columns) {
        Results results = new Results(name, List.copyOf(about), List.of(columns));
        System.out.println("\n" + name);
        about.forEach(line -> System.out.println("# " + line));
        System.out.println(String.join(" | ", columns));
        return results;
    }

    /** Reads a table that a program wrote. */
    static Results read(Path file) {
        try {
            List<String> lines = Files.readAllLines(file);
            List<String> about = lines.stream()
                    .filter(line -> line.startsWith("# "))
                    .map(line -> line.substring(2))
                    .toList();
            List<List<String>> cells = lines.stream()
                    .filter(line -> !line.startsWith("#") && !line.isBlank())
                    .map(line -> Arrays.asList(line.split(",", -1)))
                    .toList();
            Results results = new Results(file.getFileName().toString().replace(".csv", ""), about, cells.get(0));
            results.rows.addAll(cells.subList(1, cells.size()));
            return results;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }

    /** The folder of the files, in the checkout. */
    static Path folder() {
        return checkout().resolve("benchmarks/results");
    }

    static Path checkout() {
        Path at = Path.of("").toAbsolutePath();
        while (!Files.exists(at.resolve("rag-bom/pom.xml"))) {
            if (at.getParent() == null) {
                throw new IllegalStateException("run this inside a checkout of the project");
            }
            at = at.getParent();
        }
        return at;
    }

    /** A number with so many decimals as make three digits. */
    static String number(double value) {
        if (Double.isNaN(value)) {
            return "-";
        }
        double size = Math.abs(value);
        String format = size >= 100 ? "%.0f" : size >= 10 ? "%.1f" : "%.2f";
        return String.format(Locale.ROOT, format, value);
    }

    static String share(double value) {
        return String.format(Locale.ROOT, "%.3f", value);
    }

    static String ratio(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }

    static String range(double[] bounds) {
        return ratio(bounds[0]) + "-" + ratio(bounds[1]);
    }

    /** Adds a row; a comma in a cell becomes a semicolon. */
    void add(Object... cells) {
        List<String> row = Arrays.stream(cells)
                .map(cell -> cell instanceof Double value ? number(value) : String.valueOf(cell))
                .map(cell -> cell.replace(',', ';'))
                .toList();
        if (row.size() != columns.size()) {
            throw new IllegalArgumentException("a row must have " + columns.size() + " cells, had " + row.size());
        }
        rows.add(row);
        System.out.println(String.join(" | ", row));
    }

    List<String> about() {
        return about;
    }

    List<String> columns() {
        return columns;
    }

    List<List<String>> rows() {
        return List.copyOf(rows);
    }

    /** The cell of a row in the column of this name. */
    String cell(List<String> row, String column) {
        return row.get(columns.indexOf(column));
    }

    /** Writes the file, replacing an earlier one. */
    void write(Path folder) {
        String text = about.stream().map(line -> "# " + line + "\n").collect(Collectors.joining())
                + String.join(",", columns)
                + "\n"
                + rows.stream().map(row -> String.join(",", row) + "\n").collect(Collectors.joining());
        try {
            Files.createDirectories(folder);
            Files.writeString(folder.resolve(name + ".csv"), text);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + name + ".csv to " + folder, e);
        }
    }
}
