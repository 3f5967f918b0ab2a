package dev.ragkit.examples.quickstart;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ragkit.Document;
import dev.ragkit.Embedder;
import dev.ragkit.Embedding;
import dev.ragkit.EmbeddingSpace;
import dev.ragkit.Embeddings;
import dev.ragkit.Generator;
import dev.ragkit.ModelException;
import dev.ragkit.Rag;
import dev.ragkit.TokenUsage;
import dev.ragkit.VectorStore;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PromptTest {
    /** Takes all texts for the same, and cannot take one question. */
    private static final class Fragile implements Embedder {
        @Override
        public EmbeddingSpace space() {
            return EmbeddingSpace.builder("test", "fragile", 2).build();
        }

        @Override
        public Embeddings embedDocuments(List<String> texts) {
            return new Embeddings(texts.stream().map(text -> Embedding.of(1, 0)).toList(), TokenUsage.NONE);
        }

        @Override
        public Embeddings embedQueries(List<String> texts) {
            if (texts.get(0).contains("breaks")) {
                throw new ModelException("test/fragile could not embed the question: ask again later");
            }
            return embedDocuments(texts);
        }
    }

    @Test
    void aQuestionThatFailsDoesNotEndThePrompt() {
        Embedder embedder = new Fragile();
        Rag rag = Rag.builder(embedder, VectorStore.inMemory(embedder.space()), Generator.extractive())
                .build();
        rag.ingest(List.of(Document.of("owl.md", "The owl hunts in the barn at night.")));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Terminal terminal = new Terminal(
                new ByteArrayInputStream("What breaks?\nWhere does the owl hunt?\n".getBytes(UTF_8)),
                new PrintStream(out, true, UTF_8),
                new PrintStream(err, true, UTF_8),
                Set.of());

        new Quickstart(terminal, Map.of(), Path.of("documents")).answerInput(rag);

        assertThat(err.toString(UTF_8)).isEqualTo("test/fragile could not embed the question: ask again later\n");
        assertThat(out.toString(UTF_8)).contains("ask> What breaks?\n", "The owl hunts in the barn at night. [1]\n");
    }
}
