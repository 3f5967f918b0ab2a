package dev.ragkit.pgvector;

import dev.ragkit.Metadata;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Filter expressions to attack with, and metadata that they meet: half of them follow the grammar, with keys and values that
 * mean something to SQL, jsonpath or JDBC; the others are such with a few bytes changed. The same seed gives the same ones.
 */
final class FilterFuzz {
    private static final long GOLDEN = 0x9e3779b97f4a7c15L;

    /** Also what mutations put in. */
    static final List<String> HOSTILE = List.of(
            "'",
            "''",
            "\"",
            "\\",
            "\\'",
            "$",
            "$1",
            "$$",
            "$x$",
            "?",
            "??",
            "--",
            "/*",
            "*/",
            ";",
            "\u0000",
            "\u2019",
            "@",
            "@@",
            "$.*",
            "$.**",
            "\") || (1 == 1",
            "\\u0022",
            "like_regex",
            "{fn now()}",
            "{d '2020-01-01'}",
            "{escape '\\'}",
            "{oj x}",
            ":name",
            "%_",
            "%",
            "O'Brien",
            "' OR '1'='1",
            "'; DROP TABLE x; --",
            "1; SELECT 1",
            "\n",
            "\t",
            "\u2028",
            "\ud83d\ude00",
            "\ue000",
            "::text",
            "E'\\x'",
            "U&'\\0027'",
            "null",
            "NaN",
            "()",
            "[]",
            "{}",
            ",");

    private static final List<String> KEYS = List.of(
            "k",
            "lang",
            "n",
            "tags",
            "a.b",
            "key",
            "O'Brien",
            "\"q\"",
            "$1",
            "?",
            "\\",
            "%_",
            "--",
            "/*",
            "\u2019",
            "$.*",
            "{fn now()}",
            "\ud83d\ude00");
    private static final List<String> STRINGS = List.of(
            "a",
            "A",
            "1",
            "1.0",
            "",
            "true",
            "O'Brien",
            "%_",
            "%",
            "_",
            "\\",
            "\"",
            "''",
            "$1",
            "?",
            "null",
            "b",
            "\ud83d\ude00",
            "\ue000",
            "line\nbreak",
            "' OR '1'='1",
            "\") || (1 == 1",
            "\u2019",
            "--",
            "{}",
            "zz");
    private static final List<String> NUMBERS = List.of(
            "0",
            "1",
            "1.0",
            "-1",
            "2",
            "10",
            "12.5",
            "1e1",
            "1E-7",
            "9007199254740993",
            "9007199254740992",
            "9007199254740992.0",
            "9223372036854775807",
            "-9223372036854775808",
            "1e20",
            "0.1",
            "1.7976931348623157E308",
            "4.9E-324",
            "007");
    private static final List<String> COMPARISONS = List.of("=", "==", "!=", "<>", "<", "<=", ">", ">=");

    private final long seed;

    FilterFuzz(long seed) {
        this.seed = seed;
    }

    private SplittableRandom random(long index) {
        return new SplittableRandom(seed + GOLDEN * (index + 1));
    }

    String expression(long index) {
        SplittableRandom random = random(index);
        String text = new Grammar(random).filter(1 + random.nextInt(4));
        return index % 2 == 0 ? text : mutated(text, random);
    }

    /** Each key is missing in one of three; the others hold strings, numbers, numbers as strings, booleans or lists. */
    Metadata metadata(long row) {
        SplittableRandom random = random(-2 - row);
        Map<String, Object> values = new HashMap<>();
        for (String key : KEYS) {
            if (random.nextInt(3) > 0) {
                values.put(key, value(random));
            }
        }
        return Metadata.of(values);
    }

    private static Object value(SplittableRandom random) {
        return switch (random.nextInt(5)) {
            case 0, 1 -> pick(STRINGS, random);
            case 2 -> number(pick(NUMBERS, random));
            case 3 -> random.nextBoolean();
            default ->
                IntStream.range(0, random.nextInt(4))
                        .mapToObj(i -> pick(STRINGS, random))
                        .toList();
        };
    }

    private static Number number(String text) {
        return text.contains(".") || text.toUpperCase(Locale.ROOT).contains("E")
                ? (Number) Double.valueOf(text)
                : (Number) Long.valueOf(text);
    }

    /** Changes, removes, doubles and inserts bytes, wherever that lands in a character; at times inserts half a character. */
    private static String mutated(String text, SplittableRandom random) {
        List<Byte> bytes = new ArrayList<>();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            bytes.add(b);
        }
        for (int i = random.nextInt(3); i >= 0; i--) {
            int at = random.nextInt(bytes.size() + 1);
            int kind = at == bytes.size() ? 3 : random.nextInt(4);
            switch (kind) {
                case 0 -> bytes.set(at, (byte) random.nextInt(256));
                case 1 -> bytes.remove(at);
                case 2 -> bytes.add(at, bytes.get(at));
                default -> {
                    byte[] piece = pick(HOSTILE, random).getBytes(StandardCharsets.UTF_8);
                    for (int b = 0; b < piece.length; b++) {
                        bytes.add(at + b, piece[b]);
                    }
                }
            }
        }
        byte[] raw = new byte[bytes.size()];
        for (int i = 0; i < raw.length; i++) {
            raw[i] = bytes.get(i);
        }
        String mutant = new String(raw, StandardCharsets.UTF_8);
        int at = random.nextInt(mutant.length() + 1);
        return random.nextInt(20) == 0 ? mutant.substring(0, at) + '\ud83d' + mutant.substring(at) : mutant;
    }

    private static <T> T pick(List<T> values, SplittableRandom random) {
        return values.get(random.nextInt(values.size()));
    }

    /** Writes what the grammar at {@code Filter.parse} allows, in any case and spacing. */
    private record Grammar(SplittableRandom random) {
        String filter(int levels) {
            int kind = levels == 1 ? 0 : random.nextInt(12);
            return switch (kind) {
                case 5, 6 -> word("NOT") + filter(levels - 1);
                case 7 -> "(" + filter(levels - 1) + ")";
                case 8, 9 -> "(" + filter(levels - 1) + word("AND") + filter(levels - 1) + ")";
                case 10 -> filter(levels - 1) + word("OR") + filter(levels - 1);
                case 11 -> word(random.nextBoolean() ? "ALL" : "ANY") + "(" + some(() -> filter(levels - 1)) + ")";
                default -> condition();
            };
        }

        private String condition() {
            return switch (random.nextInt(8)) {
                case 0 -> word("EXISTS") + "(" + key() + ")";
                case 1 -> key() + not() + word("IN") + "(" + some(this::value) + ")";
                case 2 -> key() + not() + word("CONTAINS") + string();
                case 3 -> key() + pick(List.of("<", "<=", ">", ">="), random) + ordered();
                default -> key() + space() + pick(COMPARISONS.subList(0, 4), random) + space() + value();
            };
        }

        private String not() {
            return random.nextInt(3) == 0 ? word("NOT") : "";
        }

        private String some(Supplier<String> part) {
            return IntStream.range(0, random.nextInt(5))
                    .mapToObj(i -> part.get())
                    .collect(Collectors.joining("," + space()));
        }

        private String word(String word) {
            String text = random.nextInt(4) == 0 ? word.toLowerCase(Locale.ROOT) : word;
            return " " + text + " ";
        }

        private String space() {
            return pick(List.of("", " ", " ", "\n\t"), random);
        }

        private String key() {
            String key = random.nextInt(12) == 0 ? pick(HOSTILE, random) : pick(KEYS, random);
            boolean bare = key.chars().allMatch(c -> c >= 'a' && c <= 'z') && random.nextBoolean();
            return bare ? key : '"' + key.replace("\"", "\"\"") + '"';
        }

        private String ordered() {
            return random.nextBoolean() ? string() : pick(NUMBERS, random);
        }

        private String value() {
            return random.nextInt(5) == 0 ? pick(List.of("TRUE", "false"), random) : ordered();
        }

        private String string() {
            String text = random.nextInt(4) == 0 ? pick(HOSTILE, random) : pick(STRINGS, random);
            return "'" + text.replace("'", "''") + "'";
        }
    }
}
