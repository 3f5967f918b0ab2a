package dev.ragkit.pgvector;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a server with {@code log_statement = all} was told, in its order: {@code statement: text} or {@code execute name: text}. */
record StatementLog(Path file) {

    private static final Pattern ENTRY =
            Pattern.compile("^\\S+ \\S+ \\S+ \\[\\d+] LOG:  ((?:statement|execute [^:]+): .*)$");

    /** What outlives a transaction. */
    private static final Pattern SESSION_STATE = Pattern.compile(
            "^(?:SET\\s+(?!TRANSACTION\\b|LOCAL\\b)|RESET\\b|DISCARD\\b|LOAD\\b|(?:UN)?LISTEN\\b|PREPARE\\b|DEALLOCATE\\b"
                    + "|CREATE\\s+(?:(?:GLOBAL|LOCAL)\\s+)?TEMP)"
                    + "|\\bWITH\\s+HOLD\\b|\\bINTO\\s+TEMP|\\bpg_(?:try_)?advisory_(?:lock|unlock)|\\bpg_temp\\b"
                    + "|set_config\\([^;]*?,\\s*false\\)",
            Pattern.CASE_INSENSITIVE);

    private static final Pattern HOW_IT_CAME = Pattern.compile("^(?:statement|execute [^:]+): ");

    List<String> statements() {
        List<String> statements = new ArrayList<>();
        for (String line : lines()) {
            Matcher entry = ENTRY.matcher(line);
            if (entry.matches()) {
                statements.add(entry.group(1));
            } else if (line.startsWith("\t") && !statements.isEmpty()) {
                int last = statements.size() - 1;
                statements.set(last, statements.get(last) + "\n" + line.strip());
            }
        }
        return statements;
    }

    private List<String> lines() {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the log of the server", e);
        }
    }

    /** Each statement by itself that changes what a later transaction on the same connection finds. */
    static List<String> ofSessionState(Collection<String> statements) {
        return statements.stream()
                .map(text -> HOW_IT_CAME.matcher(text).replaceFirst(""))
                .flatMap(text -> Arrays.stream(text.split(";")).map(String::strip))
                .filter(text -> SESSION_STATE.matcher(text).find())
                .toList();
    }

    /** Whether the server keeps it under a name. */
    static boolean isPrepared(String statement) {
        return statement.startsWith("execute S_");
    }
}
