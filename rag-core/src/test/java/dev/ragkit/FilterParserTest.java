package dev.ragkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FilterParserTest {
    private static final long SEED = Long.getLong("seed", 20_261_122);
    private static final int TREES = Boolean.getBoolean("rag.deep") ? 2_000_000 : 10_000;
    private static final int MUTANTS = Boolean.getBoolean("rag.deep") ? 20_000_000 : 50_000;
    private static final int MIB = 1 << 20;

    private static final List<String> PIECES = List.of(
            "'", "\"", "(", ")", ",", "=", "!", "<", ">", "-", ".", "e", "1", " ", "AND ", " OR ", "NOT ", " IN ",
            "EXISTS(", "ALL(", "ANY(", "TRUE", "\\", "$", "?", "--", "/*", ";", "\u0000", "\u2019", "\ud83d", "\ude00",
            "$$", "{fn", "}", "@", "\u00a0", "\n");

    @Test
    void readsWhatPeopleWrite() {
        assertThat(Filter.parse("lang = 'en' AND (year >= 2020 OR tags CONTAINS 'java') AND NOT EXISTS(draft)"))
                .isEqualTo(Filter.and(
                        Filter.eq("lang", "en"),
                        Filter.or(Filter.gte("year", 2020), Filter.contains("tags", "java")),
                        Filter.not(Filter.exists("draft"))));
    }

    @Test
    void readsEachKindOfCondition() {
        assertThat(Filter.parse("k=1")).isEqualTo(Filter.eq("k", 1));
        assertThat(Filter.parse("k == 1.0")).isEqualTo(Filter.eq("k", 1.0));
        assertThat(Filter.parse("k != -2")).isEqualTo(Filter.ne("k", -2));
        assertThat(Filter.parse("k <> 1e3")).isEqualTo(Filter.ne("k", 1000.0));
        assertThat(Filter.parse("k < 'x'")).isEqualTo(Filter.lt("k", "x"));
        assertThat(Filter.parse("k <= -0.5E-1")).isEqualTo(Filter.lte("k", -0.05));
        assertThat(Filter.parse("k > 007")).isEqualTo(Filter.gt("k", 7));
        assertThat(Filter.parse("k = tRuE")).isEqualTo(Filter.eq("k", true));
        assertThat(Filter.parse("k IN ()")).isEqualTo(Filter.in("k", List.of()));
        assertThat(Filter.parse("k in ('a', 1, false)")).isEqualTo(Filter.in("k", List.of("a", 1, false)));
        assertThat(Filter.parse("k NOT IN (1)")).isEqualTo(Filter.not(Filter.in("k", List.of(1))));
        assertThat(Filter.parse("k not contains 'x'")).isEqualTo(Filter.not(Filter.contains("k", "x")));
        assertThat(Filter.parse("ALL()")).isEqualTo(Filter.all());
        assertThat(Filter.parse("ANY(k = 1, EXISTS(l) AND m = 2)"))
                .isEqualTo(Filter.or(Filter.eq("k", 1), Filter.and(Filter.exists("l"), Filter.eq("m", 2))));
    }

    @Test
    void andBindsTighterThanOrAndNotTightest() {
        assertThat(Filter.parse("EXISTS(a) OR NOT EXISTS(b) AND EXISTS(c)"))
                .isEqualTo(
                        Filter.or(Filter.exists("a"), Filter.and(Filter.not(Filter.exists("b")), Filter.exists("c"))));
    }

    @Test
    void bracketsAreKeptAsTheyStand() {
        assertThat(Filter.parse("(a=1 AND b=1) AND ((c=1))"))
                .isEqualTo(Filter.and(Filter.and(Filter.eq("a", 1), Filter.eq("b", 1)), Filter.eq("c", 1)));
    }

    @Test
    void quotesStandForThemselvesWhenDoubled() {
        assertThat(Filter.parse("name = 'O''Brien'")).isEqualTo(Filter.eq("name", "O'Brien"));
        assertThat(Filter.parse("\"a \"\"b\"\"\" = ''")).isEqualTo(Filter.eq("a \"b\"", ""));
        assertThat(Filter.parse("\"and\" = '\\'")).isEqualTo(Filter.eq("and", "\\"));
    }

    @Test
    void refusesWithThePositionAndWithoutTheText() {
        assertRefused("", 0, "expected a condition, such as key = 'text', EXISTS(key) or (...), found the end");
        assertRefused("a = ", 4, "expected a value: a string in single quotes, a number, TRUE or FALSE, found the end");
        assertRefused("name = Miller", 7, "found a word");
        assertRefused("name = 'Miller", 7, "a quotation mark begins here that nothing ends; add '");
        assertRefused("a = 1 b = 2", 6, "expected AND, OR or the end, found a word");
        assertRefused("a = 1)", 5, "expected AND, OR or the end, found ')'");
        assertRefused("(a = 1", 6, "expected ')', found the end");
        assertRefused("a LIKE 'x'", 2, "expected a comparison, IN, CONTAINS or NOT after the key, found a word");
        assertRefused("a NOT = 1", 6, "expected IN or CONTAINS after NOT, found '='");
        assertRefused("a (1)", 2, "expected a comparison, IN, CONTAINS or NOT after the key, found '('");
        assertRefused("a CONTAINS 1", 11, "expected a string in single quotes, found a number");
        assertRefused("EXISTS(1)", 7, "expected a key, found a number");
        assertRefused("and = 1", 0, "found 'AND'");
        assertRefused("a = 1x", 5, "a number must end here; put strings in single quotes");
        assertRefused("a = 1.", 6, "expected a digit");
        assertRefused("a = 1e", 6, "expected a digit");
        assertRefused("a = +1", 4, "U+002B has no meaning here");
        assertRefused("a = 9223372036854775808", 4, "a whole number must lie between -2^63 and 2^63 - 1");
        assertRefused("a = 1e400", 4, "the number is too large for a double");
        assertRefused("a = 1e-400", 4, "the number is too small for a double");
        assertRefused("a\u00a0= 1", 1, "U+00A0 has no meaning here");
        assertRefused("draft > TRUE", 8, "booleans have no order");
        assertRefused("a = 'x\u0000'", 4, "must not contain NUL (U+0000)");
        assertRefused("\"\" = 1", 5, "metadata key must have 1 to 256 characters, had 0");
    }

    private static void assertRefused(String expression, int position, String message) {
        FilterException refused = catchThrowableOfType(FilterException.class, () -> Filter.parse(expression));
        assertThat(refused).as(expression).isNotNull();
        assertThat(refused)
                .hasMessageStartingWith("filter expression, at character " + position + ": ")
                .hasMessageContaining(message);
        assertThat(refused.position()).isEqualTo(position);
        assertThat(refused.getMessage()).doesNotContain("Miller");
    }

    @Test
    void F02_parsingWhatWasWrittenGivesTheSameFilter() {
        System.out.println("F-02: trees, replay with -Dseed=" + SEED);
        int longest = 0;
        for (int i = 0; i < TREES; i++) {
            Filter filter = new FilterTrees(new SplittableRandom(SEED + i)).next();
            String expression = filter.expression();
            assertThat(Filter.parse(expression)).as(expression).isEqualTo(filter);
            assertThat(Filter.parse(expression).expression()).isEqualTo(expression);
            longest = Math.max(longest, expression.length());
        }
        System.out.printf(
                "F-02: %d trees written and read back, 0 differences, longest %d characters%n", TREES, longest);
    }

    @Test
    void F02_mutatedExpressionsAreReadOrRefused() {
        System.out.println("F-02: mutants, replay with -Dseed=" + SEED);
        int read = 0;
        for (int i = 0; i < MUTANTS; i++) {
            SplittableRandom random = new SplittableRandom(SEED + i);
            String mutant = mutant(new FilterTrees(random).next().expression(), random);
            try {
                Filter filter = Filter.parse(mutant);
                assertThat(Filter.parse(filter.expression())).isEqualTo(filter);
                read++;
            } catch (FilterException refused) {
                assertThat(refused.position()).isBetween(0, mutant.length());
            }
        }
        System.out.printf("F-02: %d mutants, %d of them read, 0 crashes%n", MUTANTS, read);
        assertThat(read).isBetween(MUTANTS / 50, MUTANTS - MUTANTS / 50);
    }

    private static String mutant(String expression, SplittableRandom random) {
        StringBuilder text = new StringBuilder(expression);
        for (int i = random.nextInt(4); i >= 0; i--) {
            int at = random.nextInt(text.length() + 1);
            int end = Math.min(text.length(), at + random.nextInt(3));
            switch (random.nextInt(4)) {
                case 0 -> text.delete(at, end);
                case 1 -> text.insert(at, text.substring(at, end));
                case 2 -> text.replace(at, end, String.valueOf((char) random.nextInt(0x80)));
                default -> text.insert(at, PIECES.get(random.nextInt(PIECES.size())));
            }
        }
        return text.toString();
    }

    @Test
    void theDeepestAndTheLargestFilterAreReadBack() {
        Filter deep = Filter.exists("k");
        for (int i = 1; i < Filter.MAX_DEPTH; i++) {
            Filter inner = deep;
            deep = i % 2 == 0 ? Filter.not(inner) : Filter.and(inner, Filter.exists("k"));
        }
        assertThat(Filter.parse(deep.expression())).isEqualTo(deep);
        Filter wide = new Filter.Or(Collections.nCopies(Filter.MAX_NODES - 1, Filter.exists("k")));
        assertThat(Filter.parse(wide.expression())).isEqualTo(wide);
        Filter many = Filter.in("k", IntStream.range(0, Filter.MAX_IN).boxed().toList());
        assertThat(Filter.parse(many.expression())).isEqualTo(many);
    }

    @Test
    void boundsAreKeptAndNamed() {
        String nots = "NOT ".repeat(31) + "k = 1";
        assertThat(Filter.parse(nots)).isNotNull();
        assertThatThrownBy(() -> Filter.parse("NOT " + nots)).hasMessageContaining("at most 32 levels, had 33");
        assertThat(Filter.parse("(".repeat(64) + "k = 1" + ")".repeat(64))).isEqualTo(Filter.eq("k", 1));
        assertThatThrownBy(() -> Filter.parse("(".repeat(65) + "k = 1" + ")".repeat(65)))
                .hasMessageContaining("at most 64 brackets and NOTs may be open at once");
        assertThatThrownBy(() -> Filter.parse("k = 1" + " OR k = 1".repeat(256)))
                .hasMessageContaining("at most 256 nodes; use IN for many values");
        String values = IntStream.rangeClosed(0, Filter.MAX_IN)
                .mapToObj(String::valueOf)
                .collect(Collectors.joining(","));
        assertThatThrownBy(() -> Filter.parse("k IN (" + values + ")")).hasMessageContaining("at most 10000 values");
        assertThatThrownBy(() -> Filter.parse("k".repeat(257) + " = 1")).hasMessageContaining("had 257");
    }

    @Test
    void F02_aMebibyteOfTextIsReadOrRefusedAtOnce() {
        List<String> texts = List.of(
                "(".repeat(MIB),
                "NOT ".repeat(MIB / 4),
                "k = 1 OR ".repeat(MIB / 9),
                "ALL(".repeat(MIB / 4),
                "ALL(),".repeat(MIB / 6),
                "k = '" + "''".repeat(MIB / 2),
                "k = '" + "''".repeat(MIB / 2) + "'",
                "k = '" + "x".repeat(MIB) + "'",
                "\"".repeat(MIB),
                "k = " + "1".repeat(MIB),
                "k = 0." + "1".repeat(MIB),
                "k = 1e" + "1".repeat(MIB),
                "k IN (" + "1,".repeat(MIB / 2) + "1)",
                "k".repeat(MIB) + " = 1",
                " ".repeat(MIB),
                "\ud83d\ude00".repeat(MIB / 2));
        for (int i = 0; i < 5; i++) {
            texts.forEach(FilterParserTest::read);
        }
        long slowest = texts.stream().mapToLong(FilterParserTest::read).max().orElseThrow();
        System.out.printf("F-02: 1 MiB of text of %d kinds, the slowest in %d ms%n", texts.size(), slowest / 1_000_000);
        // 50 ms on a quiet machine; ten times that still tells quadratic time from linear, which would be minutes.
        assertThat(slowest).isLessThan(500_000_000);
    }

    private static long read(String text) {
        long begin = System.nanoTime();
        try {
            Filter.parse(text);
        } catch (FilterException refused) {
            assertThat(refused.getMessage()).hasSizeLessThan(300);
        }
        return System.nanoTime() - begin;
    }
}
