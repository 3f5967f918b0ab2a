package dev.ragkit.testkit;

import static dev.ragkit.testkit.Found.assertCount;
import static dev.ragkit.testkit.Found.ids;
import static dev.ragkit.testkit.Found.texts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragkit.DocumentVersion;
import dev.ragkit.EmbeddedDocument;
import dev.ragkit.Embedding;
import dev.ragkit.Filter;
import dev.ragkit.Hit;
import dev.ragkit.Metadata;
import dev.ragkit.Metric;
import dev.ragkit.RagException;
import dev.ragkit.VectorStore;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** How documents come in and give way to newer versions. */
abstract class StoreReplacing {
    private static final Embedding SEVEN = Embedding.of(1, 0, 0, 0, 0, 0, 0);

    private final VectorStoreContract contract;
    private final Metric metric;

    StoreReplacing(VectorStoreContract contract) {
        this.contract = contract;
        this.metric = contract.metric();
    }

    @Test
    final void replaceAddsDocuments() {
        VectorStore store = contract.store();
        store.replace(List.of(Sample.at("a", 0.9), Sample.at("b", 0.5)));
        store.replace(List.of(Sample.at("c", 0.7)));
        assertThat(ids(Found.all(store))).containsExactly("a", "c", "b");
        assertThat(store.documentIds(Filter.all(), "", 10)).containsExactly("a", "b", "c");
    }

    @Test
    final void replaceDropsChunksThatAreGone() {
        VectorStore store = contract.store();
        store.replace(List.of(Sample.of("a").chunks(400, "old", Vectors.at(0.5)).build()));
        store.replace(List.of(Sample.of("a")
                .fingerprint("v2")
                .chunks(370, "new", Vectors.at(0.4))
                .build()));
        List<Hit> hits = Found.all(store);
        assertThat(texts(hits))
                .isEqualTo(IntStream.range(0, 370).mapToObj(i -> "new " + i).toList());
        assertThat(store.versions(List.of("a"))).isEqualTo(Map.of("a", new DocumentVersion("v2", true)));
    }

    @Test
    final void replaceAddsChunksThatAreNew() {
        VectorStore store = contract.store();
        store.replace(List.of(Sample.of("a").chunks(3, "old", Vectors.at(0.5)).build()));
        store.replace(List.of(Sample.of("a").chunks(7, "new", Vectors.at(0.5)).build()));
        assertThat(texts(Found.all(store)))
                .containsExactly("new 0", "new 1", "new 2", "new 3", "new 4", "new 5", "new 6");
    }

    @Test
    final void replaceTakesTheNewEmbeddings() {
        VectorStore store = contract.store();
        store.replace(List.of(Sample.at("a", 0.9), Sample.at("b", 0.5)));
        store.replace(List.of(Sample.at("a", -0.9)));
        assertThat(ids(Found.all(store))).containsExactly("b", "a");
    }

    @Test
    final void replaceTakesTheNewMetadataAndSource() {
        VectorStore store = contract.store();
        store.replace(List.of(Sample.at("a", 0.5, Metadata.of("old", 1))));
        store.replace(List.of(Sample.of("a")
                .metadata(Metadata.of("new", 2))
                .source("moved")
                .chunk("text", Vectors.at(0.5))
                .build()));
        assertThat(ids(store, Filter.exists("old"))).isEmpty();
        assertThat(store.documentIds(Filter.exists("old"), "", 10)).isEmpty();
        assertThat(store.documentIds(Filter.exists("new"), "", 10)).containsExactly("a");
        Hit hit = Found.all(store, Filter.exists("new")).hits().get(0);
        assertThat(hit.chunk().source()).isEqualTo("moved");
    }

    @Test
    final void replaceLeavesOtherDocumentsAlone() {
        VectorStore store = contract.store();
        store.replace(List.of(two("a"), two("ab"), two("A"), two("b")));
        List<Hit> before = Found.all(store);
        store.replace(List.of(Sample.of("a").build()));
        assertThat(Found.all(store))
                .isEqualTo(before.stream()
                        .filter(hit -> !hit.chunk().documentId().equals("a"))
                        .toList());
    }

    @Test
    final void replacingAgainChangesNothing() {
        VectorStore store = contract.store();
        List<EmbeddedDocument> documents =
                List.of(two("a"), two("b"), Sample.of("none").build());
        store.replace(documents);
        List<Hit> hits = Found.all(store);
        Map<String, DocumentVersion> versions = store.versions(List.of("a", "b", "none"));
        store.replace(documents);
        assertThat(Found.all(store)).isEqualTo(hits).hasSize(4);
        assertThat(store.versions(List.of("a", "b", "none"))).isEqualTo(versions);
        assertThat(store.documentIds(Filter.all(), "", 10)).containsExactly("a", "b", "none");
    }

    @Test
    final void aDocumentMayHaveNoChunks() {
        VectorStore store = contract.store();
        store.replace(List.of(Sample.of("none").fingerprint("empty").build()));
        assertCount(Found.best(store, 10), 0);
        assertThat(store.versions(List.of("none"))).isEqualTo(Map.of("none", new DocumentVersion("empty", true)));
        assertThat(store.documentIds(Filter.all(), "", 10)).containsExactly("none");
    }

    @Test
    final void aDocumentMayLoseAllItsChunks() {
        VectorStore store = contract.store();
        store.replace(List.of(two("a")));
        store.replace(List.of(Sample.of("a").fingerprint("v2").build()));
        assertCount(Found.best(store, 10), 0);
        assertThat(store.versions(List.of("a"))).isEqualTo(Map.of("a", new DocumentVersion("v2", true)));
    }

    @Test
    final void replacingNothingChangesNothing() {
        VectorStore store = contract.store();
        store.replace(List.of(two("a")));
        store.replace(List.of());
        assertCount(Found.best(store, 10), 2);
    }

    @Test
    final void oneCallTakesManyDocuments() {
        VectorStore store = contract.store();
        store.replace(IntStream.range(0, 500).mapToObj(i -> two("doc-" + i)).toList());
        assertCount(Found.best(store, 1_000), 1_000);
        assertThat(store.documentIds(Filter.all(), "", 10_000)).hasSize(500);
    }

    @Test
    final void aWrongDimensionIsRefusedByTheNameOfItsChunk() {
        VectorStore store = contract.store();
        EmbeddedDocument wrong = Sample.of("wrong-one")
                .chunks(499, "part", Vectors.at(0.5))
                .chunk("the last", SEVEN)
                .build();
        assertThatThrownBy(() -> store.replace(List.of(two("a"), wrong)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("wrong-one")
                .hasMessageContaining("499")
                .hasMessageContaining("4 dimensions")
                .hasMessageContaining("7");
    }

    @Test
    final void nothingIsWrittenIfOneDimensionIsWrong() {
        VectorStore store = contract.store();
        store.replace(List.of(two("kept")));
        List<Hit> before = Found.all(store);
        EmbeddedDocument wrong = Sample.of("kept")
                .fingerprint("v2")
                .chunks(499, "part", Vectors.at(0.5))
                .chunk("the last", SEVEN)
                .build();
        assertThatThrownBy(() -> store.replace(List.of(two("a"), wrong, two("z"))))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(Found.all(store)).isEqualTo(before);
        assertThat(store.documentIds(Filter.all(), "", 10)).containsExactly("kept");
        assertThat(store.versions(List.of("kept", "a", "z")))
                .isEqualTo(Map.of("kept", new DocumentVersion("v1", true)));
    }

    @Test
    final void zerosAreRefusedUnderCosineAndTakenUnderL2() {
        VectorStore store = contract.store();
        EmbeddedDocument zeros = Sample.of("zeros")
                .chunk("fine", Vectors.at(0.5))
                .chunk("zero", Vectors.ZERO)
                .build();
        if (metric == Metric.COSINE) {
            assertThatThrownBy(() -> store.replace(List.of(two("a"), zeros)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("zeros")
                    .hasMessageContaining("1");
            assertThat(store.documentIds(Filter.all(), "", 10)).isEmpty();
            assertCount(Found.best(store, 10), 0);
        } else if (metric == Metric.L2) {
            store.replace(List.of(zeros));
            assertThat(texts(Found.all(store))).containsExactly("fine", "zero");
        } else {
            store.replace(List.of(two("a")));
            assertCount(Found.best(store, 10), 2);
        }
    }

    @Test
    final void anIdTwiceInOneCallIsRefused() {
        VectorStore store = contract.store();
        List<EmbeddedDocument> twice = List.of(two("once"), two("double"), Sample.at("double", 0.1));
        assertThatThrownBy(() -> store.replace(twice))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("double");
        assertThat(store.documentIds(Filter.all(), "", 10)).isEmpty();
        assertCount(Found.best(store, 10), 0);
    }

    @Test
    final void aTextIsKeptAsItIsOrRefused() {
        VectorStore store = contract.store();
        for (String text :
                List.of("nul \u0000 here", "high \ud83d alone", "low \ude00 alone", "reversed \ude00\ud83d")) {
            EmbeddedDocument odd = Sample.of("odd").chunk(text, Vectors.at(0.5)).build();
            try {
                store.replace(List.of(odd));
                assertThat(texts(Found.all(store))).containsExactly(text);
            } catch (RagException | IllegalArgumentException refused) {
                assertThat(refused.getMessage()).contains("odd");
                assertCount(Found.best(store, 10), 0);
            }
            store.delete(List.of("odd"));
        }
    }

    private static EmbeddedDocument two(String id) {
        return Sample.of(id).chunks(2, "part of " + id, Vectors.at(0.5)).build();
    }
}
