package dev.ragkit.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TruthTest {
    private final Corpus corpus = new ClusteredCorpus(500, 32);

    private List<Integer> sorted(int query) {
        float[] asked = corpus.query(query);
        return IntStream.range(0, corpus.rows())
                .boxed()
                .sorted(Comparator.comparing((Integer row) -> -Corpus.dot(asked, corpus.row(row))))
                .toList();
    }

    @Test
    void theTrueNearestHaveRecallOne() {
        Truth truth = Truth.of(corpus, 20, 10, row -> true);

        for (int query = 0; query < 20; query++) {
            List<Integer> nearest = sorted(query);
            assertThat(truth.recall(query, nearest.subList(0, 10), 10)).isEqualTo(1);
            assertThat(truth.recall(query, nearest.subList(0, 5), 5)).isEqualTo(1);
            assertThat(truth.recall(query, nearest.subList(5, 15), 10)).isEqualTo(0.5);
            assertThat(truth.recall(query, List.of(), 10)).isZero();
        }
    }

    @Test
    void onlyRowsThatMatchCount() {
        Truth truth = Truth.of(corpus, 5, 10, row -> row % 100 == 3);

        List<Integer> nearest = sorted(0).stream().filter(row -> row % 100 == 3).toList();
        assertThat(truth.matching()).isEqualTo(5);
        assertThat(truth.recall(0, nearest, 10)).isEqualTo(1);
        assertThat(truth.recall(0, nearest.subList(0, 4), 10)).isEqualTo(0.8);
    }

    @Test
    void aRowIsTheSameEachTimeAndInEachSizeOfTheCorpus() {
        assertThat(new ClusteredCorpus(50, 32).row(7)).isEqualTo(corpus.row(7)).hasSize(32);
        assertThat(Corpus.dot(corpus.row(7), corpus.row(7))).isBetween(0.999f, 1.001f);
        assertThat(corpus.row(7)).isNotEqualTo(corpus.row(8));
    }
}
