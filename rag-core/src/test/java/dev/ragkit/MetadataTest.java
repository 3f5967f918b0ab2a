package dev.ragkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MetadataTest {
    @Test
    void widensNumbers() {
        Metadata metadata = Metadata.of(Map.of("int", 1, "float", 0.1f, "double", -0.0));

        assertThat(metadata.value("int")).isEqualTo(1L);
        assertThat(metadata.value("float")).isEqualTo(0.1);
        assertThat(metadata.value("double")).isEqualTo(0.0);
    }

    @Test
    void copiesListsInAndKeepsThemUnmodifiable() {
        List<String> tags = new ArrayList<>(List.of("a"));
        Metadata metadata = Metadata.of("tags", tags);
        tags.add("b");

        assertThat(metadata.value("tags")).isEqualTo(List.of("a"));
    }

    @Test
    void isNotChangedByWith() {
        Metadata one = Metadata.of("a", 1);
        Metadata two = one.with("b", 2);

        assertThat(one.keys()).containsExactly("a");
        assertThat(two.keys()).containsExactly("a", "b");
        assertThat(one.with(Metadata.of("a", 3)).value("a")).isEqualTo(3L);
    }

    @Test
    void refusesWhatItDoesNotHold() {
        assertThatThrownBy(() -> Metadata.of("when", new Object()))
                .hasMessageContaining(
                        "'when' must be a string, number, boolean or list of strings, was java.lang.Object");
        assertThatThrownBy(() -> Metadata.of("n", Double.NaN)).hasMessageContaining("must be a finite number, was NaN");
        assertThatThrownBy(() -> Metadata.of("list", List.of(1))).hasMessageContaining("must hold strings only");
        assertThatThrownBy(() -> Metadata.of("", "x")).hasMessageContaining("must have 1 to 256 characters, had 0");
        assertThatThrownBy(() -> Metadata.of("k".repeat(257), "x")).hasMessageContaining("had 257");
        assertThatThrownBy(() -> Metadata.of("k", "a\0")).hasMessageContaining("NUL");
        Map<String, Object> withNull = new HashMap<>();
        withNull.put("k", null);
        assertThatThrownBy(() -> Metadata.of(withNull)).hasMessageContaining("leave the key out");
    }

    @Test
    void showsKeysAndNotValues() {
        assertThat(Metadata.of("iban", "DE00 secret")).hasToString("Metadata[iban]");
    }
}
