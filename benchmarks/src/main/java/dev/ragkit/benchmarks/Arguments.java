package dev.ragkit.benchmarks;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a program was told: {@code --quick}, {@code --part=a,b}, {@code --max-rows=n}, {@code --out=folder}.
 *
 * @param words the words after the program's name
 */
record Arguments(List<String> words) {
    static Arguments of(String[] words) {
        for (String word : words) {
            if (!word.matches("--quick|--(part|max-rows|out)=.+")) {
                throw new IllegalArgumentException(
                        "known are --quick, --part=..., --max-rows=... and --out=..., not " + word);
            }
        }
        return new Arguments(List.of(words));
    }

    /** Fewer cases and less time: to see that the program works, not to quote. */
    boolean quick() {
        return words.contains("--quick");
    }

    private Optional<String> value(String name) {
        String start = "--" + name + "=";
        return words.stream()
                .filter(word -> word.startsWith(start))
                .map(word -> word.substring(start.length()))
                .findFirst();
    }

    /** Whether a part is wanted; all are, unless some are named. */
    boolean wants(String part) {
        return value("part")
                .map(parts -> Set.of(parts.split(",")).contains(part))
                .orElse(true);
    }

    int maxRows(int otherwise) {
        return value("max-rows")
                .map(rows -> Integer.parseInt(rows.replace("_", "")))
                .orElse(otherwise);
    }

    /** Where results go: into the checkout, unless it was a quick run. */
    Path out() {
        return value("out")
                .map(Path::of)
                .orElseGet(() -> quick() ? Results.checkout().resolve("benchmarks/target/results") : Results.folder());
    }

    Duration time(Duration full) {
        return quick() ? full.dividedBy(6) : full;
    }
}
