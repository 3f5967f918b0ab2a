package dev.ragkit.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ragkit.intercept.Price;
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
    void aPriceHasAThirdNumberForTokensFromTheCache() {
        assertThat(price("--price=0.15,0.60")).isEqualTo(Price.of("0.15", "0.15", "0.60"));
        assertThat(price("--price=0.15,0.60,0.075")).isEqualTo(Price.of("0.15", "0.075", "0.60"));
        assertThat(Options.parse(List.of("--model=m", "Why?")).price()).isEmpty();
    }

    private static Price price(String argument) {
        return Options.parse(List.of("--model", "m", argument, "Why?")).price().orElseThrow();
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
        refuses("--price and --fallback go with --model", "--price", "1,2", "Why?");
        refuses("--price and --fallback go with --model", "--fallback", "Why?");
        refuses("--model needs a value;", "--model=", "Why?");
        for (String price : List.of("1", "1,2,3,4", "a,b", "-1,2", "1;2", ",")) {
            refuses(
                    "--price needs what a million tokens cost, read and written, such as 0.15,0.60, was '" + price
                            + "'",
                    "--model=m",
                    "--price=" + price,
                    "Why?");
        }
        refuses("the question 'documents' is a file or folder: to read it, put --docs before it", "documents");
    }

    private static void refuses(String message, String... arguments) {
        assertThat(Run.of(arguments).failsWith(2))
                .contains("quickstart: " + message)
                .endsWith("./quickstart --help lists the options\n")
                .doesNotContain("secret");
    }
}
