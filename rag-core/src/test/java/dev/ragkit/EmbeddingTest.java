package dev.ragkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class EmbeddingTest {
    @Test
    void copiesInAndOut() {
        float[] values = {3, 4};
        Embedding embedding = Embedding.of(values);
        values[0] = 9;
        embedding.toArray()[1] = 9;

        assertThat(embedding).isEqualTo(Embedding.of(3, 4));
        assertThat(Embedding.of(new float[] {1, 3, 4, 5}, 1, 2)).isEqualTo(embedding);
    }

    @Test
    void refusesWhatIsNotFinite() {
        assertThatThrownBy(() -> Embedding.of(1, Float.NaN))
                .hasMessage("an embedding must be finite, component 1 was NaN");
        assertThatThrownBy(() -> Embedding.of(Float.POSITIVE_INFINITY)).hasMessageContaining("was Infinity");
        assertThatThrownBy(() -> Embedding.of()).hasMessageContaining("at least 1 dimension");
    }

    @Test
    void measures() {
        Embedding a = Embedding.of(3, 4);
        Embedding b = Embedding.of(4, -3);

        assertThat(a.norm()).isEqualTo(5);
        assertThat(a.dot(b)).isEqualTo(0);
        assertThat(a.distance(b)).isCloseTo(Math.sqrt(50), within(1e-12));
        assertThat(a.normalized().norm()).isCloseTo(1, within(1e-6));
        assertThatThrownBy(() -> a.dot(Embedding.of(1))).hasMessageContaining("had 2 and 1");
        assertThatThrownBy(() -> Embedding.of(0, 0).normalized()).hasMessageContaining("no direction");
    }

    @Test
    void metricsScoreHigherTheNearer() {
        Embedding a = Embedding.of(1, 0, 0, 0, 0);
        Embedding b = Embedding.of(2, 0, 0, 0, 0);

        assertThat(Metric.COSINE.score(a, b)).isEqualTo(1);
        assertThat(Metric.INNER_PRODUCT.score(a, b)).isEqualTo(2);
        assertThat(Metric.L2.score(a, b)).isEqualTo(-1);
        assertThat(Metric.L2.score(a, a)).isZero();
    }
}
