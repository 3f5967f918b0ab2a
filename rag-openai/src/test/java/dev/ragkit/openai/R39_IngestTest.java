package dev.ragkit.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ragkit.Chunker;
import dev.ragkit.Document;
import dev.ragkit.Generator;
import dev.ragkit.IngestReport;
import dev.ragkit.Rag;
import dev.ragkit.VectorStore;
import dev.ragkit.testkit.FakeReply;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class R39_IngestTest {
    @Test
    void R39_anIngestStoresAllDocumentsButTheOneWithTheRefusedChunk() {
        try (Loopback loopback = Loopback.start()) {
            // This server takes texts of at most 100 characters.
            loopback.server().dimensions(16).script(request -> {
                boolean tooLong = Arrays.stream(request.body().split("\"")).anyMatch(text -> text.length() > 100);
                return tooLong
                        ? FakeReply.error(400, "context_length_exceeded", "maximum context length is 100")
                        : FakeReply.usual();
            });
            OpenAiEmbedder embedder = OpenAiEmbedder.builder(loopback.connection(), Loopback.space(16))
                    .build();
            VectorStore store = VectorStore.inMemory(embedder.space());
            Rag rag = Rag.builder(embedder, store, Generator.extractive())
                    .chunker(Chunker.recursive().maxSize(200).overlap(0).build())
                    .build();
            List<Document> documents = new ArrayList<>();
            for (int i = 0; i < 64; i++) {
                String text = i == 40 ? "Short. " + "x".repeat(150) : "The river number " + i + " is long.";
                documents.add(Document.of("doc-" + i, text));
            }

            IngestReport report = rag.ingest(documents);

            assertThat(report.added()).isEqualTo(63);
            assertThat(report.failures()).singleElement().satisfies(failure -> {
                assertThat(failure.documentId()).isEqualTo("doc-40");
                assertThat(failure.reason()).contains("refused Chunk[doc-40#", "context_length_exceeded");
            });
            int requests = loopback.server().requests().size();
            System.out.println("R-39: 63 of 63 other documents stored, " + (requests - 1)
                    + " requests more than one for 64 chunks");
            assertThat(requests - 1).isLessThanOrEqualTo(2 * 6 + 1);
        }
    }
}
