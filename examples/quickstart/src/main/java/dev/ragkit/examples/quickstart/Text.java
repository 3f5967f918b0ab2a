package dev.ragkit.examples.quickstart;

import dev.ragkit.Answer;
import dev.ragkit.Citation;
import dev.ragkit.IngestReport;
import dev.ragkit.TokenUsage;
import dev.ragkit.intercept.Account;
import dev.ragkit.intercept.Cost;
import dev.ragkit.intercept.Spent;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Writes results for people to read. */
final class Text {
    private static final int MOST_FAILURES = 10;
    private static final Pattern UNPRINTABLE = Pattern.compile("[\\p{Cc}\\u202A-\\u202E\\u2066-\\u2069&&[^\\n\\t]]");

    private Text() {}

    static String of(Ingested ingested) {
        IngestReport report = ingested.report();
        String counts = Stream.of(
                        count(report.added(), "added"),
                        count(report.updated(), "updated"),
                        count(report.unchanged(), "unchanged"),
                        count(report.restored(), "restored"),
                        count(ingested.deleted(), "deleted"),
                        count(ingested.failed().size(), "failed"))
                .flatMap(Optional::stream)
                .collect(Collectors.joining(", "));
        return "documents: " + counts + "; chunks embedded: " + report.embedded() + of(ingested.failed());
    }

    /** A line for each file, begun by a line break. */
    static String of(List<TextFiles.Unreadable> files) {
        String lines = files.stream()
                .limit(MOST_FAILURES)
                .map(file -> "\n  " + printable(ShownPath.of(file.file().toString()) + " " + file.reason()))
                .collect(Collectors.joining());
        int more = files.size() - MOST_FAILURES;
        return more > 0 ? lines + "\n  and " + more + " more" : lines;
    }

    private static Optional<String> count(long number, String what) {
        return number == 0 ? Optional.empty() : Optional.of(number + " " + what);
    }

    /** What follows the text of an answer: whether it is whole, and where its statements stand. */
    static String sources(Answer answer) {
        String citations = answer.citations().stream().map(Text::line).collect(Collectors.joining());
        return "\n" + remarks(answer) + citations + "\n";
    }

    /** The text was shown as it came, so with the markers that were taken out since. */
    private static String remarks(Answer answer) {
        String rejected = answer.rejected().isEmpty()
                ? ""
                : "\nnot found in the documents: " + printable(String.join(", ", answer.rejected()));
        return rejected
                + switch (answer.completion().finish()) {
                    case LENGTH -> "\nthe answer was cut off: it had reached the most tokens";
                    case CONTENT_FILTER -> "\nthe answer was cut off by a filter of the provider";
                    case REFUSAL -> "\nthe model refused to answer";
                    case STOP, OTHER -> "";
                };
    }

    /** A line for each model that was called. */
    static String of(Map<Account, Spent> totals) {
        return totals.entrySet().stream()
                .map(total -> printable(total.getKey().model()) + ": " + line(total.getValue()) + "\n")
                .collect(Collectors.joining());
    }

    private static String line(Spent spent) {
        TokenUsage usage = spent.usage();
        String tokens = usage.equals(TokenUsage.NONE)
                ? "tokens unknown"
                : usage.input() + " tokens read, " + usage.output() + " written";
        return (spent.calls() == 1 ? "1 call, " : spent.calls() + " calls, ") + tokens + ", cost " + line(spent.cost());
    }

    private static String line(Cost cost) {
        boolean unknown = !cost.isKnown() && cost.known().signum() == 0;
        return unknown ? "unknown" : cost + " USD";
    }

    private static String line(Citation citation) {
        String quote = citation.quote().replaceAll("\\s+", " ");
        return "\n" + citation.marker() + " " + printable(ShownPath.of(citation.source())) + " " + citation.start()
                + ".." + citation.end() + " \"" + printable(quote) + "\"";
    }

    static String of(Timings timings) {
        return "model " + seconds(timings.load()) + ", documents " + seconds(timings.ingest()) + ", answer "
                + seconds(timings.answer()) + ", total " + seconds(timings.total());
    }

    static String seconds(Duration duration) {
        return String.format(Locale.ROOT, "%.2f s", duration.toNanos() / 1e9);
    }

    /** A document must not steer the terminal: control characters and changes of direction are shown as replaced. */
    static String printable(String text) {
        return UNPRINTABLE.matcher(text).replaceAll("\uFFFD");
    }
}
