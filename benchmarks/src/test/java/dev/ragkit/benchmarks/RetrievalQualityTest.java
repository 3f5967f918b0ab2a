package dev.ragkit.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ragkit.Embedder;
import dev.ragkit.VectorStore;
import dev.ragkit.pgvector.PgVectorSchema;
import dev.ragkit.pgvector.PgVectorStore;
import dev.ragkit.pgvector.TestPostgres;
import java.util.Locale;
import javax.sql.DataSource;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Retrieval quality on SciFact: 5,183 documents through an ingest, 300 queries through each retriever. Reads the collection
 * beside the checkout; runs where it is, and in CI always, where it has to be.
 */
@EnabledIf("hasCollection")
class RetrievalQualityTest {
    static boolean hasCollection() {
        return SciFact.isThere() || "true".equals(System.getenv("CI"));
    }

    /** Published: BM25 .679, all-MiniLM-L6-v2 .645, bge-small-en-v1.5 .713; the given vectors are of the int8 models. */
    @ParameterizedTest
    @ValueSource(strings = {"MINILM_Q", "BGE_Q"})
    void findsWhatExpertsJudgedRelevant(String model) {
        RetrievalQuality quality = new RetrievalQuality(SciFact.load());
        Embedder embedder = quality.given(model);

        RetrievalQuality.Result memory = quality.measure(embedder, VectorStore.inMemory(embedder.space()));
        RetrievalQuality.Result postgres = quality.measure(embedder, postgres(embedder));

        print(model, "memory", memory);
        print(model, "pgvector", postgres);
        assertThat(postgres.vector()).isGreaterThan(memory.vector() - 0.01);
        assertThat(postgres.keyword()).isGreaterThan(0.67);
        assertThat(postgres.hybrid()).isGreaterThan(Math.max(postgres.vector(), postgres.keyword()) - 0.005);
    }

    private static PgVectorStore postgres(Embedder embedder) {
        DataSource dataSource = TestPostgres.dataSource(TestPostgres.shared().freshDatabase());
        PgVectorSchema.builder(embedder.space(), "scifact").build().apply(dataSource);
        return PgVectorStore.builder(dataSource, embedder.space(), "scifact").build();
    }

    private static void print(String model, String store, RetrievalQuality.Result result) {
        System.out.printf(
                Locale.ROOT,
                "SciFact nDCG@10  %-9s %-9s vector %.4f  keyword %.4f  hybrid %.4f%n",
                model,
                store,
                result.vector(),
                result.keyword(),
                result.hybrid());
    }
}
