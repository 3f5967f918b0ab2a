package dev.ragkit.pgvector;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class Utf8Test {
    @Test
    void whatCannotBeKeptBecomesASpace() {
        assertThat(Utf8.spaced("a\0b\ud800c\udc00\ud83d\ude00\ud83d")).isEqualTo("a b c \ud83d\ude00 ");
        String text = "as it is \ud83d\ude00";
        assertThat(Utf8.spaced(text)).isSameAs(text);
    }

    @Test
    void wordsAreRunsOfLettersAndDigits() {
        assertThat(Utf8.words("")).isZero();
        assertThat(Utf8.words(" ... ")).isZero();
        assertThat(Utf8.words("one, two-three 4 f\u00fcnf")).isEqualTo(5);
        assertThat(Utf8.words("\ud835\udd38\ud835\udd39 \ud83d\ude00")).isEqualTo(1);
    }
}
