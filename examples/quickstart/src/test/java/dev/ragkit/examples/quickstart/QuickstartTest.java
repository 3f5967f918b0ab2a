package dev.ragkit.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ragkit.examples.quickstart.Terminal.Live;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QuickstartTest {
    @TempDir
    Path folder;

    @BeforeEach
    void writeDocuments() throws IOException {
        Birds.writeTo(folder);
    }

    @Test
    void answersFromTheShippedDocumentsWithVerbatimCitations() {
        JsonNode result = Run.of("--json", "Can a counter decrease?").verbatim();

        assertThat(result.get("answer").asText())
                .contains("Do not use a counter to expose a value that can decrease. [1]");
        assertThat(result.get("citations").findValuesAsText("file"))
                .allMatch(file -> file.matches("documents/\\w+\\.md"))
                .contains("documents/metric_types.md");
        assertThat(result.get("report").get("added").asInt()).isEqualTo(7);
    }

    @Test
    void jsonTellsEverythingAndNothingElseIsOnTheOutput() {
        JsonNode result =
                Run.of("--docs", folder.toString(), "--json", Birds.QUESTION).verbatim();

        assertThat(result.fieldNames()).toIterable().containsExactly("answer", "citations", "report", "timings");
        assertThat(result.get("citations").get(0).fieldNames())
                .toIterable()
                .containsExactly("marker", "file", "start", "end", "quote", "score");
        assertThat(result.get("report").toString())
                .isEqualTo("{\"added\":7,\"updated\":0,\"unchanged\":0,\"restored\":0,\"deleted\":0,\"failed\":0,"
                        + "\"embedded\":7,\"failures\":[]}");
        assertThat(result.get("timings").fieldNames())
                .toIterable()
                .containsExactly("load_ms", "ingest_ms", "answer_ms", "total_ms");
        assertThat(result.get("timings").get("total_ms").asLong()).isPositive();
    }

    @Test
    void writesTheReportThenTheAnswerThenNumberedCitationsThenTheTimings() {
        Run run = Run.of("--docs", folder.toString(), Birds.QUESTION).succeeds();

        assertThat(run.out())
                .matches("(?s)documents: 7 added; chunks embedded: 7\n"
                        + "\nThe kestrel hovers over the meadow at noon\\. \\[1]\n"
                        + "(.+\n)*"
                        + "\n\\[1] \\S+kestrel\\.md 11\\.\\.54 \"The kestrel hovers over the meadow at noon\\.\"\n"
                        + "(.+\n)*"
                        + "\nmodel [\\d.]+ s, documents [\\d.]+ s, answer [\\d.]+ s, total [\\d.]+ s\n");
    }

    @Test
    void progressIsPlainLinesWhereNobodyLooks() {
        Run run = Run.of("--docs", folder.toString(), Birds.QUESTION).succeeds();

        assertThat(run.err())
                .isEqualTo("4 of 7 documents, 4 chunks embedded\n" + "7 of 7 documents, 7 chunks embedded\n");
        assertThat(run.out()).doesNotContain("\033", "\r");
    }

    @Test
    void progressIsABarThatIsWipedOutOnATerminal() {
        Run run = new Run.Setting()
                .live(Live.ERRORS)
                .run("--docs", folder.toString(), Birds.QUESTION)
                .succeeds();

        String[] drawn = run.err().split("\r\033\\[K", -1);
        assertThat(drawn).hasSizeGreaterThan(4);
        assertThat(drawn[0]).isEmpty();
        assertThat(drawn[1]).isEqualTo("░".repeat(30) + " 0 of 7 documents, 0 chunks embedded");
        assertThat(drawn[2]).isEqualTo("░".repeat(30) + " 0 of 7 documents, 4 chunks embedded");
        assertThat(drawn[3]).isEqualTo("█".repeat(17) + "░".repeat(13) + " 4 of 7 documents, 4 chunks embedded");
        assertThat(drawn[drawn.length - 2]).isEqualTo("█".repeat(30) + " 7 of 7 documents, 7 chunks embedded");
        assertThat(drawn[drawn.length - 1]).isEmpty();
        assertThat(run.out()).doesNotContain("\033", "\r");
    }

    @Test
    void answersEachLineOfAPipe() {
        Run run = new Run.Setting()
                .input("Where does the owl hunt?\n\n   \nWhere does the puffin nest?")
                .run("--docs", folder.toString())
                .succeeds();

        assertThat(run.out())
                .containsSubsequence(
                        "documents: 7 added",
                        "ask> Where does the owl hunt?\n",
                        "The owl hunts in the barn at night. [1]\n",
                        "[1] ",
                        "answer ",
                        "ask> Where does the puffin nest?\n",
                        "The puffin nests in a burrow. [1]\n",
                        "[1] ",
                        "answer ");
        assertThat(run.err()).doesNotContain("ask>", "Ctrl-D");
    }

    @Test
    void promptsOnATerminalAgainAfterAnEmptyLineAndEndsWithTheInput() {
        Run run = new Run.Setting()
                .live(Live.INPUT)
                .input("\nWhere does the owl hunt?\n")
                .run("--docs", folder.toString())
                .succeeds();

        assertThat(run.err()).endsWith("Ask about the documents; Ctrl-D ends.\nask> ask> ask> \n");
        assertThat(run.out())
                .contains("The owl hunts in the barn at night. [1]\n")
                .doesNotContain("ask>");
    }

    @Test
    void aQuestionThatCannotBeAskedDoesNotEndThePrompt() {
        Run run = new Run.Setting()
                .input("w".repeat(40_000) + "\nWhere does the owl hunt?\n")
                .run("--docs", folder.toString())
                .succeeds();

        assertThat(run.err()).contains("query must have at most 32768 characters, had 40000");
        assertThat(run.out()).contains("The owl hunts in the barn at night. [1]\n");
    }

    @Test
    void saysThatItFoundNothing() throws IOException {
        Path empty = Files.writeString(folder.resolve("empty.md"), "");

        JsonNode result =
                Run.of("--json", "--docs", empty.toString(), Birds.QUESTION).json();

        assertThat(result.get("answer").asText())
                .isEqualTo("The documents that were found do not answer this question.");
        assertThat(result.get("citations")).isEmpty();
        assertThat(result.get("report").get("added").asInt()).isEqualTo(1);
    }

    @Test
    void aDocumentCannotSteerTheTerminal() throws IOException {
        Path file = folder.resolve("hostile.md");
        Files.writeString(file, "The raven \033[31mturns\u0007 the \u009b31mterminal red\u202e.\n");

        Run run = Run.of("--docs", file.toString(), "What does the raven turn red?")
                .succeeds();

        assertThat(run.out()).contains("raven", "[1]").doesNotContain("\033", "\u0007", "\u009b", "\u202e");
        Run.of("--json", "--docs", file.toString(), "What does the raven turn red?")
                .verbatim();
    }

    @Test
    void helpNeedsNothingElse() {
        Run run = Run.of("--help", "--docs", "nowhere").succeeds();

        assertThat(run.out())
                .contains("--docs", "--store", "--collection", "--sync", "--json", "--debug", "--help")
                .contains("--model", "--price", "--fallback", "OPENAI_API_KEY", "OPENAI_BASE_URL");
        for (ExitCode code : ExitCode.values()) {
            assertThat(run.out()).contains("\n  " + code.code() + "  ");
        }
        assertThat(run.err()).isEmpty();
    }

    @Test
    void aStackTraceIsShownOnlyWhenAskedFor() {
        assertThat(Run.of("--debug", "--docs", "nowhere", Birds.QUESTION).err())
                .startsWith("quickstart: there is no file or folder nowhere that can be opened: check the path\n")
                .contains("\tat dev.ragkit", "Caused by: java.nio.file.NoSuchFileException");
    }
}
