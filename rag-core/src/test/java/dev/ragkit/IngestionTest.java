package dev.ragkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class IngestionTest {
    private final WordHashEmbedder words = new WordHashEmbedder();
    private final List<Integer> calls = new ArrayList<>();
    private int failingCall = -1;
    private final InMemoryStore store = VectorStore.inMemory(words.space());
    private final Rag rag = Rag.builder(new Counting(), store, Generator.extractive())
            .chunker(Chunker.recursive().maxSize(40).overlap(0).build())
            .build();

    private final class Counting implements Embedder {
        @Override
        public EmbeddingSpace space() {
            return words.space();
        }

        @Override
        public Embeddings embedDocuments(List<String> texts) {
            calls.add(texts.size());
            if (calls.size() == failingCall) {
                throw new ModelException("no more");
            }
            return words.embedDocuments(texts);
        }

        @Override
        public Embeddings embedQueries(List<String> texts) {
            return words.embedQueries(texts);
        }
    }

    private static Document lines(String id, int lines) {
        return Document.of(
                id,
                IntStream.range(0, lines)
                        .mapToObj(i -> "Line number " + i + " of the text.")
                        .collect(Collectors.joining("\n\n")));
    }

    @Test
    void aLargeDocumentIsEmbeddedInPartsAndStoredAsAWhole() {
        IngestReport report = rag.ingest(List.of(lines("small", 3), lines("large", 1_000), lines("last", 3)));

        assertThat(calls).allMatch(texts -> texts <= 256).contains(256, 256, 256);
        assertThat(calls.stream().mapToInt(Integer::intValue).sum()).isEqualTo((int) report.embedded());
        assertThat(report.added()).isEqualTo(3);
        assertThat(store.versions(List.of("large")).get("large").intact()).isTrue();
    }

    @Test
    void whereAPartFailsNothingOfTheDocumentIsStored() {
        rag.ingest(List.of(lines("large", 2)));
        Map<String, DocumentVersion> before = store.versions(List.of("large"));
        calls.clear();
        failingCall = 3;

        IngestReport report = rag.ingest(List.of(lines("large", 1_000)));

        assertThat(report.failures()).hasSize(1);
        assertThat(report.embedded()).as("what was paid for").isEqualTo(512);
        assertThat(store.versions(List.of("large"))).isEqualTo(before);
    }

    @Test
    void smallDocumentsShareACallUpToItsBound() {
        rag.ingest(IntStream.range(0, 60).mapToObj(i -> lines("d" + i, 10)).toList());

        assertThat(calls).containsExactly(250, 250, 100);
    }

    @Test
    void anEarlierReportKeepsWhatItHadWhenMoreFail() {
        words.refuses = text -> true;
        List<IngestReport> reports = new ArrayList<>();

        rag.ingest(
                IntStream.range(0, 100)
                        .mapToObj(i -> Document.of("d" + i, "text"))
                        .toList(),
                IngestOptions.builder().window(1).onProgress(reports::add).build());

        for (int i = 0; i < 100; i++) {
            assertThat(reports.get(i).failures()).hasSize(i + 1);
            assertThat(reports.get(i).failures().get(i).documentId()).isEqualTo("d" + i);
        }
    }
}
