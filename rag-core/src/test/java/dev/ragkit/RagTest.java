package dev.ragkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RagTest {
    private final WordHashEmbedder embedder = new WordHashEmbedder();
    private final InMemoryStore store = VectorStore.inMemory(embedder.space());
    private final Rag rag = Rag.builder(embedder, store, Generator.extractive()).build();

    private static Document leave(String text) {
        return Document.of("leave.md", text);
    }

    @Test
    void answersWithCitationsThatAreVerbatim() {
        String text = "Employees get 30 days of paid leave a year.\n\nRequests go to the team lead.";
        rag.ingest(List.of(leave(text), Document.of("pets.md", "Dogs are welcome in the office on Fridays.")));

        Answer answer = rag.ask("How many days of paid leave do employees get?");

        assertThat(answer.text()).contains("30 days of paid leave").contains("[1]");
        assertThat(answer.citations()).isNotEmpty();
        Citation first = answer.citations().get(0);
        assertThat(first.documentId()).isEqualTo("leave.md");
        assertThat(text.substring(first.start(), first.end())).isEqualTo(first.quote());
        assertThat(answer.rejected()).isEmpty();
    }

    @Test
    void streamsTheTextOfTheAnswer() {
        rag.ingest(List.of(leave("Employees get 30 days of paid leave a year.")));
        StringBuilder streamed = new StringBuilder();

        Answer answer = rag.ask(Query.of("How many days of leave?"), streamed::append);

        assertThat(streamed).hasToString(answer.completion().text());
    }

    @Test
    void passesOverUnchangedDocumentsBeforeEmbedding() {
        rag.ingest(List.of(leave("one two three"), Document.of("b", "four five six")));
        int before = embedder.calls;

        IngestReport again = rag.ingest(List.of(leave("one two three"), Document.of("b", "four five six")));

        assertThat(again.unchanged()).isEqualTo(2);
        assertThat(again.embedded()).isZero();
        assertThat(embedder.calls).isEqualTo(before);
    }

    @Test
    void reportsWhatWasAddedUpdatedAndDeleted() {
        IngestReport first = rag.ingest(List.of(Document.of("a", "alpha"), Document.of("b", "beta")));
        IngestReport second = rag.ingest(
                List.of(Document.of("a", "alpha changed"), Document.of("c", "gamma")),
                IngestOptions.builder().deleteMissing(Filter.all()).build());

        assertThat(first.added()).isEqualTo(2);
        assertThat(second.added()).isEqualTo(1);
        assertThat(second.updated()).isEqualTo(1);
        assertThat(second.deleted()).isEqualTo(1);
        assertThat(store.versions(List.of("a", "b", "c"))).containsOnlyKeys("a", "c");
    }

    @Test
    void changedMetadataOrSourceIsAChange() {
        rag.ingest(List.of(leave("same text")));

        IngestReport metadata = rag.ingest(List.of(leave("same text").withMetadata(Metadata.of("year", 2026))));
        IngestReport source = rag.ingest(List.of(
                leave("same text").withMetadata(Metadata.of("year", 2026)).withSource("elsewhere")));

        assertThat(metadata.updated()).isEqualTo(1);
        assertThat(source.updated()).isEqualTo(1);
    }

    @Test
    void anotherChunkerIsAChange() {
        rag.ingest(List.of(leave("same text")));
        Rag other = Rag.builder(embedder, store, Generator.extractive())
                .chunker(Chunker.recursive().maxSize(500).overlap(0).build())
                .build();

        assertThat(other.ingest(List.of(leave("same text"))).updated()).isEqualTo(1);
    }

    @Test
    void deletesOnlyInsideTheScope() {
        Metadata wiki = Metadata.of("origin", "wiki");
        rag.ingest(List.of(
                Document.of("w1", "one").withMetadata(wiki),
                Document.of("w2", "two").withMetadata(wiki),
                Document.of("mail", "three")));

        IngestReport report = rag.ingest(
                List.of(Document.of("w1", "one").withMetadata(wiki)),
                IngestOptions.builder()
                        .deleteMissing(Filter.eq("origin", "wiki"))
                        .build());

        assertThat(report.deleted()).isEqualTo(1);
        assertThat(store.versions(List.of("w1", "w2", "mail"))).containsOnlyKeys("w1", "mail");
    }

    @Test
    void anEmptySourceDeletesNothingAndSaysSo() {
        rag.ingest(List.of(leave("text")));
        IngestOptions sync = IngestOptions.builder().deleteMissing(Filter.all()).build();

        assertThatThrownBy(() -> rag.ingest(List.of(), sync))
                .isInstanceOf(DocumentException.class)
                .hasMessageContaining("gave no document at all, so nothing was deleted");
        assertThat(store.versions(List.of("leave.md"))).hasSize(1);
    }

    @Test
    void oneDocumentThatTheModelRefusesDoesNotFailTheOthers() {
        embedder.refuses = text -> text.contains("poison");

        IngestReport report = rag.ingest(
                List.of(Document.of("a", "alpha"), Document.of("bad", "poison"), Document.of("c", "gamma")),
                IngestOptions.builder().deleteMissing(Filter.all()).build());

        assertThat(report.added()).isEqualTo(2);
        assertThat(report.failures()).singleElement().satisfies(failure -> {
            assertThat(failure.documentId()).isEqualTo("bad");
            assertThat(failure.reason()).isEqualTo("the model refuses this text");
        });
    }

    @Test
    void aDocumentThatFailsKeepsItsOldVersion() {
        rag.ingest(List.of(Document.of("a", "old alpha")));
        Map<String, DocumentVersion> before = store.versions(List.of("a"));
        embedder.refuses = text -> true;

        IngestReport report = rag.ingest(
                List.of(Document.of("a", "new alpha")),
                IngestOptions.builder().deleteMissing(Filter.all()).build());

        assertThat(report.failures()).hasSize(1);
        assertThat(report.deleted()).isZero();
        assertThat(store.versions(List.of("a"))).isEqualTo(before);
    }

    @Test
    void anOutageIsNotMultipliedByTryingEachDocument() {
        embedder.refuses = text -> true;
        embedder.refusal = new ModelException("overloaded", RagException.Kind.TRANSIENT, null);

        IngestReport report = rag.ingest(numbered(10));

        assertThat(report.failures()).hasSize(10);
        assertThat(embedder.calls).isEqualTo(1);
    }

    @Test
    void textThatNoStoreCanKeepIsRefusedWithItsPlace() {
        IngestReport report = rag.ingest(List.of(
                Document.of("nul", "ab\0c"),
                Document.of("surrogate", "x\ud800y"),
                Document.of("fine", "\ud83d\ude00 ok")));

        assertThat(report.added()).isEqualTo(1);
        assertThat(report.failures())
                .extracting(IngestReport.Failure::reason)
                .containsExactly(
                        "the text of document 'nul' must not contain NUL (U+0000), found at character 2; remove or replace it",
                        "the text of document 'surrogate' must not contain an unpaired surrogate, found at character 1;"
                                + " remove or replace it");
    }

    @Test
    void holdsNoMoreThanTheWindow() {
        AtomicInteger pulled = new AtomicInteger();
        AtomicInteger mostAhead = new AtomicInteger();
        Stream<Document> documents = IntStream.range(0, 1_000).mapToObj(i -> {
            int ahead = pulled.incrementAndGet()
                    - store.documentIds(Filter.all(), "", 10_000).size();
            mostAhead.accumulateAndGet(ahead, Math::max);
            return Document.of("d" + i, "text number " + i);
        });

        IngestReport report =
                rag.ingest(documents, IngestOptions.builder().window(10).build());

        assertThat(report.added()).isEqualTo(1_000);
        assertThat(mostAhead).hasValueLessThanOrEqualTo(10);
    }

    @Test
    void theLaterOfTwoDocumentsWithOneIdStays() {
        rag.ingest(List.of(Document.of("a", "first version"), Document.of("a", "second version")));

        assertThat(rag.retrieve(Query.of("version")))
                .extracting(hit -> hit.chunk().text())
                .containsExactly("second version");
    }

    @Test
    void aBlankDocumentTakesTheOldChunksAway() {
        rag.ingest(List.of(Document.of("a", "alpha")));

        IngestReport report = rag.ingest(List.of(Document.of("a", "  \n ")));

        assertThat(report.updated()).isEqualTo(1);
        assertThat(rag.retrieve(Query.of("alpha"))).isEmpty();
        assertThat(rag.ingest(List.of(Document.of("a", "  \n "))).unchanged()).isEqualTo(1);
    }

    @Test
    void closesTheStream() {
        AtomicInteger closed = new AtomicInteger();

        rag.ingest(numbered(3).stream().onClose(closed::incrementAndGet));

        assertThat(closed).hasValue(1);
    }

    @Test
    void tellsOfProgressUpToTheEnd() {
        List<IngestReport> seen = new ArrayList<>();

        IngestReport last = rag.ingest(
                numbered(25),
                IngestOptions.builder().window(10).onProgress(seen::add).build());

        assertThat(seen).extracting(IngestReport::documents).startsWith(10L, 20L, 25L);
        assertThat(seen.get(seen.size() - 1)).isSameAs(last);
    }

    @Test
    void anInterruptEndsTheIngestAndKeepsTheFlag() {
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> rag.ingest(numbered(3))).isInstanceOf(CancellationException.class);
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void anEmbedderThatGivesTooFewEmbeddingsFailsTheDocument() {
        Embedder short1 = new Embedder() {
            @Override
            public EmbeddingSpace space() {
                return embedder.space();
            }

            @Override
            public Embeddings embedDocuments(List<String> texts) {
                return new Embeddings(embedder.embedDocuments(texts).list().subList(1, texts.size()), TokenUsage.NONE);
            }

            @Override
            public Embeddings embedQueries(List<String> texts) {
                return embedder.embedQueries(texts);
            }
        };

        IngestReport report =
                Rag.builder(short1, store, Generator.extractive()).build().ingest(List.of(Document.of("a", "alpha")));

        assertThat(report.failures())
                .singleElement()
                .extracting(IngestReport.Failure::reason)
                .asString()
                .contains("must give one embedding a text, gave 0 for 1");
    }

    @Test
    void refusesAStoreOfAnotherSpace() {
        InMemoryStore other =
                VectorStore.inMemory(EmbeddingSpace.builder("test", "other", 64).build());

        assertThatThrownBy(() -> Rag.builder(embedder, other, Generator.extractive()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("test/other")
                .hasMessageContaining("test/word-hash");
    }

    private static List<Document> numbered(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> Document.of("d" + i, "text number " + i))
                .toList();
    }
}
