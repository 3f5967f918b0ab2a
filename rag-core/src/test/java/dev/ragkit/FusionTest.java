package dev.ragkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FusionTest {
    private static final List<Hit> VECTOR = List.of(vector("a", 0.9), vector("b", 0.8), vector("c", 0.5));
    private static final List<Hit> KEYWORD = List.of(keyword("b", 12), keyword("d", 6), keyword("c", 4));

    @Test
    void convexAddsTheWeightedSpreadScores() {
        List<Hit> fused = Fusion.convex(0.6).fuse(VECTOR, KEYWORD);

        // b: 0.6 * 0.3 / 0.4 + 0.4; a: 0.6; d: 0.4 * 2 / 8; c: last of both
        assertThat(ids(fused)).containsExactly("b", "a", "d", "c");
        assertThat(fused.get(0).score()).isCloseTo(0.85, within(1e-12));
        assertThat(fused.get(1).score()).isCloseTo(0.6, within(1e-12));
        assertThat(fused.get(2).score()).isCloseTo(0.1, within(1e-12));
        assertThat(fused.get(3).score()).isZero();
    }

    @Test
    void hitsKeepTheScoreOfEachLegThatFoundThem() {
        List<Hit> fused = Fusion.convex(0.6).fuse(VECTOR, KEYWORD);

        assertThat(fused.get(0).scores())
                .containsExactly(
                        Map.entry("vector", 0.8),
                        Map.entry("keyword", 12.0),
                        Map.entry("fused", fused.get(0).score()));
        assertThat(fused.get(1).scores()).containsOnlyKeys("vector", "fused");
        assertThat(fused.get(2).scores()).containsOnlyKeys("keyword", "fused");
    }

    @Test
    void aLegWithAnotherOriginIsNamedByItsPlace() {
        Hit reranked = vector("a", 0.9).rescored("reranked", 7);
        Hit foreign = Hit.of(Chunk.of("a", 0, 0, "x"), "elsewhere", 3);

        assertThat(Fusion.convex(0.5)
                        .fuse(List.of(reranked), List.of(foreign))
                        .get(0)
                        .scores())
                .isEqualTo(Map.of("vector", 0.9, "reranked", 7.0, "elsewhere", 3.0, "keyword", 3.0, "fused", 1.0));
    }

    @Test
    void equalScoresAndASingleHitCountInFull() {
        assertThat(Fusion.convex(0.7).fuse(List.of(vector("a", -3), vector("b", -3)), List.of(keyword("b", 0.1))))
                .extracting(hit -> hit.chunk().documentId(), Hit::score)
                .containsExactly(tuple("b", 0.7 + (1 - 0.7)), tuple("a", 0.7));
    }

    @Test
    void anEmptyLegLeavesTheOrderOfTheOther() {
        for (Fusion fusion : List.of(Fusion.ofDefaults(), Fusion.reciprocalRank())) {
            assertThat(ids(fusion.fuse(VECTOR, List.of()))).containsExactly("a", "b", "c");
            assertThat(ids(fusion.fuse(List.of(), KEYWORD))).containsExactly("b", "d", "c");
            assertThat(fusion.fuse(List.of(), List.of())).isEmpty();
        }
    }

    @Test
    void reciprocalRankLooksAtTheOrderOnly() {
        List<Hit> fused = Fusion.reciprocalRank().fuse(VECTOR, KEYWORD);

        assertThat(ids(fused)).containsExactly("b", "c", "a", "d");
        assertThat(fused.get(0).score()).isCloseTo(1 / 62.0 + 1 / 61.0, within(1e-15));
        assertThat(fused.get(1).score()).isCloseTo(1 / 63.0 + 1 / 63.0, within(1e-15));
        assertThat(fused.get(2).score()).isCloseTo(1 / 61.0, within(1e-15));
        assertThat(fused.get(3).score()).isCloseTo(1 / 62.0, within(1e-15));
    }

    @Test
    void tiesGoByIdAndOrdinal() {
        Hit second = Hit.of(Chunk.of("a", 1, 5, "y"), "vector", 1);
        assertThat(Fusion.convex(0.5).fuse(List.of(second, vector("a", 1)), List.of(keyword("0", 1))))
                .extracting(hit -> hit.chunk().documentId() + hit.chunk().ordinal())
                .containsExactly("00", "a0", "a1");
    }

    @Test
    void aChunkThatALegHoldsTwiceCountsOnce() {
        assertThat(Fusion.reciprocalRank().fuse(List.of(vector("a", 2), vector("a", 1)), List.of()))
                .singleElement()
                .satisfies(hit -> assertThat(hit.score()).isEqualTo(1 / 61.0));
    }

    @Test
    void theWeightIsBounded() {
        assertThatThrownBy(() -> Fusion.convex(1.1)).hasMessage("vectorWeight must be between 0 and 1, was 1.1");
        assertThatThrownBy(() -> Fusion.convex(-0.1)).hasMessage("vectorWeight must be between 0 and 1, was -0.1");
        assertThatThrownBy(() -> Fusion.convex(Double.NaN)).hasMessage("vectorWeight must be between 0 and 1, was NaN");
    }

    private static Hit vector(String id, double score) {
        return Hit.of(Chunk.of(id, 0, 0, "x"), VectorStore.SCORE, score);
    }

    private static Hit keyword(String id, double score) {
        return Hit.of(Chunk.of(id, 0, 0, "x"), KeywordIndex.SCORE, score);
    }

    private static List<String> ids(List<Hit> hits) {
        return hits.stream().map(hit -> hit.chunk().documentId()).toList();
    }
}
