package dev.ragkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class FilterTest {
    private static final Metadata CHUNK = Metadata.of(Map.of(
            "price", 12.5, "year", 2024, "lang", "en", "draft", false, "tags", List.of("a", "b"), "zip", "01234"));

    @Test
    void numbersCompareAsNumbers() {
        assertThat(Filter.gte("price", 10).matches(CHUNK)).isTrue();
        assertThat(Filter.eq("year", 2024.0).matches(CHUNK)).isTrue();
        assertThat(Filter.lt("year", 2024.5).matches(CHUNK)).isTrue();
        assertThat(Filter.eq("zip", 1234).matches(CHUNK)).isFalse();
    }

    @Test
    void longsKeepAllTheirDigits() {
        Metadata large = Metadata.of("n", 9_007_199_254_740_993L);

        assertThat(Filter.eq("n", 9_007_199_254_740_992.0).matches(large)).isFalse();
        assertThat(Filter.gt("n", 9_007_199_254_740_992.0).matches(large)).isTrue();
    }

    @Test
    void theLogicHasTwoValues() {
        assertThat(Filter.eq("absent", "x").matches(CHUNK)).isFalse();
        assertThat(Filter.ne("absent", "x").matches(CHUNK)).isTrue();
        assertThat(Filter.gt("lang", 3).matches(CHUNK)).isFalse();
        assertThat(Filter.not(Filter.gt("lang", 3)).matches(CHUNK)).isTrue();
    }

    @Test
    void singleValuesAndListsAreApart() {
        assertThat(Filter.eq("tags", "a").matches(CHUNK)).isFalse();
        assertThat(Filter.contains("tags", "a").matches(CHUNK)).isTrue();
        assertThat(Filter.contains("lang", "en").matches(CHUNK)).isFalse();
        assertThat(Filter.exists("tags").matches(CHUNK)).isTrue();
        assertThat(Filter.exists("absent").matches(CHUNK)).isFalse();
    }

    @Test
    void stringsCompareByCodePoint() {
        Metadata emoji = Metadata.of("s", "\ud83d\ude00");

        assertThat(Filter.gt("s", "\uffee").matches(emoji)).isTrue();
        assertThat(Filter.lt("lang", "fr").matches(CHUNK)).isTrue();
        assertThat(Filter.lt("lang", "EN").matches(CHUNK)).isFalse();
    }

    @Test
    void emptyListsOfConditions() {
        assertThat(Filter.and().matches(CHUNK)).isTrue();
        assertThat(Filter.or().matches(CHUNK)).isFalse();
        assertThat(Filter.in("lang", List.of()).matches(CHUNK)).isFalse();
        assertThat(Filter.all().matches(Metadata.empty())).isTrue();
    }

    @Test
    void combines() {
        assertThat(Filter.and(Filter.eq("lang", "en"), Filter.eq("draft", false))
                        .matches(CHUNK))
                .isTrue();
        assertThat(Filter.or(Filter.eq("lang", "de"), Filter.in("year", List.of(2023, 2024.0)))
                        .matches(CHUNK))
                .isTrue();
    }

    @Test
    void refusesWhatHasNoMeaning() {
        assertThatThrownBy(() -> Filter.gt("draft", true)).hasMessageContaining("booleans have no order");
        assertThatThrownBy(() -> Filter.eq("tags", List.of("a"))).hasMessageContaining("use contains for lists");
        assertThatThrownBy(() -> Filter.eq("", "x")).hasMessageContaining("1 to 256 characters");
    }

    @Test
    void isBounded() {
        Filter[] many = Stream.generate(() -> Filter.exists("k")).limit(255).toArray(Filter[]::new);
        assertThat(Filter.and(many)).isNotNull();
        assertThatThrownBy(() -> Filter.not(Filter.and(many))).hasMessageContaining("at most 256 nodes, had 257");

        Filter deep = IntStream.range(0, 31)
                .boxed()
                .reduce(Filter.exists("k"), (filter, i) -> Filter.not(filter), (a, b) -> b);
        assertThatThrownBy(() -> Filter.not(deep)).hasMessageContaining("at most 32 levels, had 33");

        assertThat(Filter.in("k", Collections.nCopies(10_000, 1))).isNotNull();
        assertThatThrownBy(() -> Filter.in("k", Collections.nCopies(10_001, 1)))
                .hasMessageContaining("at most 10000 values, had 10001");
    }

    @Test
    void showsKeysAndNotValues() {
        assertThat(Filter.and(Filter.eq("iban", "secret"), Filter.not(Filter.in("k", List.of("secret")))))
                .hasToString("(iban = ? and not (k in (1 values)))");
    }
}
