package dev.ragkit.pgvector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.ragkit.Chunk;
import dev.ragkit.Document;
import dev.ragkit.DocumentException;
import dev.ragkit.EmbeddedChunk;
import dev.ragkit.EmbeddedDocument;
import dev.ragkit.Embedding;
import dev.ragkit.EmbeddingSpace;
import dev.ragkit.Metadata;
import dev.ragkit.Metric;
import dev.ragkit.SearchOptions;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What cannot be stored is refused before anything is sent. */
class BatchTest {
    private static final EmbeddingSpace SPACE =
            EmbeddingSpace.builder("test", "batch", 2).build();

    private static Definition definition(Metric metric, VectorType type) {
        return new Definition(
                SPACE, new Definition.Vectors(metric, type, VectorIndex.hnsw()), PgVectorSchema.DEFAULT_TEXT_SEARCH);
    }

    private static Batch batch(Metric metric, VectorType type, Embedding embedding) {
        return Batch.of(List.of(TestCollection.document("doc", "text", embedding)), definition(metric, type));
    }

    private static void assertRefused(Metric metric, VectorType type, Embedding embedding, String... parts) {
        assertThatThrownBy(() -> batch(metric, type, embedding))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Chunk[doc#0, 0..4]")
                .hasMessageContainingAll(parts);
    }

    @Test
    void otherDimensionsAreRefused() {
        assertRefused(
                Metric.COSINE,
                VectorType.VECTOR,
                Embedding.of(1, 2, 3),
                "must have 2 dimensions, had 3: use the embedder of the collection, test/batch");
    }

    @Test
    void zerosAreRefusedUnderCosineOnly() {
        Embedding zeros = Embedding.of(0, 0);
        assertRefused(Metric.COSINE, VectorType.VECTOR, zeros, "must not be zeros only: it has no direction");
        assertRefused(Metric.COSINE, VectorType.VECTOR, Embedding.of(1e-25f, 0), "must not be zeros only");
        assertThat(batch(Metric.L2, VectorType.VECTOR, zeros).isEmpty()).isFalse();
        assertThat(batch(Metric.INNER_PRODUCT, VectorType.HALFVEC, zeros).isEmpty())
                .isFalse();
    }

    @Test
    void componentsThatDoNotFitAreRefused() {
        assertRefused(
                Metric.L2,
                VectorType.HALFVEC,
                Embedding.of(1, 65_505),
                "does not fit halfvec: component 1 must lie between -65,504 and 65,504; use VectorType.VECTOR");
        assertRefused(Metric.L2, VectorType.HALFVEC, Embedding.of(-1e6f, 0), "component 0");
        assertThat(batch(Metric.L2, VectorType.HALFVEC, Embedding.of(65_504, -65_504))
                        .isEmpty())
                .isFalse();
        assertRefused(
                Metric.COSINE, VectorType.HALFVEC, Embedding.of(1e-8f, 1e-8f), "zeros only once rounded to halfvec");
        assertRefused(Metric.COSINE, VectorType.VECTOR, Embedding.of(1e20f, 0), "must have a length of at most 1.0E18");
    }

    @Test
    void theExtremesThatAreTakenAreFoundWithTheRightScore() {
        PgVectorStore store = TestCollection.create(SPACE, schema -> schema);
        store.replace(List.of(
                TestCollection.document("tiny", "text", Embedding.of(1.1e-18f, 1.1e-18f)),
                TestCollection.document("huge", "text", Embedding.of(0.7e18f, 0.7e18f))));
        var hits = store.search(Embedding.of(1e-10f, 0), SearchOptions.ofDefaults())
                .hits();
        assertThat(hits).hasSize(2).allSatisfy(hit -> assertThat(hit.score()).isCloseTo(Math.sqrt(0.5), within(1e-5)));
    }

    @Test
    void anIdTwiceIsRefused() {
        EmbeddedDocument document = TestCollection.document("doc", "text", Embedding.of(1, 2));
        assertThatThrownBy(() -> Batch.of(List.of(document, document), definition(Metric.L2, VectorType.VECTOR)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("document 'doc' must not be there twice in one call");
    }

    @Test
    void textThatPostgresCannotKeepIsRefused() {
        for (String text : List.of("a\0b", "a\ud800", "\udc00", "a\ud83d")) {
            EmbeddedDocument document =
                    new EmbeddedDocument(new Document("doc", text, Metadata.empty(), ""), "v1", List.of());
            assertThatThrownBy(() -> Batch.of(List.of(document), definition(Metric.L2, VectorType.VECTOR)))
                    .isInstanceOf(DocumentException.class)
                    .hasMessageContaining(
                            "document 'doc' cannot be stored: its text has NUL or an unpaired surrogate at");
        }
    }

    @Test
    void aChunkThatCutsACharacterInTwoIsRefused() {
        Document document = Document.of("doc", "a\ud83d\ude00b");
        EmbeddedDocument embedded = new EmbeddedDocument(
                document, "v1", List.of(new EmbeddedChunk(Chunk.of(document, 0, 0, 2), Embedding.of(1, 2))));
        assertThatThrownBy(() -> Batch.of(List.of(embedded), definition(Metric.L2, VectorType.VECTOR)))
                .isInstanceOf(DocumentException.class)
                .hasMessageContaining("cut elsewhere");
    }

    @Test
    void documentsAreOrderedByCodePointOfTheirId() {
        List<String> ids = List.of("\ud83d\ude00", "\uffee", "b", "a", "B", "10", "9");
        List<EmbeddedDocument> documents = ids.stream()
                .map(id -> TestCollection.document(id, "text", Embedding.of(1, 2)))
                .toList();
        assertThat(Batch.of(documents, definition(Metric.L2, VectorType.VECTOR)).documents())
                .extracting(each -> each.document().id())
                .containsExactly("10", "9", "B", "a", "b", "\uffee", "\ud83d\ude00");
    }
}
