package dev.ragkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ChunkerGraphemesTest {
    private static final Pattern CLUSTER = Pattern.compile("\\X");

    /** Neighbours of which each asks for another rule. */
    private static final List<String> PATTERNS = List.of(
            "a%",
            "%a",
            "%\u0301",
            "%%",
            "\u231a%",
            "\u231a\u200d%",
            "\u231a%\u200d\u231a",
            "\u0915\u094d%",
            "\u0915%\u0915",
            "%\u094d\u0915",
            "\u0915%\u094d\u0915",
            "\u1100%",
            "\uac00%",
            "\u11a8%",
            "%\u1100",
            "%\u1160",
            "%\u11a8",
            "\ud83c\udde6%",
            "\r%",
            "%\n",
            "\u0600%");

    @Test
    void clustersAreWhatReadersTakeForOneCharacter() {
        assertThat(clusters("ab")).containsExactly("a", "b");
        assertThat(clusters("e\u0301\u0302x")).containsExactly("e\u0301\u0302", "x");
        assertThat(clusters("\r\n\n\r")).containsExactly("\r\n", "\n", "\r");
        assertThat(clusters(" \u0301\n\u0301")).containsExactly(" \u0301", "\n", "\u0301");
        assertThat(clusters("\ud83c\udde9\ud83c\uddea\ud83c\uddeb\ud83c\uddf7\ud83c\uddee"))
                .as("flags")
                .containsExactly("\ud83c\udde9\ud83c\uddea", "\ud83c\uddeb\ud83c\uddf7", "\ud83c\uddee");
        assertThat(clusters("\u1100\u1161\u11a8\uac00\u11a8\uac01\u1161"))
                .as("Hangul")
                .containsExactly("\u1100\u1161\u11a8", "\uac00\u11a8", "\uac01", "\u1161");
    }

    @Test
    void clustersThatOlderVersionsOfJavaSplitAreWhole() {
        assertThat(clusters("\ud83d\udc68\u200d\ud83d\udc69\u200d\ud83d\udc67\u200d\ud83d\udc66"))
                .hasSize(1);
        assertThat(clusters("\ud83d\udc4d\ud83c\udffd\u2764\ufe0f\u200d\ud83d\udd25"))
                .hasSize(2);
        assertThat(clusters("क\u094dषि")).hasSize(1);
        assertThat(clusters("\ud83c\udff4\udb40\udc67\udb40\udc62\udb40\udc7f"))
                .as("flag made of tags")
                .hasSize(1);
    }

    @Test
    void unpairedSurrogatesStandAlone() {
        assertThat(clusters("a\ud83d\u0301\ude00")).containsExactly("a", "\ud83d", "\u0301", "\ude00");
    }

    /** The regular expressions of Java 17 know fewer clusters than those of Java 25; both are kept whole. */
    @Test
    void noClusterOfTheRegularExpressionsIsSplit() {
        IntStream.rangeClosed(0, Character.MAX_CODE_POINT)
                .filter(codePoint -> Character.isDefined(codePoint) && !isOneOfMany(codePoint))
                .forEach(codePoint -> {
                    for (String pattern : PATTERNS) {
                        String text = pattern.replace("%", Character.toString(codePoint));
                        BitSet own = starts(text);
                        own.andNot(startsByExpression(text));
                        if (!own.isEmpty()) {
                            throw new AssertionError(
                                    String.format("U+%04X in %s splits at %s", codePoint, pattern, own));
                        }
                    }
                });
    }

    /** Of the large blocks in which all are alike, one in 16 is enough. */
    private static boolean isOneOfMany(int codePoint) {
        boolean large = Character.isIdeographic(codePoint) || Character.getType(codePoint) == Character.PRIVATE_USE;
        return large && codePoint % 16 != 0;
    }

    @Test
    void ordinaryTextHasTheClustersOfTheRegularExpressions() {
        long seed = Long.getLong("seed", 20261104L);
        Random random = new Random(seed);
        String letters = "abc é e\u0301 \r\n\t 日本語 ก้ \u1100\u1161\u11a8 \ud83d\ude00 \ud83c\udde9\ud83c\uddea ب";
        int[] codePoints = letters.codePoints().toArray();
        for (int i = 0; i < 20_000; i++) {
            StringBuilder text = new StringBuilder();
            random.ints(20, 0, codePoints.length).forEach(at -> text.appendCodePoint(codePoints[at]));
            String cut = text.toString();
            assertThat(starts(cut)).as("-Dseed=%d, text %d", seed, i).isEqualTo(startsByExpression(cut));
        }
    }

    private static List<String> clusters(String text) {
        int[] starts = IntStream.concat(starts(text).stream(), IntStream.of(text.length()))
                .toArray();
        return IntStream.range(0, starts.length - 1)
                .mapToObj(i -> text.substring(starts[i], starts[i + 1]))
                .toList();
    }

    private static BitSet starts(String text) {
        BitSet starts = new BitSet();
        Graphemes graphemes = new Graphemes();
        for (int at = 0; at < text.length(); at += Character.charCount(text.codePointAt(at))) {
            starts.set(at, graphemes.begins(text.codePointAt(at)));
        }
        return starts;
    }

    private static BitSet startsByExpression(String text) {
        BitSet starts = new BitSet();
        for (Matcher matcher = CLUSTER.matcher(text); matcher.find(); ) {
            starts.set(matcher.start());
        }
        return starts;
    }
}
