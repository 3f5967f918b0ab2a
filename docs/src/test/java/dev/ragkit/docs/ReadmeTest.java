package dev.ragkit.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ragkit.Answer;
import dev.ragkit.Document;
import dev.ragkit.Generator;
import dev.ragkit.Rag;
import dev.ragkit.onnx.OnnxEmbedder;
import dev.ragkit.onnx.OnnxModel;
import dev.ragkit.pgvector.PgVectorSchema;
import dev.ragkit.pgvector.PgVectorStore;
import dev.ragkit.pgvector.TestPostgres;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

class ReadmeTest {
    private final StringWriter printed = new StringWriter();
    private final PrintWriter out = new PrintWriter(printed);

    @Test
    void theFirstSnippetAnswersWithACitation() {
        PGSimpleDataSource dataSource = new PGSimpleDataSource();
        dataSource.setURL(TestPostgres.shared().freshDatabase());

        answer(dataSource);

        assertThat(printed.toString().lines())
                .containsExactly(
                        "Employees get 30 days of paid leave a year. [1]",
                        "leave.md 0: Employees get 30 days of paid leave a year.");
    }

    private void answer(DataSource dataSource) {
        // region first
        try (OnnxEmbedder embedder = OnnxEmbedder.builder(OnnxModel.bgeSmall()).build()) {
            PgVectorSchema.builder(embedder.space(), "handbook").build().apply(dataSource);
            var store = PgVectorStore.builder(dataSource, embedder.space(), "handbook")
                    .build();
            Rag rag = Rag.builder(embedder, store, Generator.extractive()).build();

            rag.ingest(List.of(Document.of("leave.md", "Employees get 30 days of paid leave a year.")));
            Answer answer = rag.ask("How many days of leave do employees get?");

            out.println(answer.text());
            answer.citations().forEach(c -> out.println(c.source() + " " + c.start() + ": " + c.quote()));
        }
        // endregion
    }
}
