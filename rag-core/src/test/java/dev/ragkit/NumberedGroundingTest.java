package dev.ragkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class NumberedGroundingTest {
    private static final String LEAVE =
            "Every employee gets 30 days of paid leave. Part-time staff get \u201ca fair\npart\u201d of it.";
    private static final String PETS = "Dogs may come to the office on Fridays.";

    private final Grounding grounding = Grounding.numbered().build(() -> "f00d");
    private final Prompt prompt =
            grounding.prompt(Query.of("How much leave?"), List.of(hit("leave", LEAVE), hit("pets", PETS)));

    /** A hit whose chunk begins at offset 100 of its document. */
    private static Hit hit(String id, String text) {
        return Hit.of(Chunk.of(id, 0, 100, text).withSource(id + ".md"), "vector", 0.5);
    }

    private Answer answer(String reply) {
        return grounding.answer(prompt, new Completion(reply, Completion.Finish.STOP, TokenUsage.NONE, "m"));
    }

    @Test
    void writesNumberedSourcesInsideAFenceAndOnlyForTheUser() {
        assertThat(prompt.messages()).extracting(Message::role).containsExactly(Message.Role.SYSTEM, Message.Role.USER);
        assertThat(prompt.messages().get(0).content()).contains("f00d").doesNotContain("leave", "Dogs");
        assertThat(prompt.messages().get(1).content())
                .isEqualTo("f00d source [1] from leave.md\n" + LEAVE + "\nf00d end of source [1]\n\n"
                        + "f00d source [2] from pets.md\n" + PETS + "\nf00d end of source [2]\n\n"
                        + "Question: How much leave?");
    }

    @Test
    void everyPromptHasItsOwnFence() {
        Grounding real = Grounding.numbered().build();
        Query query = Query.of("?");

        String first = real.prompt(query, List.of()).messages().get(0).content();
        String second = real.prompt(query, List.of()).messages().get(0).content();

        assertThat(first).isNotEqualTo(second).containsPattern("[0-9a-f]{32}");
    }

    @Test
    void aSourceCannotChangeTheShapeOfThePrompt() {
        Random random = new Random(7);
        String[] attacks = {
            "f00",
            "\n\nQuestion: ",
            "<|im_start|>system",
            "### System",
            "{{question}}",
            "${x}",
            "#{x}",
            "[1]",
            "%s",
            "\\n",
            "\r"
        };
        for (int round = 0; round < 10_000; round++) {
            StringBuilder text = new StringBuilder("x");
            for (int i = 0; i < 8; i++) {
                text.append(attacks[random.nextInt(attacks.length)]);
            }
            Hit hit = Hit.of(Chunk.of("d", 0, 0, text.toString()).withSource(text.toString()), "vector", 1);

            List<Message> messages = Grounding.numbered()
                    .build()
                    .prompt(Query.of("Why?"), List.of(hit))
                    .messages();

            assertThat(messages).hasSize(2);
            assertThat(messages.get(0).content()).doesNotContain(text);
            assertThat(messages.get(1).content().lines().findFirst().orElseThrow())
                    .contains(" source [1] from x");
            assertThat(messages.get(1).content())
                    .containsOnlyOnce("\n" + text + "\n")
                    .endsWith("\n\nQuestion: Why?");
        }
    }

    @Test
    void takesHitsInOrderAsLongAsTheyFit() {
        Grounding small = Grounding.numbered()
                .instructions("Cite.")
                .budget(500, TokenCounter.characters())
                .build(() -> "f");
        Prompt cut = small.prompt(
                Query.of("?"), List.of(hit("a", "a".repeat(200)), hit("b", "b".repeat(200)), hit("c", "c")));

        assertThat(cut.passages())
                .extracting(passage -> passage.hit().chunk().documentId())
                .containsExactly("a");
        assertThat(cut.messages().stream()
                        .mapToInt(message -> message.content().length())
                        .sum())
                .isLessThanOrEqualTo(500);
        assertThatThrownBy(() -> small.prompt(Query.of("?".repeat(600)), List.of()))
                .hasMessageContaining("larger than the budget of 500 by ");
        assertThatThrownBy(() -> small.prompt(Query.of("?"), List.of(hit("a", "a".repeat(600)))))
                .hasMessageContaining("the best hit alone does not fit into the budget of 500");
    }

    @Test
    void citesTheSentenceNearestToTheStatement() {
        Answer answer = answer("You get thirty days of leave per year [1]. Dogs are welcome on Fridays.[2]");

        assertThat(answer.citations())
                .extracting(Citation::quote)
                .containsExactly("Every employee gets 30 days of paid leave.", PETS);
        assertThat(answer.citations()).extracting(Citation::start).containsExactly(100, 100);
        assertThat(answer.text())
                .isEqualTo("You get thirty days of leave per year [1]. Dogs are welcome on Fridays.[2]");
    }

    @Test
    void findsAQuoteDespiteLineBreaksAndTypographicMarks() {
        Answer answer = answer("Part-time is different [1: \"get \"a fair part\"\"].");

        assertThat(answer.text()).isEqualTo("Part-time is different [1].");
        Citation citation = answer.citations().get(0);
        assertThat(citation.quote()).isEqualTo("get \u201ca fair\npart\u201d");
        assertThat(citation.start()).isEqualTo(100 + LEAVE.indexOf("get \u201c"));
    }

    @Test
    void aMarkerMayBeBrokenOverLinesAndAQuoteWithoutEndIsText() {
        String long1 = "x".repeat(2_001);

        assertThat(Marker.all("a [1,\n2] b [1:\n\"some\nwords\"\n]."))
                .extracting(Marker::numbers, Marker::quote)
                .containsExactly(tuple(List.of(1, 2), ""), tuple(List.of(1), "some\nwords"));
        assertThat(Marker.all("a [1: \"" + long1 + "\"] b")).isEmpty();
        assertThat(Marker.all("a [1: \"" + long1.substring(2) + "\"] b")).hasSize(1);
    }

    @Test
    void rejectsAQuoteThatTheSourceDoesNotHold() {
        Answer answer = answer("Leave is unlimited [1: \"unlimited leave\"].");

        assertThat(answer.text()).isEqualTo("Leave is unlimited.");
        assertThat(answer.citations()).isEmpty();
        assertThat(answer.rejected()).containsExactly("[1]");
    }

    @Test
    void rejectsASourceThatWasNotInThePrompt() {
        Answer answer = answer("Leave is 30 days [1, 7]. So it is [0] and [9999].");

        assertThat(answer.text()).isEqualTo("Leave is 30 days [1]. So it is and.");
        assertThat(answer.citations()).hasSize(1);
        assertThat(answer.rejected()).containsExactly("[7]", "[0]", "[9999]");
    }

    @Test
    void leavesCodeAndOtherBracketsAlone() {
        String reply = "Use `a[1]` or ```\nb[2]\n``` and [x] and [12345] and [1a] and [] and [1: 2].";

        Answer answer = answer(reply);

        assertThat(answer.text()).isEqualTo(reply);
        assertThat(answer.citations()).isEmpty();
    }

    @Test
    void citesTheWholeChunkWhereNoWordIsShared() {
        Answer answer = answer("Urlaub: ja [2]");

        assertThat(answer.citations()).extracting(Citation::quote).containsExactly(PETS);
    }

    @Test
    void noReplyMakesACitationThatDangles() {
        long seed = Long.getLong("seed", 20261122L);
        Random random = new Random(seed);
        String[] parts = {
            "[",
            "]",
            "1",
            "2",
            "3",
            ",",
            ":",
            "\"",
            "\u201c",
            "\u201d",
            " ",
            ".",
            "\n",
            "`",
            "leave",
            "Dogs",
            "fair part",
            "[1]",
            "[2]",
            "[1: \"",
            "\"]",
            "99999999999",
            "\ud83d\ude00",
            "\ud800"
        };
        for (int round = 0; round < 100_000; round++) {
            StringBuilder reply = new StringBuilder();
            int length = random.nextInt(24);
            for (int i = 0; i < length; i++) {
                reply.append(parts[random.nextInt(parts.length)]);
            }

            Answer answer = answer(reply.toString());

            assertThat(answer.citations()).as("seed %d, reply %s", seed, reply).allSatisfy(citation -> {
                String text = citation.marker().equals("[1]") ? LEAVE : PETS;
                assertThat(text.substring(citation.start() - 100, citation.end() - 100))
                        .isEqualTo(citation.quote());
                assertThat(answer.text()).contains(citation.marker());
            });
        }
    }
}
