package dev.ragkit.pgvector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.ragkit.Answer;
import dev.ragkit.Chunk;
import dev.ragkit.Citation;
import dev.ragkit.Completion;
import dev.ragkit.Document;
import dev.ragkit.EmbeddedChunk;
import dev.ragkit.EmbeddedDocument;
import dev.ragkit.Filter;
import dev.ragkit.Hit;
import dev.ragkit.Metadata;
import dev.ragkit.ModelException;
import dev.ragkit.Query;
import dev.ragkit.SearchOptions;
import dev.ragkit.StoreException;
import dev.ragkit.TokenUsage;
import dev.ragkit.testkit.FakeEmbedder;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class PgVectorAnswerCacheTest {
    private static final FakeEmbedder EMBEDDER = FakeEmbedder.ofDimensions(64);
    private static final PgVectorCacheSchema SCHEMA = PgVectorCacheSchema.in(PgVectorSchema.DEFAULT_SCHEMA);
    private static final Query LEAVE = Query.of("How many days of paid leave do I get in a year here?");

    static {
        SCHEMA.apply(TestCollection.POOL);
    }

    private final PgVectorStore store =
            TestCollection.create(EMBEDDER.space(), schema -> schema.index(VectorIndex.none()));
    private int asked;

    private static PgVectorAnswerCache answers(PgVectorStore store) {
        return PgVectorAnswerCache.builder(store, EMBEDDER, "m", 0.9).build();
    }

    private static EmbeddedDocument document(String id, String text) {
        return TestCollection.document(
                id, text, EMBEDDER.embedDocuments(List.of(text)).get(0));
    }

    private Answer ask(PgVectorAnswerCache answers, Query query) {
        return answers.ask(query, same -> {
            asked++;
            return answer("answer " + asked);
        });
    }

    private static Answer answer(String text) {
        return new Answer(
                text,
                List.of(),
                List.of(),
                new Completion(text, Completion.Finish.STOP, new TokenUsage(9, 1, 2, 0), "m"));
    }

    @Test
    void aSimilarQuestionGetsTheSameAnswerAndAnotherDoesNot() {
        store.replace(List.of(document("a", "30 days")));
        PgVectorAnswerCache answers = answers(store);

        assertThat(ask(answers, LEAVE).text()).isEqualTo("answer 1");
        assertThat(ask(answers, Query.of("how many days of paid leave do I get in a year here"))
                        .text())
                .isEqualTo("answer 1");
        assertThat(ask(answers, Query.of("May dogs come to the office on Fridays?"))
                        .text())
                .isEqualTo("answer 2");
        assertThat(ask(answers(store), LEAVE).text()).isEqualTo("answer 1");
    }

    @Test
    void whatIsFoundIsWhatWasMadeButForTheUsage() {
        Metadata metadata = Metadata.of("n", 7L).with("x", 1.5).with("tags", List.of("a", "\u00e4\"\\\n"));
        Chunk chunk = Chunk.of("doc \ud83d\ude00", 3, 100, "He said \"yes\".\nThen left.")
                .withSource("who.md")
                .withMetadata(metadata);
        Map<String, Double> scores = new LinkedHashMap<>();
        scores.put("vector", 0.1 + 0.2);
        scores.put("fused", Double.NEGATIVE_INFINITY);
        Hit hit = new Hit(chunk, 1 / 3.0, scores);
        Answer made = new Answer(
                "He did [1].",
                List.of(
                        new Citation("[1]", hit, 108, "\"yes\""),
                        new Citation("[1]", Hit.of(Chunk.of("b", 0, 0, "plain"), "o", 1), 0, "plain")),
                List.of(),
                new Completion("He did [1].", Completion.Finish.STOP, new TokenUsage(9, 1, 2, 0), "m-1"));
        PgVectorAnswerCache answers = answers(store);
        answers.ask(LEAVE, query -> made);

        Answer found = answers.ask(LEAVE, query -> {
            throw new AssertionError("asked again");
        });
        assertThat(found)
                .isEqualTo(new Answer(
                        made.text(),
                        made.citations(),
                        List.of(),
                        new Completion("He did [1].", Completion.Finish.STOP, TokenUsage.NONE, "m-1")));
        assertThat(found.citations().get(0).hit()).isEqualTo(hit);
        assertThat(found.citations().get(0).hit().chunk().metadata()).isEqualTo(metadata);
    }

    @Test
    void everyChangeOfTheDocumentsEndsTheAnswers() {
        PgVectorAnswerCache answers = answers(store);
        List<Runnable> changes = List.of(
                () -> store.replace(List.of(document("a", "30 days"))),
                () -> store.replace(List.of(document("a", "31 days"))),
                () -> store.replace(List.of(document("a", "31 days"))),
                () -> store.replace(List.of(document("b", "30 days"))),
                () -> store.delete(List.of("b")),
                () -> store.replace(List.of(document("b", "30 days"))),
                () -> store.replace(List.of(new EmbeddedDocument(Document.of("a", "x"), "v2", List.of()))),
                () -> store.delete(List.of("a", "b")));
        ask(answers, LEAVE);
        for (int i = 0; i < changes.size(); i++) {
            int before = asked;
            ask(answers, LEAVE);
            assertThat(asked).as("before change %d", i).isEqualTo(before);
            changes.get(i).run();
            ask(answers, LEAVE);
            assertThat(asked).as("after change %d", i).isEqualTo(before + 1);
        }
    }

    @Test
    void aDocumentWhoseChunksSomebodyRemovedEndsTheAnswersWhenItIsDeleted() {
        String name = TestCollection.name();
        PgVectorSchema.builder(EMBEDDER.space(), name).build().apply(TestCollection.POOL);
        PgVectorStore own = PgVectorStore.builder(TestCollection.POOL, EMBEDDER.space(), name)
                .build();
        own.replace(List.of(document("a", "30 days"), document("b", "31 days")));
        TestCollection.execute("DELETE FROM " + name + "_chunk WHERE document_id = 'a'");
        PgVectorAnswerCache answers = answers(own);
        ask(answers, LEAVE);
        own.delete(List.of("a"));
        ask(answers, LEAVE);
        assertThat(asked).isEqualTo(2);
        own.replace(List.of(new EmbeddedDocument(Document.of("b", "x"), "v2", List.of())));
        own.replace(List.of(new EmbeddedDocument(Document.of("b", "y"), "v3", List.of())));
        own.delete(List.of("never there"));
        ask(answers, LEAVE);
        ask(answers, LEAVE);
        assertThat(asked).isEqualTo(3);
    }

    /** Askers beside a writer: what was committed before a question was asked is in its answer. */
    @Test
    void noAnswerIsOlderThanTheDocumentsWereWhenItWasAskedFor() throws Exception {
        AtomicInteger committed = new AtomicInteger();
        AtomicInteger made = new AtomicInteger();
        AtomicInteger stale = new AtomicInteger();
        store.replace(List.of(document("a", "0")));
        PgVectorAnswerCache answers = answers(store);
        Callable<Void> writer = () -> {
            for (int i = 1; i <= 150; i++) {
                store.replace(List.of(document("a", Integer.toString(i))));
                committed.set(i);
            }
            return null;
        };
        Callable<Void> asker = () -> {
            for (int i = 0; i < 300; i++) {
                int before = committed.get();
                Answer answer = answers.ask(LEAVE, query -> {
                    made.incrementAndGet();
                    return answer(store.search(EMBEDDER.embedQuery("x"), SearchOptions.ofLimit(1))
                            .hits()
                            .get(0)
                            .chunk()
                            .text());
                });
                stale.addAndGet(Integer.parseInt(answer.text()) < before ? 1 : 0);
            }
            return null;
        };
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            for (Future<Void> task : threads.invokeAll(List.of(writer, asker, asker, asker))) {
                task.get();
            }
        } finally {
            threads.shutdownNow();
        }
        System.out.println("answers beside a writer: 900 questions, 150 changes, " + made + " answers made, " + stale
                + " older than the documents");
        assertThat(stale).hasValue(0);
        assertThat(made.get()).isLessThan(900);
    }

    @Test
    void aChangeThatIsRolledBackEndsNothing() {
        store.replace(List.of(document("a", "30 days")));
        PgVectorAnswerCache answers = answers(store);
        ask(answers, LEAVE);
        EmbeddedDocument wrong = new EmbeddedDocument(
                Document.of("b", "x"),
                "v1",
                List.of(new EmbeddedChunk(
                        Chunk.of("b", 0, 0, "x"), FakeEmbedder.ofDimensions(3).embedQuery("x"))));
        assertThatThrownBy(() -> store.replace(List.of(document("a", "31 days"), wrong)))
                .isInstanceOf(RuntimeException.class);

        ask(answers, LEAVE);
        assertThat(asked).isEqualTo(1);
    }

    @Test
    void anAnswerMadeWhileTheDocumentsChangeIsNeverFound() {
        Random random = new Random(20_261_122);
        PgVectorAnswerCache answers = answers(store);
        int stale = 0;
        for (int round = 0; round < 40; round++) {
            String old = "version " + round;
            store.replace(List.of(document("a", old)));
            boolean meanwhile = random.nextBoolean();
            answers.ask(LEAVE, query -> {
                if (meanwhile) {
                    store.replace(List.of(document("a", "changed " + old)));
                }
                return answer(old);
            });
            String now = meanwhile ? "changed " + old : old;
            String found = answers.ask(LEAVE, query -> answer(now)).text();
            stale += found.equals(now) ? 0 : 1;
        }
        System.out.println("answers made while documents change: 40 rounds, " + stale + " stale answers found");
        assertThat(stale).isZero();
    }

    /** Without documents all tenants have the same version, so that nothing but the tenant keeps them apart. */
    @Test
    void S10_whatOneTenantAskedNoOtherGets() {
        List<String> tenants = List.of("a", "A", "b", "\u0430", "a b", "x".repeat(512), "x".repeat(511) + "y");
        int foreign = 0;
        for (String tenant : tenants) {
            PgVectorStore empty = store.tenant(tenant);
            PgVectorStore filled = store.tenant("filled " + tenants.indexOf(tenant));
            filled.replace(List.of(document("same", "the same text")));
            foreign +=
                    foreignAnswers(empty, "canary of empty " + tenant) + foreignAnswers(filled, "canary of " + tenant);
        }
        System.out.println(
                "S-10: " + 2 * tenants.size() + " tenants, half of them with equal documents, ask the same 20"
                        + " questions, " + foreign + " foreign answers");
        assertThat(foreign).isZero();
    }

    private static int foreignAnswers(PgVectorStore tenant, String canary) {
        PgVectorAnswerCache answers = answers(tenant);
        int foreign = 0;
        for (int i = 0; i < 20; i++) {
            Query query = Query.of("unrelated" + i + " words" + i + " about" + i);
            String own = canary + " " + i;
            String first = answers.ask(query, same -> answer(own)).text();
            String second = answers.ask(query, same -> answer("asked again")).text();
            foreign += first.equals(own) ? 0 : 1;
            assertThat(second).isEqualTo(first);
        }
        return foreign;
    }

    @Test
    void aChangeOfOneTenantLeavesTheAnswersOfOthersAlone() {
        PgVectorAnswerCache a = answers(store.tenant("a"));
        store.tenant("a").replace(List.of(document("x", "30 days")));
        ask(a, LEAVE);
        store.tenant("b").replace(List.of(document("x", "30 days")));

        ask(a, LEAVE);
        assertThat(asked).isEqualTo(1);
    }

    @Test
    void anotherFilterLimitScoreModelCollectionOrSpaceIsAnotherQuestion() {
        PgVectorStore other = TestCollection.create(EMBEDDER.space(), schema -> schema.index(VectorIndex.none()));
        FakeEmbedder wide = FakeEmbedder.ofDimensions(65);
        PgVectorAnswerCache answers = answers(store);
        ask(answers, LEAVE);
        ask(answers, LEAVE.where(Filter.eq("country", "AT")));
        ask(answers, LEAVE.where(Filter.eq("country", "DE")));
        ask(answers, new Query(LEAVE.text(), SearchOptions.ofLimit(9)));
        ask(
                answers,
                new Query(LEAVE.text(), SearchOptions.builder().minScore(0.5).build()));
        ask(PgVectorAnswerCache.builder(store, EMBEDDER, "m2", 0.9).build(), LEAVE);
        ask(answers(other), LEAVE);
        ask(PgVectorAnswerCache.builder(store, wide, "m", 0.9).build(), LEAVE);

        assertThat(asked).isEqualTo(8);
        ask(answers, LEAVE.where(Filter.eq("country", "DE")));
        assertThat(asked).isEqualTo(8);
    }

    @Test
    void onlyWholeAnswersAreKept() {
        PgVectorAnswerCache answers = answers(store);
        for (Completion.Finish finish : Completion.Finish.values()) {
            if (finish != Completion.Finish.STOP) {
                answers.ask(
                        LEAVE,
                        query -> new Answer(
                                "x", List.of(), List.of(), new Completion("x", finish, TokenUsage.NONE, "m")));
            }
        }
        Completion whole = answer("x").completion();
        answers.ask(LEAVE, query -> new Answer("x", List.of(), List.of("[9]"), whole));
        answers.ask(LEAVE, query -> new Answer("x\ud800", List.of(), List.of(), whole));
        assertThatThrownBy(() -> answers.ask(LEAVE, query -> {
                    throw new ModelException("down");
                }))
                .hasMessage("down");

        assertThat(ask(answers, LEAVE).text()).isEqualTo("answer 1");
    }

    @Test
    void answersAgeAndArePruned() {
        PgVectorAnswerCache answers = PgVectorAnswerCache.builder(store, EMBEDDER, "aging", 0.9)
                .maxAge(Duration.ofHours(1))
                .build();
        ask(answers, LEAVE);
        TestCollection.execute("UPDATE rag_answer_cache SET kept_at = now() - interval '59 minutes'");
        ask(answers, LEAVE);
        assertThat(asked).isEqualTo(1);
        TestCollection.execute("UPDATE rag_answer_cache SET kept_at = now() - interval '61 minutes'");
        assertThat(SCHEMA.prune(TestCollection.POOL, Duration.ofHours(2))).isZero();
        ask(answers, LEAVE);
        assertThat(asked).isEqualTo(2);
        TestCollection.execute("UPDATE rag_answer_cache SET kept_at = now() - interval '61 minutes'");
        assertThat(SCHEMA.prune(TestCollection.POOL, Duration.ofHours(1))).isPositive();
        assertThat(TestCollection.query(TestCollection.POOL, "SELECT 1 FROM rag_answer_cache"))
                .isEmpty();
    }

    @Test
    void rowLevelSecurityOfTheCollectionIsHeeded() {
        StrictCollection strict = StrictCollection.SHARED;
        PgVectorStore walled =
                strict.create(EMBEDDER.space(), schema -> schema.index(VectorIndex.none()), SearchPlan.ofDefaults());
        SCHEMA.apply(strict.owner);
        PgVectorStore a = walled.tenant("a");
        a.replace(List.of(document("x", "30 days")));
        PgVectorAnswerCache answers = answers(a);
        ask(answers, LEAVE);
        ask(answers, LEAVE);
        assertThat(asked).isEqualTo(1);
        ask(answers(walled.tenant("b")), LEAVE);
        assertThat(asked).isEqualTo(2);
        a.replace(List.of(document("x", "31 days")));
        ask(answers, LEAVE);
        assertThat(asked).isEqualTo(3);
    }

    @Test
    void noConnectionIsHeldWhileTheQuestionIsAsked() {
        try (HikariDataSource one = TestCollection.pool(TestPostgres.shared().freshDatabase(), 1)) {
            PgVectorSchema.builder(EMBEDDER.space(), "docs").build().apply(one);
            SCHEMA.apply(one);
            PgVectorStore small =
                    PgVectorStore.builder(one, EMBEDDER.space(), "docs").build();
            answers(small).ask(LEAVE, query -> {
                assertThat(one.getHikariPoolMXBean().getActiveConnections()).isZero();
                return answer("x");
            });
            SCHEMA.drop(one);
            assertThatThrownBy(() -> answers(small))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("PgVectorCacheSchema.in(\"public\")");
        }
    }

    @Test
    void settingsAreBounded() {
        assertThatThrownBy(() -> PgVectorAnswerCache.builder(store, EMBEDDER, "m", 1.01))
                .hasMessage("minSimilarity must be more than 0 and at most 1, was 1.01");
        assertThatThrownBy(() -> PgVectorAnswerCache.builder(store, EMBEDDER, "m", Double.NaN))
                .hasMessage("minSimilarity must be more than 0 and at most 1, was NaN");
        assertThatThrownBy(() ->
                        PgVectorAnswerCache.builder(store, EMBEDDER, "m", 1).maxAge(Duration.ofDays(31)))
                .hasMessage("maxAge must be between 1 second and 30 days, was PT744H");
    }
}
