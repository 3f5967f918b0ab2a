package dev.ragkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ChunkerSentencesTest {
    @Test
    void aMarkEndsASentence() {
        assertThat(sentences("One. Two! Three? Four")).containsExactly("One.", "Two!", "Three?", "Four");
        assertThat(sentences("Really?! Yes... So it is… Good."))
                .containsExactly("Really?!", "Yes...", "So it is…", "Good.");
    }

    @Test
    void quotesBracketsAndNotesBelongToTheSentenceTheyClose() {
        assertThat(sentences("\"Stop.\" He did. (Not at once.) So[12] it was.[3] End."))
                .containsExactly("\"Stop.\"", "He did.", "(Not at once.)", "So[12] it was.[3]", "End.");
        assertThat(sentences("“Why?” she asked. “Because.”")).containsExactly("“Why?” she asked.", "“Because.”");
    }

    @Test
    void abbreviationsDoNotEndASentence() {
        for (String sentence : List.of(
                "See e.g. Smith for it.",
                "Dr. Smith and Mrs. Jones met J. R. R. Tolkien.",
                "In Fig. 3 and on pp. 12 it is 3.14, see No. 5.",
                "It is U.S. law, and so says the U.S. Congress.",
                "That is, cf. Miller et al. Nature, Inc. Berlin.",
                "On Jan. 5 it was approx. 20 degrees.",
                "A. The first one of all",
                "The N.Y. Times wrote it.",
                "Er wohnt z.B. Hier und ist bzw. Dort.",
                "Visit example.com or a.b.c today.")) {
            assertThat(sentences(sentence)).containsExactly(sentence);
        }
    }

    @Test
    void anAbbreviationEndsASentenceWhereAnotherOftenBegins() {
        assertThat(sentences("He lives in the U.S. The house is his.")).hasSize(2);
        assertThat(sentences("Take vitamin C. It helps.")).hasSize(2);
        assertThat(sentences("Apples, pears etc. They are sold by Fruit Inc. However, not all."))
                .hasSize(3);
        assertThat(sentences("He said no. Then he left.")).hasSize(2);
    }

    @Test
    void aSmallLetterGoesOnUnlessNoneIsLarge() {
        assertThat(sentences("The file main. java is here. Yes.")).hasSize(2);
        assertThat(sentences("all of it is small. even here. it goes on, approx. so."))
                .hasSize(3);
    }

    @Test
    void aQuestionOrExclamationEndsASentenceBeforeASmallLetter() {
        assertThat(sentences("What? no way! it is so. Yes.")).containsExactly("What?", "no way!", "it is so.", "Yes.");
    }

    @Test
    void whatFollowsIsSeenBehindItsBracketOrQuote() {
        assertThat(sentences("She left. (and came back.) Yes.")).containsExactly("She left. (and came back.)", "Yes.");
    }

    @Test
    void numbersOfItemsDoNotEndASentence() {
        assertThat(sentences("1. First thing. Then more.\n2. Second thing.\n(3) Third."))
                .containsExactly("1. First thing.", "Then more.", "2. Second thing.", "(3) Third.");
    }

    @Test
    void marksOfOtherScriptsEndASentence() {
        assertThat(sentences("今日は！「はい。」と言った。次")).containsExactly("今日は！", "「はい。」", "と言った。", "次");
        assertThat(sentences("你好吗?我很好.")).containsExactly("你好吗?", "我很好.");
        assertThat(sentences("मैं हूँ। तुम हो॥")).containsExactly("मैं हूँ।", "तुम हो॥");
        assertThat(sentences("هل هذا؟ نعم۔ حسنا")).containsExactly("هل هذا؟", "نعم۔", "حسنا");
    }

    @Test
    void paragraphsHeadingsItemsRowsAndCodeEndASentence() {
        assertThat(sentences("No mark\n\nhere\n# Heading\ntext\n- item\n* item\n1) item\n| a | b |\n| c |"))
                .containsExactly(
                        "No mark", "here", "# Heading", "text", "- item", "* item", "1) item", "| a | b |", "| c |");
        assertThat(sentences("Title\n-----\n```\nfoo. Bar\n\nbaz\n```\nafter"))
                .containsExactly("Title\n-----", "```", "foo. Bar", "baz", "```", "after");
    }

    @Test
    void aLineBreakThatOnlyWrapsTheTextDoesNotEndASentence() {
        String first =
                "This paragraph is one of those that were wrapped at some width,\nand this is its first sentence.";
        String second = "The second is here and\ngoes on to the next line.";

        assertThat(sentences(first + " " + second)).containsExactly(first, second);
        assertThat(
                        sentences(
                                "This paragraph was wrapped where a long name came, as it did with\nMiller, who wrote the whole of it."))
                .hasSize(1);
        assertThat(
                        sentences(
                                "> This paragraph is a quotation that was wrapped at a width\n> of sixty characters. It has two."))
                .hasSize(2);
    }

    @Test
    void aLineBreakBeforeThereWasNeedEndsASentence() {
        assertThat(sentences("Name: Ada\nCity: London\nYear: 1815")).hasSize(3);
        assertThat(sentences("A long line ".repeat(12) + "\n" + "Another long line ".repeat(12)))
                .hasSize(2);
    }

    @Test
    void blankTextsHaveNone() {
        assertThat(sentences("")).isEmpty();
        assertThat(sentences(" \n\t\r\n ")).isEmpty();
    }

    @Test
    void allButWhiteSpaceIsInASentenceInOrder() {
        long seed = Long.getLong("seed", 20261103L);
        ChunkerTexts texts = new ChunkerTexts(new Random(seed));
        for (int i = 0; i < 20_000; i++) {
            String text = texts.text();
            int end = 0;
            for (Sentences.Span span : Sentences.of(text)) {
                assertThat(text.substring(end, span.start()))
                        .as("-Dseed=%d, text %d", seed, i)
                        .isBlank();
                assertThat(span.start()).isLessThan(span.end());
                assertThat(Character.isWhitespace(text.charAt(span.start()))).isFalse();
                assertThat(Character.isWhitespace(text.charAt(span.end() - 1))).isFalse();
                end = span.end();
            }
            assertThat(text.substring(end)).as("-Dseed=%d, text %d", seed, i).isBlank();
        }
    }

    private static List<String> sentences(String text) {
        return Sentences.of(text).stream()
                .map(span -> text.substring(span.start(), span.end()))
                .toList();
    }
}
