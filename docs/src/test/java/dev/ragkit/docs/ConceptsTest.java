package dev.ragkit.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ragkit.Answer;
import dev.ragkit.Citation;
import dev.ragkit.Document;
import dev.ragkit.Embedder;
import dev.ragkit.Filter;
import dev.ragkit.Generator;
import dev.ragkit.IngestOptions;
import dev.ragkit.IngestReport;
import dev.ragkit.Metadata;
import dev.ragkit.Query;
import dev.ragkit.Rag;
import dev.ragkit.VectorStore;
import dev.ragkit.intercept.Intercepted;
import dev.ragkit.intercept.Retry;
import dev.ragkit.testkit.FakeEmbedder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConceptsTest {
    private final Embedder embedder = FakeEmbedder.ofDimensions(64);
    private final VectorStore store = VectorStore.inMemory(embedder.space());
    private final Rag rag = Rag.builder(embedder, store, Generator.extractive()).build();
    private final List<Object> shown = new ArrayList<>();

    private void show(Object line) {
        shown.add(line);
    }

    @Test
    void ingest() {
        List<Document> documents =
                List.of(Document.of("a", "One page of the wiki.").withMetadata(Metadata.of("origin", "wiki")));
        // region ingest
        IngestReport report = rag.ingest(
                documents,
                IngestOptions.builder()
                        .deleteMissing(Filter.eq("origin", "wiki"))
                        .onProgress(soFar -> show(soFar.documents()))
                        .build());
        report.failures().forEach(failure -> show(failure.documentId() + ": " + failure.reason()));
        // endregion
        assertThat(report.added()).isEqualTo(1);
        assertThat(shown).contains(1L);
    }

    @Test
    void ask() {
        rag.ingest(List.of(
                new Document("at", "The notice period is six weeks.", Metadata.of("country", "AT"), "law-at.md"),
                new Document("de", "The notice period is four weeks.", Metadata.of("country", "DE"), "law-de.md")));
        // region ask
        Query query = Query.of("How long is the notice period?", 5).where(Filter.eq("country", "AT"));
        Answer answer = rag.ask(query, text -> show(text));
        for (Citation citation : answer.citations()) {
            show(citation.marker() + " " + citation.source() + " " + citation.start() + ": " + citation.quote());
        }
        // endregion
        assertThat(shown)
                .containsExactly(
                        "The notice period is six weeks. [1]", "[1] law-at.md 0: The notice period is six weeks.");
    }

    @Test
    void filter() {
        // region filter
        Filter filter = Filter.and(
                Filter.gte("year", 2024),
                Filter.in("country", List.of("AT", "DE")),
                Filter.contains("tags", "hr"),
                Filter.not(Filter.eq("draft", true)));
        // endregion
        assertThat(filter.matches(Metadata.of(Map.of("year", 2025, "country", "AT", "tags", List.of("hr", "law")))))
                .isTrue();
    }

    @Test
    void wrap() {
        // region wrap
        Embedder reliable = Intercepted.embedder(embedder, Retry.ofDefaults());
        // endregion
        assertThat(reliable.space()).isEqualTo(embedder.space());
    }
}
