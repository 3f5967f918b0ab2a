package dev.ragkit.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Brings the results into the documentation: the tables between {@code <!-- results: name -->} and {@code <!-- end -->} of
 * {@code docs/benchmarks.md}, and the plots beside it. {@code java -cp benchmarks.jar dev.ragkit.benchmarks.Report} writes them;
 * a test compares.
 */
final class Report {
    private static final Pattern TABLE = Pattern.compile("<!-- results: ([a-z]+) -->\n.*?<!-- end -->", Pattern.DOTALL);

    private Report() {}

    /**
     * Writes the page and the plots.
     *
     * @param words none
     */
    public static void main(String[] words) {
        write(page(), pageFromResults());
        write(plot("ratios"), ratios());
        write(plot("growth"), growth());
    }

    static Path page() {
        return Results.checkout().resolve("docs/benchmarks.md");
    }

    static Path plot(String name) {
        return Results.checkout().resolve("docs/benchmarks-" + name + ".svg");
    }

    /** The page as it is, with its tables as the results have them. */
    static String pageFromResults() {
        Matcher table = TABLE.matcher(read(page()));
        return table.replaceAll(match -> Matcher.quoteReplacement(
                "<!-- results: " + match.group(1) + " -->\n" + table(match.group(1)) + "<!-- end -->"));
    }

    private static String table(String name) {
        if (!Files.exists(file(name))) {
            return "Not measured yet.\n\n";
        }
        Results results = results(name);
        StringBuilder text = new StringBuilder();
        text.append("Measured on ").append(String.join("; ", results.about())).append(".\n\n");
        row(text, results.columns());
        row(text, results.columns().stream().map(column -> "---").toList());
        results.rows().forEach(row -> row(text, row));
        return text.append('\n').toString();
    }

    private static void row(StringBuilder text, List<String> cells) {
        text.append("| ").append(String.join(" | ", cells)).append(" |\n");
    }

    static String ratios() {
        return RatioPlot.of(results("search"));
    }

    static String growth() {
        return GrowthPlot.of(results("growth"));
    }

    private static Results results(String name) {
        return Results.read(file(name));
    }

    private static Path file(String name) {
        return Results.folder().resolve(name + ".csv");
    }

    static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }

    private static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file, e);
        }
    }
}
