package dev.ragkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class InMemoryStoreTest {
    private static final EmbeddingSpace SPACE =
            EmbeddingSpace.builder("test", "plane", 2).build();
    private static final SearchOptions TEN = SearchOptions.ofDefaults();

    private final InMemoryStore store = VectorStore.inMemory(SPACE);

    @Test
    void keywordScoresAreBm25() {
        store.replace(List.of(words("a", "apple banana"), words("b", "apple apple cherry"), words("c", "durian")));

        // N = 3, df = 2, average length 2: idf = ln(1.6); a: tf 1, length 2; b: tf 2, length 3
        List<Hit> hits = store.search("apples", TEN).hits();
        assertThat(hits).extracting(hit -> hit.chunk().documentId()).containsExactly("b", "a");
        assertThat(hits.get(0).score()).isCloseTo(Math.log(1.6) * 2 * 2.2 / (2 + 1.2 * 1.375), within(1e-12));
        assertThat(hits.get(1).score()).isCloseTo(Math.log(1.6) * 2.2 / 2.2, within(1e-12));
        assertThat(hits.get(0).scores()).containsOnlyKeys("keyword");
    }

    @Test
    void keywordScoresAddUpOverTheDistinctWords() {
        store.replace(List.of(words("a", "apple banana"), words("b", "apple apple cherry"), words("c", "durian")));

        // banana: df = 1, idf = ln(1 + 2.5 / 1.5)
        double both = Math.log(1.6) + Math.log(1 + 2.5 / 1.5);
        assertThat(store.search("banana APPLE the apples", TEN).hits().get(0).score())
                .isCloseTo(both, within(1e-12));
    }

    @Test
    void keywordStatisticsAreTheTenants() {
        store.replace(List.of(words("a", "apple banana")));
        double alone = store.search("apple", TEN).hits().get(0).score();

        store.tenant("other").replace(List.of(words("a", "apple"), words("b", "apple apple apple"), words("c", "x y")));

        assertThat(store.search("apple", TEN).hits())
                .singleElement()
                .satisfies(hit -> assertThat(hit.score()).isEqualTo(alone));
    }

    @Test
    void keywordStatisticsForgetWhatIsGone() {
        store.replace(List.of(words("a", "apple banana")));
        double alone = store.search("apple", TEN).hits().get(0).score();

        store.replace(List.of(words("b", "apple pie"), words("c", "cherry")));
        store.replace(List.of(words("b", "plum")));
        store.delete(List.of("b", "c"));

        assertThat(store.search("apple", TEN).hits().get(0).score()).isEqualTo(alone);
        assertThat(store.search("plum pie cherry", TEN).hits()).isEmpty();
    }

    @Test
    void aTextWithoutWordsFindsNothing() {
        store.replace(List.of(words("a", "apple")));

        assertThat(store.search("the of ?!", TEN))
                .isEqualTo(new SearchResult(List.of(), SearchResult.Path.EXACT, true, 0));
        assertThat(store.search("", TEN).hits()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Metric.class)
    void scoresAreThoseOfTheMetric(Metric metric) {
        InMemoryStore scored = VectorStore.inMemory(SPACE, metric);
        Embedding query = Embedding.of(0.3f, 0.7f);
        scored.replace(List.of(point("a", 1, 0), point("b", -0.2f, 5), point("c", 0.3f, 0.7f)));

        assertThat(scored.search(query, TEN).hits())
                .hasSize(3)
                .isSortedAccordingTo(Hit.BEST_FIRST)
                .allSatisfy(hit -> {
                    float[] stored = switch (hit.chunk().documentId()) {
                        case "a" -> new float[] {1, 0};
                        case "b" -> new float[] {-0.2f, 5};
                        default -> new float[] {0.3f, 0.7f};
                    };
                    assertThat(hit.score()).isCloseTo(metric.score(query, Embedding.of(stored)), within(1e-12));
                });
    }

    @Test
    void aCallWithAnEmbeddingThatDoesNotFitWritesNothing() {
        EmbeddedDocument good = point("good", 1, 0);

        assertThatThrownBy(() -> store.replace(List.of(good, point("zero", 0, 0))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("the embedding of Chunk[zero#0, 0..4] must not be all zeros under COSINE");
        assertThatThrownBy(() -> store.replace(List.of(good, point("wide", 1, 0, 0))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("the embedding of Chunk[wide#0, 0..4] must have 2 dimensions, had 3");
        assertThatThrownBy(() -> store.replace(List.of(good, good)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("document 'good' must not be there twice in one call");
        assertThat(store.documentIds(Filter.all(), "", 10)).isEmpty();
        assertThat(store.search("good", TEN).hits()).isEmpty();
    }

    @Test
    void zerosAreRefusedOnlyWhereTheyHaveNoAngle() {
        InMemoryStore distances = VectorStore.inMemory(SPACE, Metric.L2);

        distances.replace(List.of(point("zero", 0, 0)));

        assertThat(distances.search(Embedding.of(0, 0), TEN).hits()).hasSize(1);
        assertThatThrownBy(() -> store.search(Embedding.of(0, 0), TEN))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("must not be all zeros under COSINE");
        assertThatThrownBy(() -> store.search(Embedding.of(1, 0, 0), TEN))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("must have 2 dimensions, had 3");
    }

    @Test
    void tenantsSeeNothingOfEachOther() {
        InMemoryStore other = store.tenant("other");
        store.replace(List.of(words("a", "apple"), words("b", "banana")));
        other.replace(List.of(words("a", "avocado")));

        assertThat(other.delete(List.of("b"))).isZero();
        assertThat(other.documentIds(Filter.all(), "", 10)).containsExactly("a");
        assertThat(other.search(Embedding.of(1, 1), TEN).hits()).hasSize(1);
        assertThat(other.search("apple banana", TEN).hits()).isEmpty();
        assertThat(store.tenant("other").search("avocado", TEN).hits()).hasSize(1);
        assertThat(store.delete(List.of("a", "a", "b", "nobody"))).isEqualTo(2);
        assertThat(other.versions(List.of("a", "b"))).containsOnlyKeys("a");
        assertThatThrownBy(() -> store.tenant(" ")).hasMessage("tenant must not be blank");
    }

    @Test
    void aDocumentWithoutChunksIsKept() {
        Document blank = new Document("blank", " ", Metadata.of("kind", "empty"), "");
        store.replace(List.of(new EmbeddedDocument(blank, "f1", List.of())));

        assertThat(store.versions(List.of("blank"))).containsEntry("blank", new DocumentVersion("f1", true));
        assertThat(store.documentIds(Filter.eq("kind", "empty"), "", 10)).containsExactly("blank");
        assertThat(store.search(Embedding.of(1, 0), TEN).hits()).isEmpty();
        assertThat(store.delete(List.of("blank"))).isEqualTo(1);
    }

    @Test
    void theSpaceOfReplacedChunksIsReclaimed() {
        TenantChunks chunks = new TenantChunks(2, Metric.COSINE);

        for (int i = 0; i < 10_000; i++) {
            chunks.replace(List.of(words("a", "apple")));
            assertThat(chunks.now().extent().slots()).isLessThan(1_100);
        }
        assertThat(chunks.now().withWords("apple", TEN).hits()).hasSize(1);
    }

    @Test
    void anInterruptEndsACallAndStays() {
        store.replace(List.of(words("a", "apple")));
        Thread.currentThread().interrupt();
        try {
            assertThatThrownBy(() -> store.search(Embedding.of(1, 0), TEN)).isInstanceOf(CancellationException.class);
            assertThatThrownBy(() -> store.search("apple", TEN)).isInstanceOf(CancellationException.class);
            assertThatThrownBy(() -> store.replace(List.of(words("b", "b")))).isInstanceOf(CancellationException.class);
            assertThatThrownBy(() -> store.delete(List.of("a"))).isInstanceOf(CancellationException.class);
            assertThat(Thread.currentThread().isInterrupted()).isTrue();
        } finally {
            Thread.interrupted();
        }
        assertThat(store.documentIds(Filter.all(), "", 10)).containsExactly("a");
    }

    private static EmbeddedDocument words(String id, String text) {
        return embedded(id, text, 1, 1);
    }

    private static EmbeddedDocument point(String id, float... vector) {
        return embedded(id, id, vector);
    }

    private static EmbeddedDocument embedded(String id, String text, float... vector) {
        Document document = Document.of(id, text);
        Chunk chunk = Chunk.of(document, 0, 0, text.length());
        return new EmbeddedDocument(document, "f", List.of(new EmbeddedChunk(chunk, Embedding.of(vector))));
    }
}
