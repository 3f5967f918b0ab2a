package dev.ragkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ChunkerBoundariesTest {
    @Test
    void headingsOfSeveralMarkupsBeginASection() {
        for (String heading : List.of("# h", "###### h", "#\th", "= h", "== h", "== h ==", "==h==", " = = h = = ")) {
            assertThat(levelOfSecondLine(heading)).as(heading).isEqualTo(Boundaries.SECTION);
        }
    }

    @Test
    void whatOnlyLooksLikeAHeadingIsALine() {
        for (String line : List.of("####### h", "#h", "#", "=h", "= =", "======= h", "- h", "| h |", "- -", "a # h")) {
            assertThat(levelOfSecondLine(line)).as(line).isEqualTo(Boundaries.LINE);
        }
    }

    @Test
    void aRuleUnderALineMakesAHeadingOfBoth() {
        Boundaries boundaries = Boundaries.of("one\n\ntwo\n---\nthree");

        assertThat(boundaries.level(5)).as("two").isEqualTo(Boundaries.SECTION);
        assertThat(boundaries.level(9)).as("---").isLessThan(Boundaries.SENTENCE);
        assertThat(boundaries.level(13)).as("three").isLessThan(Boundaries.SENTENCE);
    }

    @Test
    void aRuleNeedsThreeSigns() {
        for (String rule : List.of("---", "- - -", "===", "= = =", "^^^")) {
            assertThat(levelOfSecondLine(rule)).as(rule).isEqualTo(Boundaries.WRAP);
        }
    }

    @Test
    void levelsGoFromClusterToEnd() {
        Boundaries boundaries = Boundaries.of("ab e\u0301. Cd\nEf\n\nGh");

        assertThat(List.of(
                        boundaries.level(1),
                        boundaries.level(3),
                        boundaries.level(4),
                        boundaries.level(7),
                        boundaries.level(10),
                        boundaries.level(14),
                        boundaries.level(16)))
                .containsExactly(
                        Boundaries.CLUSTER,
                        Boundaries.WORD,
                        Boundaries.NONE,
                        Boundaries.SENTENCE,
                        Boundaries.LINE,
                        Boundaries.PARAGRAPH,
                        Boundaries.END);
    }

    @Test
    void whiteSpaceIsSkippedUnlessAMarkStandsOnIt() {
        Boundaries boundaries = Boundaries.of("a \r\n b \u0301\r\n ");

        assertThat(boundaries.skipBlank(1)).isEqualTo(5);
        assertThat(boundaries.skipBlankBack(0, 5)).isEqualTo(1);
        assertThat(boundaries.skipBlank(6)).isEqualTo(6);
        assertThat(boundaries.skipBlank(8)).isEqualTo(11);
        assertThat(boundaries.skipBlankBack(0, 11)).isEqualTo(8);
    }

    private static byte levelOfSecondLine(String line) {
        String text = "x\n" + line + "\ny";
        return Boundaries.of(text).level(2 + line.length() - line.stripLeading().length());
    }
}
