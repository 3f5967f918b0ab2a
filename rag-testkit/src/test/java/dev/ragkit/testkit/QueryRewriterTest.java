package dev.ragkit.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.ragkit.Chunk;
import dev.ragkit.Completion;
import dev.ragkit.Conversation;
import dev.ragkit.Embedder;
import dev.ragkit.Generator;
import dev.ragkit.Hit;
import dev.ragkit.InMemoryStore;
import dev.ragkit.Message;
import dev.ragkit.ModelException;
import dev.ragkit.Prompt;
import dev.ragkit.Query;
import dev.ragkit.QueryRewriter;
import dev.ragkit.Retriever;
import dev.ragkit.SearchOptions;
import dev.ragkit.StoreException;
import dev.ragkit.TokenUsage;
import dev.ragkit.VectorStore;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class QueryRewriterTest {
    private final List<Query> searched = new ArrayList<>();

    /** Finds one document for each word of a text, in order. */
    private final Retriever words = query -> {
        searched.add(query);
        List<Hit> hits = new ArrayList<>();
        for (String word : query.text().split(" ")) {
            hits.add(Hit.of(Chunk.of(word, 0, 0, word), "vector", 1.0 / (1 + hits.size())));
        }
        return hits.subList(0, Math.min(hits.size(), query.options().limit()));
    };

    @Nested
    class WithSeveralQueriesIsARetriever extends RetrieverContract {
        @Override
        protected Retriever create(Embedder embedder, InMemoryStore store) {
            FakeGenerator generator =
                    FakeGenerator.replying(prompt -> "a " + prompt.question() + "\nthe " + prompt.question());
            return Retriever.hybrid(embedder, store).rewritten(QueryRewriter.multiQuery(generator, 2));
        }
    }

    private static Generator ending(Completion.Finish finish) {
        return prompt -> new Completion("some text", finish, TokenUsage.NONE, "m");
    }

    private List<String> texts() {
        return searched.stream().map(Query::text).toList();
    }

    @Test
    void aRephrasedQuestionIsWhatIsSearchedFor() {
        FakeGenerator generator = FakeGenerator.replying("  notice period\n");
        Query query = new Query(
                "Hi! how long until I can go?",
                SearchOptions.builder().limit(7).minScore(0.2).build());

        List<Hit> hits = words.rewritten(QueryRewriter.rephrasing(generator)).retrieve(query);

        assertThat(texts()).containsExactly("notice period");
        assertThat(searched.get(0).options()).isEqualTo(query.options());
        assertThat(hits).hasSize(2);
        Prompt prompt = generator.prompts().get(0);
        assertThat(prompt.messages()).extracting(Message::role).containsExactly(Message.Role.SYSTEM, Message.Role.USER);
        assertThat(prompt.messages().get(1).content()).isEqualTo(query.text());
        assertThat(prompt.messages().get(0).content()).doesNotContain("how long");
    }

    @Test
    void aMadeUpPassageIsSearchedForAndNeverFound() {
        FakeGenerator generator = FakeGenerator.replying("The notice period\nis six weeks.");

        words.rewritten(QueryRewriter.hypothetical(generator)).retrieve(Query.of("How long?"));

        assertThat(texts()).containsExactly("The notice period\nis six weeks.");
    }

    @Test
    void severalQueriesAreSearchedForBesideTheQuestionWithoutBulletsAndRepetitions() {
        FakeGenerator generator =
                FakeGenerator.replying("1. alpha beta\n- gamma\n\n  2) 30 days\nalpha beta\n\u2022 delta\nmore");

        words.rewritten(QueryRewriter.multiQuery(generator, 4)).retrieve(Query.of("alpha?"));

        assertThat(texts()).containsExactly("alpha?", "alpha beta", "gamma", "30 days", "delta");
        assertThat(searched).allMatch(query -> query.options().limit() == 50);
    }

    @Test
    void whatMoreQueriesFindFurtherUpComesFirst() {
        FakeGenerator generator = FakeGenerator.replying("b a c\nb d");

        List<Hit> hits = words.rewritten(QueryRewriter.multiQuery(generator, 2)).retrieve(Query.of("a b", 3));

        assertThat(hits).extracting(hit -> hit.chunk().documentId()).containsExactly("b", "a", "d");
        assertThat(hits.get(0).score()).isEqualTo(1 / 62.0 + 1 / 61.0 + 1 / 61.0);
        assertThat(hits.get(0).scores())
                .containsEntry("vector", 0.5)
                .containsEntry("queries", hits.get(0).score());
        assertThat(hits).isSortedAccordingTo(Hit.BEST_FIRST);
    }

    @Test
    void aFailingModelFailsTheSearch() {
        FakeGenerator generator = FakeGenerator.replying("x").failNext(3, new ModelException("down"));

        for (QueryRewriter rewriter : List.of(
                QueryRewriter.rephrasing(generator),
                QueryRewriter.hypothetical(generator),
                QueryRewriter.multiQuery(generator, 2))) {
            assertThatThrownBy(() -> words.rewritten(rewriter).retrieve(Query.of("a")))
                    .hasMessage("down");
        }
        assertThat(searched).isEmpty();
    }

    @Test
    void theQuestionIsSearchedForOnFailureOnlyWhereThatWasAskedFor() {
        FakeGenerator generator = FakeGenerator.replying("x").failNext(1, new ModelException("down"));
        QueryRewriter rewriter = QueryRewriter.rephrasing(generator).orQuestionOnFailure();

        words.rewritten(rewriter).retrieve(Query.of("a b"));
        words.rewritten(rewriter).retrieve(Query.of("a b"));

        assertThat(texts()).containsExactly("a b", "x");
        QueryRewriter broken = question -> {
            throw new StoreException("no model");
        };
        assertThatThrownBy(() -> broken.orQuestionOnFailure().rewrite("a")).hasMessage("no model");
    }

    @Test
    void anInterruptIsNoFailureToFallBackFrom() {
        Generator closing = prompt -> {
            Thread.currentThread().interrupt();
            throw new ModelException("closed");
        };

        assertThatThrownBy(() ->
                        QueryRewriter.rephrasing(closing).orQuestionOnFailure().rewrite("a"))
                .hasMessage("closed");
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void aReplyThatCannotBeSearchedForIsAFailure() {
        for (String reply : List.of("", " \n ", "a\u0000b", "a\ud800", "x".repeat(Query.MAX_LENGTH + 1))) {
            assertThatThrownBy(() -> QueryRewriter.rephrasing(FakeGenerator.replying(reply))
                            .rewrite("a"))
                    .isInstanceOf(ModelException.class)
                    .hasMessageStartingWith("the model that was to rewrite a question gave ");
        }
        for (Completion.Finish finish :
                List.of(Completion.Finish.LENGTH, Completion.Finish.REFUSAL, Completion.Finish.CONTENT_FILTER)) {
            assertThatThrownBy(() -> QueryRewriter.hypothetical(ending(finish)).rewrite("a"))
                    .hasMessageContaining("a reply that ended with " + finish);
        }
        assertThatThrownBy(() -> QueryRewriter.multiQuery(FakeGenerator.replying("a\na"), 3)
                        .rewrite("a"))
                .hasMessageContaining("nothing but the question itself");
        assertThatThrownBy(() -> QueryRewriter.multiQuery(FakeGenerator.replying("a"), 11))
                .hasMessage("count must be between 1 and 10, was 11");
    }

    @Test
    void aRerankerSeesTheQuestionAsItWasAsked() {
        List<String> seen = new ArrayList<>();
        words.rewritten(QueryRewriter.rephrasing(FakeGenerator.replying("other words")))
                .reranked((query, candidates) -> {
                    seen.add(query.text());
                    return candidates;
                })
                .retrieve(Query.of("the question"));

        assertThat(seen).containsExactly("the question");
        assertThat(texts()).containsExactly("other words");
    }

    @Test
    void aQuestionOfAConversationIsMadeOneThatStandsAlone() {
        FakeGenerator generator = FakeGenerator.replying("How much leave do part-time staff get?");
        Conversation conversation = Conversation.empty()
                .with("How much leave?", "30 days [1].")
                .with("And sick leave?", "As long as it takes.");

        assertThat(conversation.standalone("And part-time staff?", generator))
                .isEqualTo("How much leave do part-time staff get?");
        assertThat(generator.prompts().get(0).messages())
                .extracting(Message::role, Message::content)
                .endsWith(
                        tuple(Message.Role.USER, "How much leave?"),
                        tuple(Message.Role.ASSISTANT, "30 days [1]."),
                        tuple(Message.Role.USER, "And sick leave?"),
                        tuple(Message.Role.ASSISTANT, "As long as it takes."),
                        tuple(Message.Role.USER, "And part-time staff?"))
                .hasSize(6);
        assertThat(generator.prompts().get(0).messages().get(0).content()).doesNotContain("leave");
    }

    @Test
    void theFirstQuestionStandsAloneWithoutAModel() {
        FakeGenerator generator = FakeGenerator.replying("x");

        assertThat(Conversation.empty().standalone("How much leave?", generator))
                .isEqualTo("How much leave?");
        assertThat(generator.prompts()).isEmpty();
    }

    @Test
    void aConversationThatCannotBeCondensedFailsUnlessToldOtherwise() {
        FakeGenerator generator = FakeGenerator.replying("x").failNext(2, new ModelException("down"));
        Conversation conversation = Conversation.empty().with("a", "b");

        assertThatThrownBy(() -> conversation.standalone("c", generator)).hasMessage("down");
        assertThat(conversation.standalone(generator).orQuestionOnFailure().rewrite("c"))
                .containsExactly("c");
    }

    @Test
    void onlyTheLastTurnsAreKeptWhereThatIsAskedFor() {
        Conversation three = Conversation.empty().with("1", "a").with("2", "b").with("3", "c");

        assertThat(three.recent(2).turns())
                .extracting(Conversation.Turn::question)
                .containsExactly("2", "3");
        assertThat(three.recent(9)).isSameAs(three);
        assertThat(three.recent(0).turns()).isEmpty();
        assertThat(three).hasToString("Conversation[turns=3]");
        assertThat(three.turns().get(0)).hasToString("Turn[characters=1 and 1]");
        assertThatThrownBy(() -> three.recent(-1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void searchesInAStoreGoThrough() {
        FakeEmbedder embedder = FakeEmbedder.ofDimensions(64);
        InMemoryStore store = VectorStore.inMemory(embedder.space());
        store.replace(List.of(Sample.of("rhine")
                .chunk(
                        "The Rhine flows through Basel.",
                        embedder.embedDocuments(List.of("The Rhine flows through Basel."))
                                .get(0))
                .build()));
        FakeGenerator generator = FakeGenerator.replying("Rhine Basel\nriver through Basel");

        List<Hit> hits = Retriever.hybrid(embedder, store)
                .rewritten(QueryRewriter.multiQuery(generator, 3))
                .retrieve(Query.of("which one?"));
        assertThat(Found.ids(hits)).containsExactly("rhine");
        assertThat(hits.get(0).scores()).containsKeys("vector", "fused", "queries");
    }
}
