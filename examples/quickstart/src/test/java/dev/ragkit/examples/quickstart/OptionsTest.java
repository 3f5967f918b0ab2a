package dev.ragkit.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class OptionsTest {
    @Test
    void takesValuesAfterASpaceOrAnEqualsSign() {
        Options options = Options.parse(List.of(
                "--docs",
                "a b",
                "--docs=c=d",
                "--store=jdbc:postgresql:db?user=me",
                "--collection",
                "mine",
                "--sync",
                "Why?"));

        assertThat(options.documents()).containsExactly(Path.of("a b"), Path.of("c=d"));
        assertThat(options.store()).contains("jdbc:postgresql:db?user=me");
        assertThat(options.collection()).isEqualTo("mine");
        assertThat(options.sync()).isTrue();
        assertThat(options.question().orElseThrow().text()).isEqualTo("Why?");
    }

    @Test
    void whatFollowsTwoHyphensIsTheQuestion() {
        assertThat(Options.parse(List.of("--", "--json"))
                        .question()
                        .orElseThrow()
                        .text())
                .isEqualTo("--json");
    }

    @Test
    void anEmptyQuestionIsRefused() {
        assertThat(Run.of("").failsWith(2))
                .contains("the question is empty: write one in quotes, such as ./quickstart \"");
        assertThat(Run.of("--json", " \t\n").failsWith(2)).contains("the question is empty");
    }

    @Test
    void aQuestionThatNoStoreCanTakeIsRefused() {
        assertThat(Run.of("w".repeat(40_000)).failsWith(2)).contains("query must have at most 32768 characters");
    }

    @Test
    void whatMakesNoSenseIsRefusedWithTheWayOut() {
        refuses("there is no option --doc;", "--doc", "x", "Why?");
        refuses("there is no option --json=yes;", "--json=yes", "Why?");
        refuses("--docs needs a value;", "--docs");
        refuses("--store needs a value;", "--store=", "Why?");
        refuses("there are two questions, 'What' and 'is': put the question in quotes", "What", "is", "it?");
        refuses("--json needs a question", "--json");
        refuses("--sync and --collection go with --store", "--sync", "Why?");
        refuses("--sync and --collection go with --store", "--collection", "mine", "Why?");
        refuses("--store must be a URL such as jdbc:postgresql://", "--store", "postgres://me:secret@host/db", "Why?");
        refuses("the question 'documents' is a file or folder: to read it, put --docs before it", "documents");
    }

    private static void refuses(String message, String... arguments) {
        assertThat(Run.of(arguments).failsWith(2))
                .contains("quickstart: " + message)
                .endsWith("./quickstart --help lists the options\n")
                .doesNotContain("secret");
    }
}
