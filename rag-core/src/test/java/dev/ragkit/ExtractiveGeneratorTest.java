package dev.ragkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ExtractiveGeneratorTest {
    private static Completion answer(String question, String... chunks) {
        List<Hit> hits = IntStream.range(0, chunks.length)
                .mapToObj(i -> Hit.of(Chunk.of("d" + i, 0, 0, chunks[i]), "vector", 1 - i * 0.1))
                .toList();
        return Generator.extractive().generate(Grounding.numbered().build().prompt(Query.of(question), hits));
    }

    @Test
    void picksTheSentenceThatHoldsTheRareWords() {
        Completion completion = answer(
                "What is the default value of the scrape interval?",
                "Prometheus is a system. The scrape interval says how often targets are asked; its default value is one minute.",
                "The default is good. The value is what it is.");

        assertThat(completion.text())
                .startsWith(
                        "The scrape interval says how often targets are asked; its default value is one minute. [1]");
        assertThat(completion.usage()).isEqualTo(TokenUsage.NONE);
    }

    @Test
    void saysSoWhenNoSentenceSharesAWord() {
        assertThat(answer("Zebra?", "Nothing about animals here.").text())
                .isEqualTo("The documents that were found do not answer this question.");
        assertThat(answer("Zebra?").text()).isEqualTo("The documents that were found do not answer this question.");
    }

    @Test
    void doesNotSayTheSameTwice() {
        String sentence = "The retention time of samples is fifteen days by default.";

        assertThat(answer("What is the retention time of samples?", sentence, sentence)
                        .text())
                .isEqualTo(sentence + " [1]");
    }

    @Test
    void everySentenceIsVerbatimAndItsCitationFindsIt() {
        String first =
                "Alerts have a name and a set of labels which tell them apart.\nAlerts are sent by the server that evaluates the alerting rules, every minute\nanew, to the Alertmanager over HTTP.";
        String second = "The Alertmanager groups alerts and sends notifications.";
        Grounding grounding = Grounding.numbered().build();
        Prompt prompt = grounding.prompt(
                Query.of("Where are alerts sent?"),
                Stream.of(first, second)
                        .map(text -> Hit.of(Chunk.of("d", 0, 0, text), "vector", 1))
                        .toList());

        Answer answer = grounding.answer(prompt, Generator.extractive().generate(prompt));

        assertThat(answer.rejected()).isEmpty();
        assertThat(answer.citations()).isNotEmpty();
        assertThat(answer.citations().get(0).quote())
                .isEqualTo("Alerts are sent by the server that evaluates the alerting rules, every minute\nanew, to the"
                        + " Alertmanager over HTTP.");
    }

    @Test
    void whatLooksLikeAMarkerInADocumentIsNoCitation() {
        String first =
                "Alerts are sent over HTTP as shown [2]. Alerts are sent with a lone ` mark. Alerts are sent to a server.";
        Grounding grounding = Grounding.numbered().build();
        Prompt prompt = grounding.prompt(
                Query.of("How are alerts sent?"),
                Stream.of(first, "Dogs bark.")
                        .map(text -> Hit.of(Chunk.of("d", 0, 0, text), "vector", 1))
                        .toList());

        Answer answer = grounding.answer(prompt, Generator.extractive().generate(prompt));

        assertThat(answer.citations()).extracting(Citation::quote).containsExactly("Alerts are sent to a server.");
        assertThat(answer.rejected()).isEmpty();
    }
}
