package dev.ragkit.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Ids of the vocabulary of bert-base-uncased, which all three built-in models share: line number minus one in its vocab.txt. */
class WordPieceTest {
    private static final int UNKNOWN = 100;

    @SuppressWarnings("NullAway.Init")
    private static WordPiece bert;

    @BeforeAll
    static void readVocabulary() throws IOException {
        try (InputStream in = OnnxModel.miniLm().tokenizer().open()) {
            bert = TokenizerFile.read(in).tokenizer();
        }
    }

    private static int[] ids(String text) {
        return bert.tokenize(text).toArray();
    }

    @Test
    void wordsAreFoundWhole() {
        assertThat(ids("hello world")).containsExactly(7592, 2088);
    }

    @Test
    void specialTokensHaveTheirIds() throws IOException {
        try (InputStream in = OnnxModel.miniLm().tokenizer().open()) {
            TokenizerFile file = TokenizerFile.read(in);
            assertThat(file.id("[CLS]")).isEqualTo(101);
            assertThat(file.id("[SEP]")).isEqualTo(102);
        }
    }

    @Test
    void wordsAreSplitIntoTheLongestPieces() {
        // un ##aff ##able, the example of the BERT paper's repository
        assertThat(ids("unaffable")).containsExactly(14477, 20961, 3468);
        // em ##bed ##ding
        assertThat(ids("embedding")).containsExactly(7861, 8270, 4667);
    }

    @Test
    void lettersAreLowerCasedAndLoseTheirAccents() {
        assertThat(ids("H\u00e9llo W\u00d6RLD")).containsExactly(7592, 2088);
        assertThat(ids("He\u0301llo")).as("accent as a character of its own").containsExactly(7592);
        assertThat(ids("\u0130stanbul")).isEqualTo(ids("istanbul")).hasSize(1);
    }

    @Test
    void marksInAnyOrderAndNumberAreStripped() {
        assertThat(ids("he" + "\u0315\u0300".repeat(500) + "llo")).containsExactly(7592);
    }

    @Test
    void ideographsAreWordsOfTheirOwn() {
        // U+4E00 and U+6587 are in the vocabulary, U+4F60 and U+597D are not
        assertThat(ids("\u4e00\u6587")).containsExactly(1740, 1861);
        assertThat(ids("\u4f60\u597d")).containsExactly(UNKNOWN, UNKNOWN);
        assertThat(ids("a\u4e00b")).containsExactly(1037, 1740, 1038);
    }

    @Test
    void hangulIsTakenApartIntoItsLetters() {
        assertThat(ids("\ud55c\uad6d\uc5b4")).containsExactly(1469, 30006, 30021, 29991, 30014, 30020, 29999, 30008);
    }

    @Test
    void punctuationIsSplitOff() {
        assertThat(ids("don't!")).containsExactly(2123, 1005, 1056, 999);
        assertThat(ids("a+b")).as("an ASCII symbol").containsExactly(1037, 1009, 1038);
        assertThat(ids("\u201ca\u201d\u2014b")).containsExactly(1523, 1037, 1524, 1517, 1038);
    }

    @Test
    void symbolsOutsideAsciiAreNotSplitOff() {
        assertThat(ids("\u20ac5")).containsExactly(1574, 2629);
    }

    @Test
    void emojiAreUnknownWordsAndNotErrors() {
        assertThat(ids("\ud83d\ude00")).containsExactly(UNKNOWN);
        assertThat(ids("hello \ud83d\udc68\u200d\ud83d\udc69\u200d\ud83d\udc67 world"))
                .containsExactly(7592, UNKNOWN, 2088);
    }

    @Test
    void wordsOfMoreThanAHundredCharactersAreUnknown() {
        assertThat(ids("a".repeat(100))).doesNotContain(UNKNOWN);
        assertThat(ids("a".repeat(101))).containsExactly(UNKNOWN);
        assertThat(ids("hello " + "a".repeat(1_000_000) + " world")).containsExactly(7592, UNKNOWN, 2088);
    }

    @Test
    void charactersOfALongWordAreCodePoints() {
        // U+10400 is lower-cased to U+10428; neither is in the vocabulary, so the word is unknown by its letters
        assertThat(ids("\ud801\udc00".repeat(100))).containsExactly(UNKNOWN);
        assertThat(ids("\ud801\udc00".repeat(101) + " a")).containsExactly(UNKNOWN, 1037);
    }

    @Test
    void anyKindOfSpaceSeparates() {
        assertThat(ids("\thello\r\nworld\u00a0hello\u2003world\u3000hello\u2028world "))
                .containsExactly(7592, 2088, 7592, 2088, 7592, 2088);
    }

    @Test
    void controlAndFormatCharactersAreDropped() {
        assertThat(ids("hel\u0000lo wor\u0007ld")).containsExactly(7592, 2088);
        assertThat(ids("hel\u200blo \ufeffworld\ufffd")).containsExactly(7592, 2088);
        assertThat(ids("hel\u00adlo")).as("soft hyphen").containsExactly(7592);
    }

    @Test
    void unpairedSurrogatesAreDropped() {
        assertThat(ids("hel\ud83dlo wor\udc00ld")).containsExactly(7592, 2088);
    }

    @Test
    void textInTheFormOfASpecialTokenIsText() {
        // [ sep ], not 102
        assertThat(ids("[SEP]")).containsExactly(1031, 19802, 1033);
    }

    @Test
    void nothingGivesNoTokens() {
        assertThat(ids("")).isEmpty();
        assertThat(ids(" \n\t\u0000")).isEmpty();
    }

    @Test
    void countIsTheNumberOfTokens() {
        long seed = Long.getLong("seed", 20_261_122L);
        System.out.println("WordPieceTest: seed " + seed + " (replay with -Dseed=" + seed + ")");
        Random random = new Random(seed);
        for (int i = 0; i < 20_000; i++) {
            String text = random(random);
            assertThat(bert.count(text)).as(text).isEqualTo(ids(text).length);
        }
    }

    @Test
    void splittingAtSpacesChangesNothing() {
        long seed = Long.getLong("seed", 20_261_123L);
        System.out.println("WordPieceTest: seed " + seed + " (replay with -Dseed=" + seed + ")");
        Random random = new Random(seed);
        for (int i = 0; i < 20_000; i++) {
            String left = random(random);
            String right = random(random);
            int[] both = ids(left + " " + right);
            int[] apart = IntStream.concat(Arrays.stream(ids(left)), Arrays.stream(ids(right)))
                    .toArray();
            assertThat(both).as(left + "|" + right).isEqualTo(apart);
        }
    }

    private static String random(Random random) {
        int[] starts = {
            'a', 'A', ' ', 0x80, 0x300, 0x370, 0x5D0, 0x1100, 0x2000, 0x4E00, 0xAC00, 0xD800, 0xFE00, 0x1F300, 0x20000
        };
        StringBuilder text = new StringBuilder();
        int length = random.nextInt(30);
        for (int i = 0; i < length; i++) {
            text.appendCodePoint(starts[random.nextInt(starts.length)] + random.nextInt(60));
        }
        return text.toString();
    }
}
