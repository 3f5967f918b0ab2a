package dev.ragkit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SeenIdsTest {
    @Test
    void holdsEveryIdThatWasAddedAndHardlyAnyOther() {
        SeenIds ids = new SeenIds();
        assertThat(ids.isEmpty()).isTrue();
        for (int i = 0; i < 100_000; i++) {
            ids.add("document-" + i);
            ids.add("document-" + i);
        }

        for (int i = 0; i < 100_000; i++) {
            assertThat(ids.mayHold("document-" + i)).isTrue();
            assertThat(ids.mayHold("other-" + i)).isFalse();
        }
    }
}
