package dev.ragkit.testkit;

import static dev.ragkit.testkit.Found.assertCount;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragkit.DocumentVersion;
import dev.ragkit.EmbeddedDocument;
import dev.ragkit.Filter;
import dev.ragkit.Metadata;
import dev.ragkit.VectorStore;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What a store says it holds, and how documents leave it. */
abstract class StoreLedger {
    /** More than a statement of PostgreSQL takes parameters. */
    private static final int MANY = 70_000;

    private final VectorStoreContract contract;

    StoreLedger(VectorStoreContract contract) {
        this.contract = contract;
    }

    @Test
    final void versionsTellTheFingerprint() {
        VectorStore store = contract.store();
        store.replace(List.of(
                Sample.of("a")
                        .fingerprint("of a")
                        .chunks(3, "part", Vectors.at(0.5))
                        .build(),
                Sample.of("b").fingerprint("of b").build()));
        assertThat(store.versions(List.of("a", "b")))
                .isEqualTo(Map.of("a", new DocumentVersion("of a", true), "b", new DocumentVersion("of b", true)));
    }

    @Test
    final void versionsFollowReplaceAndDelete() {
        VectorStore store = contract.store();
        store.replace(List.of(Sample.of("a").fingerprint("old").build()));
        store.replace(List.of(Sample.of("a").fingerprint("new").build()));
        assertThat(store.versions(List.of("a"))).isEqualTo(Map.of("a", new DocumentVersion("new", true)));
        store.delete(List.of("a"));
        assertThat(store.versions(List.of("a"))).isEmpty();
    }

    @Test
    final void versionsLeaveOutWhatIsNotThere() {
        VectorStore store = filled("a", "b");
        assertThat(store.versions(List.of("b", "c", "", "A", "a ", "%", "x".repeat(2_000))))
                .containsOnlyKeys("b");
        assertThat(store.versions(List.of())).isEmpty();
    }

    @Test
    final void versionsTakeAnyNumberOfIds() {
        VectorStore store = filled("id-0", "id-69999", "other");
        assertThat(store.versions(many())).containsOnlyKeys("id-0", "id-69999");
    }

    @Test
    final void deleteRemovesTheChunksToo() {
        VectorStore store = filled("a", "b", "c");
        store.delete(List.of("a", "c"));
        assertThat(Found.ids(Found.all(store))).containsExactly("b", "b");
        assertThat(store.documentIds(Filter.all(), "", 10)).containsExactly("b");
    }

    @Test
    final void deleteCountsTheDocumentsThatWereThere() {
        VectorStore store = filled("a", "b", "c");
        assertThat(store.delete(List.of("a", "c", "d", "a"))).isEqualTo(2);
        assertThat(store.delete(List.of("a", "c", "d"))).isZero();
        assertThat(store.delete(List.of())).isZero();
        store.replace(List.of(Sample.of("no chunks").build()));
        assertThat(store.delete(List.of("no chunks"))).isEqualTo(1);
    }

    @Test
    final void deleteTakesNothingElse() {
        VectorStore store = filled("a", "ab", "A", "a ", "a_", "a%", "b");
        assertThat(store.delete(List.of("a", "a%", "_", "%", "", "x".repeat(2_000))))
                .isEqualTo(2);
        assertThat(store.documentIds(Filter.all(), "", 10)).containsExactly("A", "a ", "a_", "ab", "b");
        assertCount(Found.best(store, 100), 10);
    }

    @Test
    final void deleteTakesAnyNumberOfIds() {
        VectorStore store = filled("id-0", "id-69999", "other");
        assertThat(store.delete(many())).isEqualTo(2);
        assertThat(store.documentIds(Filter.all(), "", 10)).containsExactly("other");
    }

    @Test
    final void whatWasDeletedCanComeBack() {
        VectorStore store = filled("a");
        store.delete(List.of("a"));
        store.replace(List.of(Sample.at("a", 0.7)));
        assertThat(Found.texts(Found.all(store))).containsExactly("text of a");
    }

    @Test
    final void documentIdsAreInCodePointOrder() {
        List<String> ordered =
                List.of("10", "9", "A", "Z", "_", "a", "aa", "b", "\u00e9", "\ue000", "\ufffd", "\ud83d\ude00");
        List<String> shuffled = new ArrayList<>(ordered);
        Collections.shuffle(shuffled, new Random(3));
        VectorStore store = filled(shuffled.toArray(String[]::new));
        assertThat(store.documentIds(Filter.all(), "", 100)).isEqualTo(ordered);
        for (int i = 0; i < ordered.size(); i++) {
            assertThat(store.documentIds(Filter.all(), ordered.get(i), 100))
                    .isEqualTo(ordered.subList(i + 1, ordered.size()));
        }
    }

    @Test
    final void pagesJoinToTheWhole() {
        VectorStore store = contract.store();
        List<String> ids = IntStream.range(0, 25)
                .mapToObj(i -> String.format(Locale.ROOT, "doc-%02d", i))
                .toList();
        store.replace(ids.stream().map(id -> Sample.at(id, 0.5)).toList());
        for (int limit : new int[] {1, 7, 24, 25, 26, 10_000}) {
            List<String> joined = new ArrayList<>();
            List<String> page = store.documentIds(Filter.all(), "", limit);
            while (!page.isEmpty() && joined.size() <= ids.size()) {
                assertThat(page).hasSize(Math.min(limit, ids.size() - joined.size()));
                joined.addAll(page);
                page = store.documentIds(Filter.all(), page.get(page.size() - 1), limit);
            }
            assertThat(joined).as("pages of %d", limit).isEqualTo(ids);
        }
    }

    @Test
    final void aPageMayStartBetweenIds() {
        VectorStore store = filled("b", "d", "f");
        assertThat(store.documentIds(Filter.all(), "c", 10)).containsExactly("d", "f");
        assertThat(store.documentIds(Filter.all(), "a", 10)).containsExactly("b", "d", "f");
        assertThat(store.documentIds(Filter.all(), "z", 10)).isEmpty();
    }

    @Test
    final void pagesFilterByTheMetadataOfTheDocument() {
        VectorStore store = contract.store();
        List<EmbeddedDocument> documents = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            Sample document =
                    Sample.of(String.format(Locale.ROOT, "doc-%02d", i)).metadata(Metadata.of("n", i));
            documents.add(
                    i % 2 == 0
                            ? document.build()
                            : document.chunk("text", Vectors.at(0.5)).build());
        }
        store.replace(documents);
        Filter filter = Filter.gte("n", 10);
        assertThat(store.documentIds(filter, "", 4)).containsExactly("doc-10", "doc-11", "doc-12", "doc-13");
        assertThat(store.documentIds(filter, "doc-17", 4)).containsExactly("doc-18", "doc-19");
        assertThat(store.documentIds(Filter.not(Filter.exists("n")), "", 4)).isEmpty();
    }

    @Test
    final void pagesHaveOneToTenThousandIds() {
        VectorStore store = filled("a");
        for (int limit : new int[] {0, -1, 10_001}) {
            assertThatThrownBy(() -> store.documentIds(Filter.all(), "", limit))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("limit")
                    .hasMessageContaining(String.valueOf(limit));
        }
        assertThat(store.documentIds(Filter.all(), "", 10_000)).containsExactly("a");
        assertThat(store.documentIds(Filter.all(), "", 1)).containsExactly("a");
    }

    private static List<String> many() {
        return IntStream.range(0, MANY).mapToObj(i -> "id-" + i).toList();
    }

    /** A store with documents of two chunks each. */
    private VectorStore filled(String... ids) {
        VectorStore store = contract.store();
        List<EmbeddedDocument> documents = new ArrayList<>();
        for (String id : ids) {
            documents.add(
                    Sample.of(id).chunks(2, "part of " + id, Vectors.at(0.5)).build());
        }
        store.replace(documents);
        return store;
    }
}
