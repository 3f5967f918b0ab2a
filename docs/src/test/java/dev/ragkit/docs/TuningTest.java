package dev.ragkit.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ragkit.Chunk;
import dev.ragkit.Document;
import dev.ragkit.EmbeddedChunk;
import dev.ragkit.EmbeddedDocument;
import dev.ragkit.Embedder;
import dev.ragkit.Embedding;
import dev.ragkit.pgvector.Finding;
import dev.ragkit.pgvector.PgVectorDoctor;
import dev.ragkit.pgvector.PgVectorSchema;
import dev.ragkit.pgvector.PgVectorStore;
import dev.ragkit.pgvector.Recall;
import dev.ragkit.pgvector.TestPostgres;
import dev.ragkit.pgvector.Tuning;
import dev.ragkit.testkit.FakeEmbedder;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

class TuningTest {
    private final Embedder embedder = FakeEmbedder.ofDimensions(32);
    private final DataSource dataSource =
            TestPostgres.dataSource(TestPostgres.shared().freshDatabase());
    private final List<Object> shown = new ArrayList<>();

    private void show(Object line) {
        shown.add(line);
    }

    @Test
    void recallTuningAndDoctor() throws SQLException {
        PgVectorStore store = filled();
        List<String> questions = texts("question", 100);
        // region recall
        List<Embedding> sample = embedder.embedQueries(questions).list();
        Recall recall = store.recall(sample, 10);
        show(recall);
        // endregion
        assertThat(recall.queries()).isEqualTo(100);
        assertThat(recall.indexed()).isEqualTo(100);
        // region tuning
        Tuning.Choice choice = Tuning.forRecall(0.95).choose(store, sample, 10);
        show(choice.setting() + " " + choice.value() + ": " + choice.recall());
        PgVectorStore tuned = PgVectorStore.builder(dataSource, embedder.space(), "handbook")
                .efSearch(choice.value())
                .build();
        // endregion
        assertThat(tuned.recall(sample, 10).lower()).isGreaterThanOrEqualTo(0.95);
        execute("DROP INDEX handbook_chunk_tsv");
        // region doctor
        for (Finding finding :
                PgVectorDoctor.builder(dataSource, "handbook").build().examine()) {
            show(finding.severity() + " " + finding.what());
            show(finding.why());
            finding.mend().forEach(sql -> show(sql));
        }
        // endregion
        assertThat(shown).contains("Searches by words have to look at every chunk.");
    }

    private void execute(String text) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(text);
        }
    }

    private PgVectorStore filled() {
        PgVectorSchema.builder(embedder.space(), "handbook").build().apply(dataSource);
        PgVectorStore store =
                PgVectorStore.builder(dataSource, embedder.space(), "handbook").build();
        List<String> texts = texts("chapter", 300);
        List<Embedding> embeddings = embedder.embedDocuments(texts).list();
        store.replace(IntStream.range(0, texts.size())
                .mapToObj(i -> document(texts.get(i), embeddings.get(i)))
                .toList());
        return store;
    }

    private static EmbeddedDocument document(String text, Embedding embedding) {
        Document document = Document.of(text, text);
        Chunk chunk = Chunk.of(document, 0, 0, text.length());
        return new EmbeddedDocument(document, "v1", List.of(new EmbeddedChunk(chunk, embedding)));
    }

    private static List<String> texts(String word, int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> word + " " + Integer.toString(i * 7919, 36) + " of " + Integer.toString(i * 104_729, 36))
                .toList();
    }
}
