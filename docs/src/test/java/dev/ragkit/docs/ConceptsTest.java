package dev.ragkit.docs;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.benmanes.caffeine.cache.Caffeine;
import dev.ragkit.Answer;
import dev.ragkit.Citation;
import dev.ragkit.Completion;
import dev.ragkit.Conversation;
import dev.ragkit.Document;
import dev.ragkit.Embedder;
import dev.ragkit.Embedding;
import dev.ragkit.Filter;
import dev.ragkit.Generator;
import dev.ragkit.Hit;
import dev.ragkit.IngestOptions;
import dev.ragkit.IngestReport;
import dev.ragkit.Message;
import dev.ragkit.Metadata;
import dev.ragkit.ModelException;
import dev.ragkit.Prompt;
import dev.ragkit.Query;
import dev.ragkit.QueryRewriter;
import dev.ragkit.Rag;
import dev.ragkit.Retriever;
import dev.ragkit.TokenUsage;
import dev.ragkit.VectorStore;
import dev.ragkit.intercept.Account;
import dev.ragkit.intercept.Budget;
import dev.ragkit.intercept.CachedEmbedder;
import dev.ragkit.intercept.EmbeddingCache;
import dev.ragkit.intercept.EmbeddingKey;
import dev.ragkit.intercept.Intercepted;
import dev.ragkit.intercept.Metered;
import dev.ragkit.intercept.Price;
import dev.ragkit.intercept.Pricing;
import dev.ragkit.intercept.RateLimit;
import dev.ragkit.intercept.Retry;
import dev.ragkit.intercept.UsageLedger;
import dev.ragkit.testkit.FakeEmbedder;
import dev.ragkit.testkit.FakeGenerator;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Currency;
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
        Embedder reliable = CachedEmbedder.of(
                Intercepted.embedder(
                        embedder,
                        Retry.ofDefaults(),
                        RateLimit.builder().requestsPerMinute(500).build()),
                EmbeddingCache.inMemory(100_000));
        // endregion
        assertThat(reliable.embedQuery("a")).isEqualTo(embedder.embedQuery("a"));
    }

    @Test
    void caffeine() {
        // region caffeine
        EmbeddingCache cache = EmbeddingCache.in(Caffeine.newBuilder()
                .maximumSize(100_000)
                .<EmbeddingKey, Embedding>build()
                .asMap());
        CachedEmbedder cached = CachedEmbedder.of(embedder, cache).tenant("acme");
        // endregion
        assertThat(cached.embedQuery("a")).isSameAs(cached.embedQuery("a"));
    }

    @Test
    void spend() {
        Generator model = prompt ->
                new Completion("x", Completion.Finish.STOP, new TokenUsage(1_000, 0, 100, 0), "gpt-4o-mini-2024-07-18");
        Prompt prompt = new Prompt("?", List.of(), List.of(Message.user("?")));
        // region spend
        Account account = new Account("acme", "gpt-4o-mini");
        Pricing pricing = Pricing.builder(Currency.getInstance("USD"))
                .price("gpt-4o-mini", LocalDate.of(2024, 7, 18), Price.of("0.15", "0.075", "0.60"))
                .build();
        UsageLedger ledger = UsageLedger.inMemory();
        Budget budget = Budget.builder(account, Duration.ofDays(1))
                .cost(new BigDecimal("5"), pricing)
                .build();
        Generator counted = Intercepted.generator(model, budget, Metered.of(account, pricing, ledger));
        counted.generate(prompt);
        show(ledger.total(account).cost());
        // endregion
        assertThat(shown).hasToString("[0.00021]");
    }

    @Test
    void rewrite() {
        Generator generator = FakeGenerator.replying("paid leave in days\nholiday entitlement");
        rag.ingest(List.of(Document.of("a", "Paid leave is 30 days.")));
        // region rewrite
        Conversation conversation = Conversation.empty().with("How long is the notice period?", "Six weeks.");
        String question = conversation.standalone("And how much leave do I get?", generator);
        Retriever retriever = Retriever.vector(embedder, store)
                .rewritten(QueryRewriter.multiQuery(generator, 3).orQuestionOnFailure());
        List<Hit> hits = retriever.retrieve(Query.of(question));
        // endregion
        assertThat(hits).hasSize(1);
    }

    @Test
    void fallback() {
        Generator large = FakeGenerator.replying("x").failNext(1, new ModelException("no quota"));
        Generator small = FakeGenerator.replying("y");
        // region fallback
        Generator generator = Generator.fallback(large, small, Generator.extractive());
        // endregion
        assertThat(generator.generate(new Prompt("?", List.of(), List.of())).text())
                .isEqualTo("y");
    }
}
