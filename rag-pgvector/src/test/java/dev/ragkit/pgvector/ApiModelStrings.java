package dev.ragkit.pgvector;

import dev.ragkit.Completion;
import dev.ragkit.Conversation;
import dev.ragkit.EmbeddingSpace;
import dev.ragkit.Generator;
import dev.ragkit.Grounding;
import dev.ragkit.Hit;
import dev.ragkit.ModelException;
import dev.ragkit.Prompt;
import dev.ragkit.Query;
import dev.ragkit.QueryRewriter;
import dev.ragkit.TokenUsage;
import dev.ragkit.intercept.Account;
import dev.ragkit.intercept.CachedEmbedder;
import dev.ragkit.intercept.EmbeddingCache;
import dev.ragkit.intercept.EmbeddingKey;
import dev.ragkit.intercept.Price;
import dev.ragkit.intercept.Pricing;
import dev.ragkit.testkit.FakeEmbedder;
import java.time.LocalDate;
import java.util.Currency;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The part of {@link ApiStrings} that is about caches, spending and prompts. */
final class ApiModelStrings {
    private static final EmbeddingSpace SPACE =
            EmbeddingSpace.builder("p", "m", 4).build();

    private final Map<String, List<ApiStrings.Way>> ways = new LinkedHashMap<>();
    private final ApiStore db;
    private final Hit hit;

    ApiModelStrings(ApiStore db, Hit hit) {
        this.db = db;
        this.hit = hit;
        caches();
        spending();
        prompting();
        failing();
    }

    Map<String, List<ApiStrings.Way>> ways() {
        return ways;
    }

    private void add(String signature, ApiStrings.Way... parameters) {
        ways.put(signature, List.of(parameters));
    }

    private void failing() {
        add(
                "ModelException.builder(String)",
                t -> String.valueOf(ModelException.builder(t).build().getMessage()));
        add(
                "Builder.code(String)",
                t -> ModelException.builder("m").code(t).build().code().orElse(""));
        add(
                "Builder.requestId(String)",
                t -> ModelException.builder("m")
                        .requestId(t)
                        .build()
                        .requestId()
                        .orElse(""));
        add(
                "Builder.partialText(String)",
                t -> ModelException.builder("m")
                        .partialText(t)
                        .build()
                        .partialText()
                        .orElse(""));
    }

    private void caches() {
        String digest = "0".repeat(64);
        FakeEmbedder embedder = FakeEmbedder.ofDimensions(ApiStore.DIMENSIONS);
        add(
                "EmbeddingKey.of(String, EmbeddingSpace, Input, String)",
                t -> EmbeddingKey.of(t, SPACE, EmbeddingKey.Input.QUERY, "x").tenant(),
                t -> EmbeddingKey.of("t", SPACE, EmbeddingKey.Input.QUERY, t)
                                        .digest()
                                        .length()
                                == digest.length()
                        ? t
                        : "");
        add(
                "EmbeddingKey.new(String, String)",
                t -> new EmbeddingKey(t, digest).tenant(),
                t -> new EmbeddingKey("t", t).digest());
        add("CachedEmbedder.tenant(String)", t -> {
            CachedEmbedder.of(embedder, EmbeddingCache.inMemory(1)).tenant(t);
            return t;
        });
        add(
                "PgVectorCacheSchema.in(String)",
                t -> db.named(() -> PgVectorCacheSchema.in(t).ddl(), t));
        add(
                "PgVectorEmbeddingCache.Builder.schema(String)",
                t -> db.opened(
                        PgVectorEmbeddingCache.builder(ApiStore.NO_CONNECTION).schema(t)::build, t));
        add("PgVectorAnswerCache.builder(PgVectorStore, Embedder, String, double)", t -> {
            PgVectorAnswerCache.builder(db.store(), embedder, t, 1);
            return t;
        });
    }

    /** A price takes digits; the message that refuses anything else is all that is made of it. */
    private void spending() {
        add("Account.new(String, String)", t -> new Account(t, "m").tenant(), t -> new Account("t", t).model());
        add(
                "Price.of(String, String, String)",
                t -> digits(t, "0", "0"),
                t -> digits("0", t, "0"),
                t -> digits("0", "0", t));
        Pricing.Builder prices = Pricing.builder(Currency.getInstance("EUR"));
        LocalDate day = LocalDate.EPOCH;
        TokenUsage one = TokenUsage.ofInput(1);
        add(
                "Pricing.cost(String, TokenUsage, LocalDate)",
                t -> prices.build().cost(t, one, day).isKnown() ? "known" : t);
        add("Builder.price(String, LocalDate, Price)", t -> {
            Pricing.Builder own = Pricing.builder(Currency.getInstance("EUR"));
            own.price(t, day, Price.of("1", "1", "1"));
            return own.build().cost(t, one, day).isKnown() ? t : "unknown";
        });
    }

    private void prompting() {
        Hit harmless = hit;
        add("GroundingBuilder.template(String)", t -> {
            Grounding grounding =
                    Grounding.numbered().template(t + "{{sources}}{{question}}").build();
            Prompt prompt = grounding.prompt(Query.of("q"), List.of(harmless));
            return prompt.messages().get(1).content().startsWith(t) ? t : "not in the prompt";
        });
        Generator echo = prompt -> new Completion(
                prompt.messages().get(prompt.messages().size() - 1).content(),
                Completion.Finish.STOP,
                TokenUsage.NONE,
                "m");
        add(
                "QueryRewriter.rewrite(String)",
                t -> QueryRewriter.rephrasing(echo).rewrite(t).get(0).equals(t.strip()) ? t : "");
        add(
                "Conversation.with(String, String)",
                t -> Conversation.empty().with(t, "a").turns().get(0).question(),
                t -> Conversation.empty().with("q", t).turns().get(0).answer());
        add(
                "Conversation.standalone(String, Generator)",
                t -> Conversation.empty().standalone(t, echo));
        add(
                "Turn.new(String, String)",
                t -> new Conversation.Turn(t, "a").question(),
                t -> new Conversation.Turn("q", t).answer());
    }

    private static String digits(String input, String cachedInput, String output) {
        Price.of(input, cachedInput, output);
        return input.equals("0") ? cachedInput.equals("0") ? output : cachedInput : input;
    }
}
