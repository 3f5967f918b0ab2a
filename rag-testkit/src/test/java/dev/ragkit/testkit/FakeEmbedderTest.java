package dev.ragkit.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragkit.Embedder;
import dev.ragkit.Embedding;
import dev.ragkit.EmbeddingSpace;
import dev.ragkit.ModelException;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class FakeEmbedderTest {
    private final FakeEmbedder embedder = FakeEmbedder.ofDimensions(64);

    @Nested
    class KeepsTheContract extends EmbedderContract {
        @Override
        protected Embedder embedder() {
            return FakeEmbedder.ofDimensions(64);
        }
    }

    @Test
    void textsThatShareWordsAreNearer() {
        Embedding question = embedder.embedQuery("Which river runs through the valley?");
        Embedding near = embedder.embedQuery("The river runs north through a valley.");
        Embedding far = embedder.embedQuery("Databases keep rows in pages.");
        assertThat(question.dot(near)).isGreaterThan(0.5).isGreaterThan(question.dot(far) + 0.3);
    }

    @Test
    void twoEmbeddersAgree() {
        assertThat(FakeEmbedder.ofDimensions(64).embedQuery("one text")).isEqualTo(embedder.embedQuery("one text"));
    }

    @Test
    void theSpaceIsTheOneGiven() {
        EmbeddingSpace space = EmbeddingSpace.builder("some", "model", 8).build();
        FakeEmbedder given = FakeEmbedder.in(space);
        assertThat(given.space()).isEqualTo(space);
        assertThat(given.embedQuery("text").dimensions()).isEqualTo(8);
    }

    @Test
    void callsAndTextsAreCounted() {
        embedder.embedDocuments(List.of("a", "b"));
        embedder.embedQuery("c");
        embedder.embedQueries(List.of());
        assertThat(embedder.calls()).containsExactly(List.of("a", "b"), List.of("c"));
        assertThat(embedder.texts()).isEqualTo(3);
    }

    @Test
    void theNextCallsFailAsTold() {
        ModelException overload = new ModelException("overloaded");
        embedder.failNext(2, overload);
        assertThatThrownBy(() -> embedder.embedQuery("a")).isSameAs(overload);
        assertThatThrownBy(() -> embedder.embedDocuments(List.of("b"))).isSameAs(overload);
        assertThat(embedder.embedQuery("c").dimensions()).isEqualTo(64);
        assertThat(embedder.texts()).isEqualTo(3);
    }

    @Test
    void aRefusedTextFailsItsCall() {
        embedder.failOn(text -> text.contains("secret"));
        assertThatThrownBy(() -> embedder.embedDocuments(List.of("fine", "a secret word")))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("text 1")
                .hasMessageNotContaining("secret");
        assertThat(embedder.embedDocuments(List.of("fine")).size()).isEqualTo(1);
    }

    @Test
    void noCallsCannotFail() {
        assertThatThrownBy(() -> embedder.failNext(0, new ModelException("never")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("calls must be at least 1, was 0");
    }
}
