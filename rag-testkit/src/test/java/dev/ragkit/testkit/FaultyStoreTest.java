package dev.ragkit.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragkit.EmbeddedDocument;
import dev.ragkit.EmbeddingSpace;
import dev.ragkit.Filter;
import dev.ragkit.Metric;
import dev.ragkit.SearchOptions;
import dev.ragkit.StoreException;
import dev.ragkit.VectorStore;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class FaultyStoreTest {
    private static final List<EmbeddedDocument> TWO = List.of(Sample.at("a", 0.5), Sample.at("b", 0.5));
    private static final StoreException LOST = new StoreException("connection lost");

    private final VectorStore target = VectorStore.inMemory(Vectors.space(Metric.COSINE));
    private final FaultyStore store = FaultyStore.around(target);

    @Nested
    class KeepsTheContract extends VectorStoreContract {
        @Override
        protected VectorStore create(EmbeddingSpace space, Metric metric) {
            return FaultyStore.around(VectorStore.inMemory(space, metric));
        }
    }

    @Test
    void aCallFailsBeforeItReachesTheStore() {
        store.failBeforeCall(2, LOST);
        assertThat(store.versions(List.of("a"))).isEmpty();
        assertThatThrownBy(() -> store.replace(TWO)).isSameAs(LOST);
        assertThat(stored()).isEmpty();
        store.replace(TWO);
        assertThat(stored()).containsExactly("a", "b");
        assertThat(store.calls()).isEqualTo(3);
        assertThat(store.replaces()).isEqualTo(2);
    }

    @Test
    void everyKindOfCallCanFail() {
        List<Runnable> calls = List.of(
                () -> store.replace(TWO),
                () -> store.delete(List.of("a")),
                () -> store.versions(List.of("a")),
                () -> store.documentIds(Filter.all(), "", 1),
                () -> store.search(Vectors.QUERY, SearchOptions.ofDefaults()));
        for (Runnable call : calls) {
            store.failBeforeCall(1, LOST);
            assertThatThrownBy(call::run).isSameAs(LOST);
            call.run();
        }
    }

    @Test
    void aReplaceFailsAfterItsFirstDocument() {
        store.failInReplace(1, LOST);
        assertThatThrownBy(() -> store.replace(TWO)).isSameAs(LOST);
        assertThat(stored()).containsExactly("a");
    }

    @Test
    void aReplaceFailsAfterAllWasWritten() {
        store.failAfterReplace(2, LOST);
        store.replace(List.of());
        assertThatThrownBy(() -> store.replace(TWO)).isSameAs(LOST);
        assertThat(stored()).containsExactly("a", "b");
    }

    @Test
    void tenantsShareThePlan() {
        store.failBeforeCall(1, LOST);
        assertThatThrownBy(() -> store.tenant("other").delete(List.of("a"))).isSameAs(LOST);
        assertThat(store.calls()).isEqualTo(1);
    }

    @Test
    void theCallsAreCountedFromOne() {
        assertThatThrownBy(() -> store.failBeforeCall(0, LOST))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the failing call must be 1 or later, was 0");
    }

    private List<String> stored() {
        return target.documentIds(Filter.all(), "", 10);
    }
}
