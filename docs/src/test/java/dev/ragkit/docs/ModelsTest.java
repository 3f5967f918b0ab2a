package dev.ragkit.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragkit.Answer;
import dev.ragkit.Document;
import dev.ragkit.Embedder;
import dev.ragkit.EmbeddingSpace;
import dev.ragkit.Generator;
import dev.ragkit.ModelException;
import dev.ragkit.Query;
import dev.ragkit.Rag;
import dev.ragkit.TokenCounter;
import dev.ragkit.VectorStore;
import dev.ragkit.intercept.Account;
import dev.ragkit.intercept.Budget;
import dev.ragkit.intercept.CachedEmbedder;
import dev.ragkit.intercept.EmbeddingCache;
import dev.ragkit.intercept.Intercepted;
import dev.ragkit.intercept.Interceptor;
import dev.ragkit.intercept.Metered;
import dev.ragkit.intercept.Price;
import dev.ragkit.intercept.Pricing;
import dev.ragkit.intercept.RateLimit;
import dev.ragkit.intercept.Retry;
import dev.ragkit.intercept.UsageLedger;
import dev.ragkit.openai.OpenAiConnection;
import dev.ragkit.openai.OpenAiEmbedder;
import dev.ragkit.openai.OpenAiGenerator;
import dev.ragkit.pgvector.PgVectorAnswerCache;
import dev.ragkit.pgvector.PgVectorCacheSchema;
import dev.ragkit.pgvector.PgVectorEmbeddingCache;
import dev.ragkit.pgvector.PgVectorSchema;
import dev.ragkit.pgvector.PgVectorStore;
import dev.ragkit.pgvector.TestPostgres;
import dev.ragkit.testkit.FakeEmbedder;
import dev.ragkit.testkit.FakeOpenAi;
import dev.ragkit.testkit.FakeReply;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Currency;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ModelsTest {
    private final FakeOpenAi server = FakeOpenAi.start();
    private final String baseUrl = server.baseUrl();
    private final OpenAiConnection connection =
            OpenAiConnection.builder(baseUrl).build();
    private final List<Object> shown = new ArrayList<>();

    private void show(Object line) {
        shown.add(line);
    }

    @AfterEach
    void close() {
        connection.close();
        server.close();
    }

    private static Rag ragOf(Generator generator) {
        Embedder embedder = FakeEmbedder.ofDimensions(64);
        Rag rag = Rag.builder(embedder, VectorStore.inMemory(embedder.space()), generator)
                .build();
        rag.ingest(List.of(Document.of("leave.md", "Employees get 30 days of paid leave a year.")));
        return rag;
    }

    @Test
    void connection() {
        Supplier<String> secrets = () -> "sk-of-today";
        Consumer<String> page = this::show;
        // region connection
        try (OpenAiConnection connection = OpenAiConnection.builder(baseUrl)
                .key(secrets)
                .connectTimeout(Duration.ofSeconds(3))
                .firstTokenTimeout(Duration.ofSeconds(30))
                .idleTimeout(Duration.ofSeconds(15))
                .callTimeout(Duration.ofMinutes(2))
                .build()) {
            Generator generator = OpenAiGenerator.builder(connection, "gpt-4o-mini")
                    .maxTokens(800)
                    .build();
            Rag rag = ragOf(generator);
            Answer answer = rag.ask(Query.of("How much leave do employees get?"), page);
            show(answer.completion().usage());
        }
        // endregion
        assertThat(server.requests().get(0).header("authorization")).isEqualTo("Bearer sk-of-today");
        assertThat(shown).hasSizeGreaterThan(3);
    }

    @Test
    void composition() {
        TokenCounter counter = text -> text.length() / 4;
        Account account = new Account("acme", "gpt-4o-mini");
        server.reply(FakeReply.error(503, "overloaded", "later").header("retry-after-ms", "1"));
        // region composition
        RateLimit limit = RateLimit.builder()
                .requestsPerMinute(500)
                .tokensPerMinute(200_000, counter)
                .build();
        OpenAiConnection connection =
                OpenAiConnection.builder(baseUrl).allowances(limit).build();
        Pricing pricing = Pricing.builder(Currency.getInstance("USD"))
                .price("gpt-4o-mini", LocalDate.of(2024, 7, 18), Price.of("0.15", "0.075", "0.60"))
                .build();
        UsageLedger ledger = UsageLedger.inMemory();
        Budget budget = Budget.builder(account, Duration.ofDays(1))
                .cost(new BigDecimal("5"), pricing)
                .reserving(counter, 800)
                .build();
        Generator model = Intercepted.generator(
                OpenAiGenerator.builder(connection, "gpt-4o-mini")
                        .maxTokens(800)
                        .build(),
                budget,
                Retry.ofDefaults(),
                limit,
                Metered.of(account, pricing, ledger));
        Generator generator = Generator.fallback(model, Generator.extractive());
        // endregion
        try (connection) {
            ragOf(generator).ask("How much leave do employees get?");
        }
        assertThat(server.requests()).hasSize(2);
        assertThat(ledger.total(account).calls()).isEqualTo(1);
        assertThat(ledger.total(account).cost().isKnown()).isTrue();
    }

    @Test
    void failure() {
        Rag rag = ragOf(OpenAiGenerator.builder(connection, "gpt-4o-mini").build());
        server.reply(FakeReply.error(429, "rate_limit_exceeded", "slow down").header("retry-after", "2"));
        // region failure
        try {
            rag.ask("How much leave do employees get?");
        } catch (ModelException e) {
            show(e.isTransient() + " " + e.retryAfter() + " " + e.status() + " " + e.code() + " " + e.requestId());
        }
        // endregion
        assertThat(shown)
                .containsExactly("true Optional[PT2S] OptionalInt[429] Optional[rate_limit_exceeded] Optional[req-1]");
    }

    @Test
    void embedder() {
        Interceptor retry = Retry.ofDefaults();
        Interceptor limit = RateLimit.builder().requestsPerMinute(500).build();
        DataSource dataSource = TestPostgres.dataSource(TestPostgres.shared().freshDatabase());
        ExecutorService executor = Executors.newFixedThreadPool(3);
        // region embedder
        PgVectorCacheSchema.in("public").apply(dataSource);
        EmbeddingCache cache = PgVectorEmbeddingCache.builder(dataSource).build();
        Embedder embedder = CachedEmbedder.of(
                Intercepted.embedder(
                        OpenAiEmbedder.builder(connection, OpenAiEmbedder.space("text-embedding-3-small"))
                                .concurrently(4, executor)
                                .build(),
                        retry,
                        limit),
                cache);
        // endregion
        assertThat(embedder.embedQuery("a")).isEqualTo(embedder.embedQuery("a"));
        assertThat(server.requests()).hasSize(1);
        executor.shutdown();
    }

    @Test
    void answers() {
        Embedder embedder = FakeEmbedder.ofDimensions(64);
        EmbeddingSpace space = embedder.space();
        DataSource dataSource = TestPostgres.dataSource(TestPostgres.shared().freshDatabase());
        PgVectorCacheSchema.in("public").apply(dataSource);
        PgVectorSchema.builder(space, "handbook").build().apply(dataSource);
        PgVectorStore store =
                PgVectorStore.builder(dataSource, space, "handbook").build();
        Rag rag = Rag.builder(
                        embedder,
                        store,
                        OpenAiGenerator.builder(connection, "gpt-4o-mini").build())
                .build();
        rag.ingest(List.of(Document.of("leave.md", "Employees get 30 days of paid leave a year.")));
        Query query = Query.of("How much leave do employees get?");
        // region answers
        PgVectorAnswerCache answers = PgVectorAnswerCache.builder(store, embedder, "gpt-4o-mini, prompt 3", 0.97)
                .build();
        Answer answer = answers.ask(query, rag::ask);
        // endregion
        assertThat(answers.ask(query, rag::ask).text()).isEqualTo(answer.text());
        assertThat(server.requests()).hasSize(1);
    }

    @Test
    void fake() {
        // region fake
        try (FakeOpenAi fake = FakeOpenAi.start();
                OpenAiConnection connection =
                        OpenAiConnection.builder(fake.baseUrl()).build()) {
            Generator generator =
                    OpenAiGenerator.builder(connection, "gpt-4o-mini").build();
            fake.reply(FakeReply.text("Thirty days [1].").cutAfter(300, FakeReply.Effect.RESET));
            assertThatThrownBy(() -> ragOf(generator).ask(Query.of("How much leave?"), this::show))
                    .isInstanceOfSatisfying(
                            ModelException.class,
                            e -> assertThat(e.isTransient()).isTrue());
            assertThat(fake.requests()).hasSize(1);
        }
        // endregion
    }
}
