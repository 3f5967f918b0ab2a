package dev.ragkit.testkit;

import static dev.ragkit.testkit.Found.assertCount;
import static dev.ragkit.testkit.Found.texts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragkit.DocumentVersion;
import dev.ragkit.EmbeddedDocument;
import dev.ragkit.Filter;
import dev.ragkit.Hit;
import dev.ragkit.Metadata;
import dev.ragkit.SearchOptions;
import dev.ragkit.VectorStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Nothing of another tenant is ever seen, changed or counted. */
abstract class StoreTenants {
    private static final List<String> LOOKALIKES = List.of(
            "acme",
            "ACME",
            "Acme",
            "acme ",
            " acme",
            "\u0430cme",
            "\uff41cme",
            "acme\u200b",
            "acm\u00e9",
            "acme\u0301",
            "%",
            "_cme",
            "acm_",
            "acme%",
            "*",
            "acme' OR '1'='1",
            "acme\"",
            "acme\\",
            "NULL",
            "default");

    private final VectorStoreContract contract;

    StoreTenants(VectorStoreContract contract) {
        this.contract = contract;
    }

    @Test
    final void aStoreThatWasNotToldATenantIsOnTheDefaultOne() {
        VectorStore store = contract.store();
        store.replace(List.of(Sample.at("a", 0.5)));
        assertThat(Found.all(store.tenant(VectorStore.DEFAULT_TENANT)))
                .isEqualTo(Found.all(store))
                .hasSize(1);
        assertCount(Found.best(store.tenant("other"), 10), 0);
    }

    @Test
    final void handlesOnOneTenantShareItsDocuments() {
        VectorStore store = contract.store();
        VectorStore first = store.tenant("first");
        first.replace(List.of(Sample.at("a", 0.5)));
        assertThat(Found.all(store.tenant("first"))).isEqualTo(Found.all(first)).hasSize(1);
        assertThat(Found.all(store.tenant("second").tenant("first"))).hasSize(1);
        store.tenant("first").delete(List.of("a"));
        assertCount(Found.best(first, 10), 0);
    }

    @Test
    final void everyTenantHasTheSpaceAndTheMetricOfTheCollection() {
        VectorStore store = contract.store();
        assertThat(store.tenant("a").space()).isEqualTo(store.space());
        assertThat(store.tenant("a").metric()).isEqualTo(store.metric());
    }

    @Test
    final void replaceLeavesTheSameIdOfAnotherTenantAlone() {
        VectorStore store = contract.store();
        VectorStore a = store.tenant("a");
        VectorStore b = store.tenant("b");
        a.replace(List.of(document("same", "of a", 3)));
        b.replace(List.of(document("same", "of b", 2)));
        assertThat(texts(Found.all(a))).containsExactly("of a 0", "of a 1", "of a 2");
        assertThat(texts(Found.all(b))).containsExactly("of b 0", "of b 1");
        b.replace(List.of(document("same", "new of b", 4)));
        assertThat(texts(Found.all(a))).containsExactly("of a 0", "of a 1", "of a 2");
        assertThat(a.versions(List.of("same"))).isEqualTo(Map.of("same", new DocumentVersion("of a", true)));
    }

    @Test
    final void deleteLeavesTheSameIdOfAnotherTenantAlone() {
        VectorStore store = contract.store();
        VectorStore a = store.tenant("a");
        VectorStore b = store.tenant("b");
        a.replace(List.of(document("same", "of a", 2), document("only a", "of a", 1)));
        b.replace(List.of(document("same", "of b", 2)));
        assertThat(b.delete(List.of("only a"))).isZero();
        assertThat(b.delete(List.of("same", "only a"))).isEqualTo(1);
        assertThat(Found.all(a)).hasSize(3);
        assertThat(a.versions(List.of("same", "only a"))).containsOnlyKeys("same", "only a");
        assertCount(Found.best(b, 10), 0);
    }

    @Test
    final void versionsAndIdsOfAnotherTenantAreNotSeen() {
        VectorStore store = contract.store();
        store.tenant("a").replace(List.of(document("shared", "of a", 1), document("only a", "of a", 1)));
        store.tenant("b").replace(List.of(document("shared", "of b", 1)));
        VectorStore b = store.tenant("b");
        assertThat(b.versions(List.of("shared", "only a")))
                .isEqualTo(Map.of("shared", new DocumentVersion("of b", true)));
        assertThat(b.documentIds(Filter.all(), "", 10)).containsExactly("shared");
        assertThat(b.documentIds(Filter.not(Filter.exists("x")), "", 10)).containsExactly("shared");
    }

    @Test
    final void aSearchFillsItsLimitFromItsOwnTenant() {
        VectorStore store = contract.store();
        for (int tenant = 0; tenant < 25; tenant++) {
            List<EmbeddedDocument> documents = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                documents.add(Sample.of("doc-" + i)
                        .metadata(Metadata.of("n", i))
                        .chunk("canary-" + tenant, Vectors.at(0.5))
                        .build());
            }
            store.tenant("tenant-" + tenant).replace(documents);
        }
        for (int tenant = 0; tenant < 25; tenant++) {
            VectorStore own = store.tenant("tenant-" + tenant);
            assertCount(Found.best(own, 10), 10);
            assertCount(Found.best(own, 1_000), 12);
            assertCount(Found.all(own, Filter.gte("n", 9)), 3);
            assertThat(texts(Found.all(own))).containsOnly("canary-" + tenant);
        }
    }

    @Test
    final void filtersAndScoresDoNotReachIntoAnotherTenant() {
        VectorStore store = contract.store();
        store.tenant("a").replace(List.of(Sample.at("near", 1, Metadata.of("of", "a"))));
        store.tenant("b").replace(List.of(Sample.at("far", -0.5, Metadata.of("of", "b"))));
        VectorStore b = store.tenant("b");
        assertCount(Found.all(b, Filter.eq("of", "a")), 0);
        assertThat(Found.ids(b, Filter.or(Filter.eq("of", "a"), Filter.ne("of", "a"))))
                .containsExactly("far");
        double score = Found.all(b).get(0).score();
        assertCount(
                b.search(
                        Vectors.QUERY,
                        SearchOptions.builder().minScore(score + 0.1).build()),
                0);
    }

    @Test
    final void namesAreComparedCharacterByCharacter() {
        VectorStore store = contract.store();
        for (String name : LOOKALIKES) {
            store.tenant(name).replace(List.of(document("same", name, 1)));
        }
        for (String name : LOOKALIKES) {
            VectorStore own = store.tenant(name);
            assertThat(texts(Found.all(own))).as("of tenant '%s'", name).containsExactly(name + " 0");
            assertThat(own.versions(List.of("same"))).isEqualTo(Map.of("same", new DocumentVersion(name, true)));
            assertThat(own.documentIds(Filter.all(), "", 10)).containsExactly("same");
        }
        assertThat(store.tenant("%").delete(List.of("same"))).isEqualTo(1);
        assertThat(store.tenant("acme ").delete(List.of("same"))).isEqualTo(1);
        assertThat(Found.all(store.tenant("acme"))).hasSize(1);
        assertThat(Found.all(store.tenant("acme%"))).hasSize(1);
    }

    @Test
    final void aNameThatWasNeverUsedSeesNothing() {
        VectorStore store = contract.store();
        store.replace(List.of(document("a", "default", 1)));
        store.tenant("acme").replace(List.of(document("a", "acme", 1)));
        for (String name : List.of("ACME", "acme ", "%", "_", "acm%", "*", "NULL", "Default", "\u0430cme", "a", "''")) {
            VectorStore other = store.tenant(name);
            assertCount(Found.best(other, 10), 0);
            assertThat(other.documentIds(Filter.all(), "", 10)).isEmpty();
            assertThat(other.versions(List.of("a"))).isEmpty();
            assertThat(other.delete(List.of("a"))).isZero();
        }
        assertThat(Found.all(store)).hasSize(1);
        assertThat(Found.all(store.tenant("acme"))).hasSize(1);
    }

    @Test
    final void aBlankNameIsRefused() {
        VectorStore store = contract.store();
        for (String name : List.of("", " ", "\t", "\n", "   ", "\u2003")) {
            assertThatThrownBy(() -> store.tenant(name))
                    .as("tenant '%s'", name)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("tenant")
                    .hasMessageContaining("blank");
        }
    }

    @Test
    final void anAbsentNameIsRefused() {
        VectorStore store = contract.store();
        assertThatThrownBy(() -> store.tenant(absent()))
                .isInstanceOfAny(NullPointerException.class, IllegalArgumentException.class);
    }

    @Test
    final void aNameHasAtMost512Characters() {
        VectorStore store = contract.store();
        for (int length : new int[] {513, 10_240}) {
            assertThatThrownBy(() -> store.tenant("t".repeat(length)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("512")
                    .hasMessageContaining(String.valueOf(length));
        }
        VectorStore longest = store.tenant("t".repeat(512));
        longest.replace(List.of(document("a", "longest", 1)));
        assertThat(Found.all(longest)).hasSize(1);
        assertCount(Found.best(store.tenant("t".repeat(511)), 10), 0);
    }

    @Test
    final void manyTenantsAreIndependent() {
        VectorStore store = contract.store();
        IntStream.range(0, 60).forEach(i -> store.tenant("t" + i).replace(List.of(document("same", "of " + i, 2))));
        IntStream.range(0, 60)
                .filter(i -> i % 2 == 0)
                .forEach(i -> store.tenant("t" + i).delete(List.of("same")));
        for (int i = 0; i < 60; i++) {
            List<Hit> hits = Found.all(store.tenant("t" + i));
            assertThat(texts(hits)).isEqualTo(i % 2 == 0 ? List.of() : List.of("of " + i + " 0", "of " + i + " 1"));
        }
    }

    private static EmbeddedDocument document(String id, String label, int chunks) {
        return Sample.of(id)
                .fingerprint(label)
                .chunks(chunks, label, Vectors.at(0.5))
                .build();
    }

    @SuppressWarnings("NullAway") // What code without null checks may pass
    private static String absent() {
        @Nullable String none = null;
        return none;
    }
}
