package dev.ragkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ValuesTest {
    private static final Document DOCUMENT = Document.of("d", "secret words of the document");

    @Test
    void aChunkIsAVerbatimPiece() {
        Chunk chunk = Chunk.of(DOCUMENT, 0, 7, 12);

        assertThat(chunk.text()).isEqualTo("words");
        assertThat(chunk.end()).isEqualTo(12);
        assertThatThrownBy(() -> Chunk.of(DOCUMENT, 0, 7, 7))
                .hasMessageContaining("must lie in 0..28 and not be empty");
        assertThatThrownBy(() -> Chunk.of(DOCUMENT, 0, 7, 29)).hasMessageContaining("was 7..29");
    }

    @Test
    void anEmbeddedDocumentRefusesChunksThatAreNotItsOwn() {
        Embedding embedding = Embedding.of(1);
        EmbeddedChunk second = new EmbeddedChunk(Chunk.of(DOCUMENT, 1, 0, 6), embedding);
        EmbeddedChunk foreign = new EmbeddedChunk(Chunk.of("other", 0, 0, "secret"), embedding);
        EmbeddedChunk moved = new EmbeddedChunk(Chunk.of("d", 0, 1, "secret"), embedding);

        assertThatThrownBy(() -> new EmbeddedDocument(DOCUMENT, "f", List.of(second)))
                .hasMessageContaining("expected ordinal 0");
        assertThatThrownBy(() -> new EmbeddedDocument(DOCUMENT, "f", List.of(foreign)))
                .hasMessageContaining("must not hold");
        assertThatThrownBy(() -> new EmbeddedDocument(DOCUMENT, "f", List.of(moved)))
                .hasMessageContaining("verbatim piece");
    }

    @Test
    void aCitationRefusesAQuoteThatIsNotThere() {
        Hit hit = Hit.of(Chunk.of(DOCUMENT, 0, 7, 12), "vector", 0.5);

        assertThat(new Citation("[1]", hit, 7, "word").end()).isEqualTo(11);
        assertThatThrownBy(() -> new Citation("[1]", hit, 8, "word")).hasMessageContaining("must be a verbatim piece");
        assertThatThrownBy(() -> new Citation("[1]", hit, 0, "secret"))
                .hasMessageContaining("must be a verbatim piece");
    }

    @Test
    void hitsAreOrderedByScoreThenIdThenOrdinal() {
        Hit low = Hit.of(Chunk.of("a", 0, 0, "x"), "vector", 0.1);
        Hit emoji = Hit.of(Chunk.of("\ud83d\ude00", 0, 0, "x"), "vector", 0.9);
        Hit halfwidth = Hit.of(Chunk.of("\uffee", 0, 0, "x"), "vector", 0.9);
        Hit second = Hit.of(Chunk.of("a", 10, 0, "x"), "vector", 0.9);
        Hit first = Hit.of(Chunk.of("a", 9, 0, "x"), "vector", 0.9);

        assertThat(Stream.of(low, emoji, halfwidth, second, first).sorted(Hit.BEST_FIRST))
                .containsExactly(first, second, halfwidth, emoji, low);
    }

    @Test
    void limitsAreCheckedAndNeverClamped() {
        assertThatThrownBy(() -> SearchOptions.ofLimit(0)).hasMessage("limit must be between 1 and 1000, was 0");
        assertThatThrownBy(() -> SearchOptions.ofLimit(1001)).hasMessage("limit must be between 1 and 1000, was 1001");
        assertThatThrownBy(() -> Query.of(" ")).hasMessage("query must not be blank");
        assertThatThrownBy(() -> Query.of("x".repeat(32_769)))
                .hasMessageContaining("at most 32768 characters, had 32769");
        assertThatThrownBy(() -> Document.of(" ", "text")).hasMessage("document id must not be blank");
        assertThatThrownBy(() -> Document.of("x".repeat(513), "text")).hasMessageContaining("at most 512 characters");
    }

    @Test
    void nothingShowsWhatWasWritten() {
        Chunk chunk = Chunk.of(DOCUMENT, 0, 0, 6);
        Hit hit = Hit.of(chunk, "vector", 1);
        Message message = Message.user("secret");
        Completion completion = new Completion("secret", Completion.Finish.STOP, TokenUsage.NONE, "m");
        Citation citation = new Citation("[1]", hit, 0, "secret");

        assertThat(Stream.of(
                        DOCUMENT,
                        chunk,
                        hit,
                        Query.of("secret"),
                        message,
                        new Prompt("secret", List.of(new Passage("[1]", hit)), List.of(message)),
                        completion,
                        citation,
                        new Answer("secret", List.of(citation), List.of(), completion),
                        new EmbeddedChunk(chunk, Embedding.of(1))))
                .allSatisfy(value -> assertThat(value.toString()).doesNotContain("secret"));
    }

    @Test
    void theSpaceTellsWhatBelongsToIt() {
        EmbeddingSpace space = EmbeddingSpace.builder("onnx", "e5", 3)
                .normalized()
                .queryPrefix("query: ")
                .build();

        assertThat(space).hasToString("onnx/e5 (3 dimensions, normalised, query prefix 'query: ')");
        assertThat(space).isNotEqualTo(EmbeddingSpace.builder("onnx", "e5", 3).build());
        assertThatThrownBy(() -> space.check(Embedding.of(1, 2))).hasMessageContaining("must have 3 dimensions, had 2");
    }

    @Test
    void everyPartOfADocumentCountsInItsFingerprint() {
        EmbeddingSpace space = EmbeddingSpace.builder("p", "m", 1).build();
        Chunker chunker = Chunker.recursive().build();
        Document base = Document.of("d", "text");

        assertThat(Stream.of(
                                base,
                                base.withSource("s"),
                                base.withMetadata(Metadata.of("k", "1")),
                                base.withMetadata(Metadata.of("k", 1)),
                                base.withMetadata(Metadata.of("k", 1.0)),
                                base.withMetadata(Metadata.of("k", List.of("1"))),
                                new Document("d", "tex", Metadata.empty(), "td"))
                        .map(document -> Fingerprint.of(document, chunker, space)))
                .doesNotHaveDuplicates()
                .allMatch(fingerprint -> fingerprint.matches("[0-9a-f]{64}"));
    }
}
