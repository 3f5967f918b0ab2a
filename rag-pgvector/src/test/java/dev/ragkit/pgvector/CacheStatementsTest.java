package dev.ragkit.pgvector;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.ragkit.Answer;
import dev.ragkit.Completion;
import dev.ragkit.EmbeddedDocument;
import dev.ragkit.Query;
import dev.ragkit.TokenUsage;
import dev.ragkit.intercept.CachedEmbedder;
import dev.ragkit.testkit.FakeEmbedder;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What both caches send to the server, and how. */
class CacheStatementsTest {
    private static final FakeEmbedder EMBEDDER = FakeEmbedder.ofDimensions(64);
    private static final PgVectorCacheSchema SCHEMA = PgVectorCacheSchema.in(PgVectorSchema.DEFAULT_SCHEMA);
    private static final Query LEAVE = Query.of("How many days of paid leave do I get?");

    private int asked;

    private static EmbeddedDocument document(String id, String text) {
        return TestCollection.document(
                id, text, EMBEDDER.embedDocuments(List.of(text)).get(0));
    }

    private static PgVectorAnswerCache answers(PgVectorStore store) {
        return PgVectorAnswerCache.builder(store, EMBEDDER, "m", 0.9).build();
    }

    private static Answer answer(String text) {
        return new Answer(
                text, List.of(), List.of(), new Completion(text, Completion.Finish.STOP, TokenUsage.NONE, "m"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "preferQueryMode=simple",
                "preferQueryMode=extended",
                "preferQueryMode=extendedCacheEverything",
                "prepareThreshold=0",
                "prepareThreshold=1",
                "binaryTransfer=false",
                "stringtype=unspecified",
                "options=-c%20standard_conforming_strings=off",
                "options=-c%20search_path=",
                "options=-c%20default_transaction_isolation=serializable"
            })
    void bothCachesWorkHoweverTheDriverSends(String setting) {
        String url = TestPostgres.shared().freshDatabase() + "&" + setting;
        try (HikariDataSource pool = TestCollection.pool(url, 2)) {
            PgVectorSchema.builder(EMBEDDER.space(), "docs").build().apply(pool);
            SCHEMA.apply(pool);
            PgVectorStore own =
                    PgVectorStore.builder(pool, EMBEDDER.space(), "docs").build();
            own.replace(List.of(document("a", "it's 30 \\ days")));
            PgVectorAnswerCache answers = answers(own);
            FakeEmbedder model = FakeEmbedder.ofDimensions(64);
            CachedEmbedder cached = CachedEmbedder.of(
                    model, PgVectorEmbeddingCache.builder(pool).build());
            for (int i = 0; i < 8; i++) {
                assertThat(answers.ask(LEAVE, query -> answer("it's \\ \"30\"")).text())
                        .isEqualTo("it's \\ \"30\"");
                asked += answers.ask(LEAVE, query -> answer("again")).text().equals("again") ? 1 : 0;
                assertThat(cached.embedQuery("text")).isEqualTo(EMBEDDER.embedQuery("text"));
            }
            assertThat(asked).isZero();
            assertThat(model.texts()).isEqualTo(1);
            assertThat(SCHEMA.prune(pool, Duration.ZERO)).isEqualTo(2);
        }
    }

    @Test
    void S03_theNumberOfTextsDoesNotDependOnTheInput() {
        try (HikariDataSource pool = TestCollection.pool(TestPostgres.shared().freshDatabase(), 2)) {
            StatementTexts texts = StatementTexts.of(pool);
            PgVectorSchema.builder(EMBEDDER.space(), "docs").build().apply(pool);
            SCHEMA.apply(pool);
            PgVectorStore own =
                    PgVectorStore.builder(pool, EMBEDDER.space(), "docs").build();
            mixed(pool, own, 1, 2);
            List<String> some = texts.list();
            mixed(pool, own, 2, 40);
            List<String> all = texts.list();
            System.out.println("S-03: SQL texts of a collection with both caches: " + some.size()
                    + ", and after 40 times as" + " many calls " + all.size());
            assertThat(all).isEqualTo(some);
        }
    }

    private static void mixed(HikariDataSource pool, PgVectorStore own, int from, int to) {
        for (int i = from; i < to; i++) {
            String tenant = "tenant ' " + i;
            List<String> words =
                    IntStream.range(0, i).mapToObj(n -> "word '" + n).toList();
            CachedEmbedder.of(EMBEDDER, PgVectorEmbeddingCache.builder(pool).build())
                    .tenant(tenant)
                    .embedDocuments(words);
            own.tenant(tenant).replace(List.of(document("a' " + i, "text")));
            PgVectorAnswerCache.builder(own.tenant(tenant), EMBEDDER, "model '; " + i, 0.9)
                    .build()
                    .ask(Query.of("question " + i, i), query -> answer("answer " + tenant));
            SCHEMA.prune(pool, Duration.ofSeconds(i));
        }
    }
}
