package dev.ragkit.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.ragkit.Chunk;
import dev.ragkit.Hit;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class JudgementsTest {
    private static final Offset<Double> ROUNDING = within(1e-4);
    private static final Judgements JUDGEMENTS = Judgements.of(Map.of("a", 3, "b", 2, "c", 1, "d", 0, "e", -1));

    @Test
    void ndcgIsTheGainOverThatOfTheBestRanking() {
        // gain: 2 / 1 + 3 / log2(3) + 0 + 1 / log2(5) = 2 + 1.89279 + 0.43068
        // best: 3 / 1 + 2 / log2(3) + 1 / log2(4) = 3 + 1.26186 + 0.5
        assertThat(JUDGEMENTS.ndcg(List.of("b", "a", "x", "c"), 10)).isCloseTo(4.32347 / 4.76186, ROUNDING);
        assertThat(JUDGEMENTS.ndcg(List.of("a", "b", "c"), 10)).isEqualTo(1);
        assertThat(JUDGEMENTS.ndcg(List.of("x", "y"), 10)).isZero();
    }

    @Test
    void ndcgCutsBothRankingsAtK() {
        assertThat(JUDGEMENTS.ndcg(List.of("b", "a", "c"), 1)).isCloseTo(2.0 / 3, ROUNDING);
        assertThat(JUDGEMENTS.ndcg(List.of("x", "a"), 2)).isCloseTo(1.89279 / 4.26186, ROUNDING);
    }

    @Test
    void ndcgTakesTheIdealFromAllThatWasJudged() {
        assertThat(JUDGEMENTS.ndcg(List.of("c"), 10)).isCloseTo(1 / 4.76186, ROUNDING);
    }

    @Test
    void judgedNotRelevantGainsNothingAndCostsNothing() {
        assertThat(JUDGEMENTS.ndcg(List.of("a", "b", "c", "e", "d"), 10)).isEqualTo(1);
        assertThat(JUDGEMENTS.ndcg(List.of("e", "a"), 10)).isCloseTo(1.89279 / 4.76186, ROUNDING);
    }

    @Test
    void recallIsTheShareOfTheRelevantThatWasFound() {
        assertThat(JUDGEMENTS.recall(List.of("x", "a", "d", "c"), 4)).isCloseTo(2.0 / 3, ROUNDING);
        assertThat(JUDGEMENTS.recall(List.of("x", "a", "d", "c"), 3)).isCloseTo(1.0 / 3, ROUNDING);
        assertThat(JUDGEMENTS.recall(List.of(), 3)).isZero();
    }

    @Test
    void precisionIsTheShareOfKThatIsRelevant() {
        assertThat(JUDGEMENTS.precision(List.of("x", "a", "d", "c"), 4)).isEqualTo(0.5);
        assertThat(JUDGEMENTS.precision(List.of("a"), 4)).isEqualTo(0.25);
        assertThat(JUDGEMENTS.precision(List.of("a", "x"), 1)).isEqualTo(1);
    }

    @Test
    void reciprocalRankLooksAtTheFirstRelevant() {
        assertThat(JUDGEMENTS.reciprocalRank(List.of("x", "e", "c", "a"))).isCloseTo(1.0 / 3, ROUNDING);
        assertThat(JUDGEMENTS.reciprocalRank(List.of("a"))).isEqualTo(1);
        assertThat(JUDGEMENTS.reciprocalRank(List.of("x"))).isZero();
    }

    @Test
    void nothingRelevantGivesZero() {
        Judgements nothing = Judgements.of(Map.of("a", 0));

        assertThat(nothing.ndcg(List.of("a"), 10)).isZero();
        assertThat(nothing.recall(List.of("a"), 10)).isZero();
        assertThat(nothing.precision(List.of("a"), 10)).isZero();
        assertThat(nothing.reciprocalRank(List.of("a"))).isZero();
    }

    @Test
    void anIdTwiceOrNoRankIsRefused() {
        assertThatThrownBy(() -> JUDGEMENTS.ndcg(List.of("a", "b", "a"), 1)).hasMessageContaining("held 'a' twice");
        assertThatThrownBy(() -> JUDGEMENTS.reciprocalRank(List.of("a", "a"))).hasMessageContaining("held 'a' twice");
        assertThatThrownBy(() -> Judgements.of(Map.of()).recall(List.of("a", "a"), 1))
                .hasMessageContaining("twice");
        assertThatThrownBy(() -> JUDGEMENTS.precision(List.of("a"), 0)).hasMessage("k must be at least 1, was 0");
    }

    @Test
    void documentsRankByTheirBestHit() {
        assertThat(Judgements.ranking(Stream.of("b", "a", "b", "c", "a")
                        .map(id -> Hit.of(Chunk.of(id, 0, 0, "x"), "vector", 1))
                        .toList()))
                .containsExactly("b", "a", "c");
    }
}
