package dev.ragkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class WordsTest {
    @Test
    void wordsComeAsStemsInOrderWithRepetitions() {
        assertThat(Words.of("Indexes index; the INDEXING of (two) tables."))
                .containsExactly("index", "index", "index", "two", "tabl");
    }

    @Test
    void stopWordsAreLeftOut() {
        assertThat(Words.of("How do I set what it is for?")).containsExactly("set");
        assertThat(Words.of("to be or not to be")).isEmpty();
        assertThat(Words.of(" \n…—!")).isEmpty();
        assertThat(Words.of("")).isEmpty();
    }

    @Test
    void digitsAreWordsAndKeepWordsTogether() {
        assertThat(Words.of("IL-6 and p53, 10,000 at 0.05; utf8 ٣"))
                .containsExactly("il", "6", "p53", "10", "000", "0", "05", "utf8", "٣");
    }

    @Test
    void contractionsAreNoWords() {
        assertThat(Words.of("Bell’s theorem can't fail, we'll say: it's BELL'S"))
                .containsExactly("bell", "theorem", "fail", "say", "bell");
        assertThat(Words.of("the T cell, vitamin D, l'homme d'état, rock 'n' roll, 'real' 'tis"))
                .containsExactly(
                        "t", "cell", "vitamin", "d", "l", "homm", "d", "etat", "rock", "n", "roll", "real", "tis");
    }

    @Test
    void accentsAndCaseMakeNoDifference() {
        assertThat(Words.of("Café Ångström ŁÓDŹ Straße Øre İstanbul ΣΊΣΥΦΟΣ ёлка"))
                .isEqualTo(Words.of("cafe angstrom lodz strasse ore istanbul σισυφοσ елка"));
        assertThat(Words.of("cafe\u0301s")).isEqualTo(Words.of("cafés"));
    }

    @Test
    void compatibleFormsAreTheSameWord() {
        assertThat(Words.of("ﬁle ＡＢＣ１２ 𝐛𝐨𝐥𝐝 inter\u00adnational"))
                .isEqualTo(Words.of("file abc12 bold international"));
    }

    @Test
    void ideographsGivePairsAndSingles() {
        assertThat(Words.of("黒猫です")).containsExactly("黒", "黒猫", "猫", "猫で", "です");
        assertThat(Words.of("𠮷野")).containsExactly("𠮷", "𠮷野", "野");
        assertThat(Words.of("猫")).containsExactly("猫");
        assertThat(Words.of("PostgreSQLの索引")).containsExactly("postgresql", "の索", "索", "索引", "引");
    }

    @Test
    void scriptsWithoutSpacesAndKoreanGivePairs() {
        assertThat(Words.of("データ")).containsExactly("デー", "ータ");
        assertThat(Words.of("ﾃﾞｰﾀ")).containsExactly("デー", "ータ");
        assertThat(Words.of("색인은 색인")).containsExactly("색인", "인은", "색인");
        assertThat(Words.of("ดัชนี")).isNotEmpty().allMatch(pair -> pair.codePointCount(0, pair.length()) == 2);
    }

    @Test
    void otherScriptsGiveWholeWords() {
        assertThat(Words.of("हिन्दी भाषा")).containsExactly("हिन्दी", "भाषा");
        assertThat(Words.of("база данных")).containsExactly("база", "данных");
    }

    @Test
    void unpairedSurrogatesAreNoWords() {
        assertThat(Words.of("a\ud800b \udc00 word'\ud83d")).isEqualTo(List.of("b", "word"));
    }

    @Test
    void aRunWithoutEndIsOneWord() {
        assertThat(Words.of("x".repeat(1_000_000))).hasSize(1);
        assertThat(Words.of("索".repeat(100_000))).hasSize(199_999);
    }
}
