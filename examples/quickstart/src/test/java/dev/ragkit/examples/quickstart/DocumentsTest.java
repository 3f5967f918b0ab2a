package dev.ragkit.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which files are read, and how. */
class DocumentsTest {
    private static final String SENTENCE = "The kestrel hovers over the meadow at noon.";
    private static final String QUESTION = "Where does the kestrel hover?";

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "One.\r\nTwo.\r\n\r\n",
                "\uFEFF# Title\n\n",
                "\uD83E\uDD85\uD83D\uDC68\u200D\uD83D\uDC69\u200D\uD83D\uDC67 Birds e\u0301 \uD834\uDD1E!\n\n",
                "\u0627\u0644\u0637\u064A\u0648\u0631 \u062A\u0637\u064A\u0631. \u05E6\u05D9\u05E4\u05D5\u05E8!\n\n",
                "\uFFFD\u2028\u0085\u000b\u000c\n\n"
            })
    void offsetsAreThoseOfTheFile(String before) throws IOException {
        Path file = write("bird.txt", before + SENTENCE + "\r\n\r\n\uD83E\uDD85 The end.");

        JsonNode result = run(QUESTION).verbatim();

        JsonNode citation = result.get("citations").get(0);
        assertThat(citation.get("start").asInt()).isEqualTo(before.length());
        assertThat(citation.get("quote").asText()).startsWith("The kestrel hovers over the meadow at noon");
        assertThat(Path.of(citation.get("file").asText())).isEqualTo(file);
    }

    @Test
    void readsAllTextBelowAFolderWhateverItsName() throws IOException {
        write("a.md", "A text.");
        write("deep/er/b.rst", "B text.");
        write("Makefile", "all: text");

        assertThat(report().get("added").asInt()).isEqualTo(3);
    }

    @Test
    void aBinaryFileIsReportedAndTheOthersGoIn() throws IOException {
        write("bird.txt", SENTENCE);
        write("nul.txt", "text\0text");
        Files.write(folder.resolve("image.png"), new byte[] {'a', (byte) 0x89, 'P', 'N', 'G', 0, 1});

        Run run = run(QUESTION);

        JsonNode report = run.verbatim().get("report");
        assertThat(report.get("added").asInt()).isEqualTo(1);
        assertThat(report.get("failed").asInt()).isEqualTo(2);
        assertThat(report.get("failures").get(0).get("file").asText()).endsWith("image.png");
        assertThat(report.get("failures").get(0).get("reason").asText())
                .isEqualTo("is no UTF-8 text (byte 1 cannot be read): binary, or to be converted first");
        assertThat(report.get("failures").get(1).get("file").asText()).endsWith("nul.txt");
        assertThat(report.get("failures").get(1).get("reason").asText())
                .isEqualTo("is binary: it has a NUL at character 4");
        assertThat(run.err()).contains("3 of 3 documents");
    }

    @Test
    void aFileThatIsTooLargeIsReportedUnread() throws IOException {
        write("bird.txt", SENTENCE);
        try (RandomAccessFile large =
                new RandomAccessFile(folder.resolve("large.txt").toFile(), "rw")) {
            large.setLength((50L << 20) + 1);
        }

        assertThat(report().get("failures").get(0).get("reason").asText())
                .isEqualTo("has 52428801 bytes, more than the 52428800 that one document may have: split it");
    }

    @Test
    void hiddenFilesAndSymbolicLinksInsideAFolderArePassedOver() throws IOException {
        write("bird.txt", SENTENCE);
        write(".hidden.txt", SENTENCE);
        write(".git/config.txt", SENTENCE);
        Path link = Files.createSymbolicLink(
                folder.resolve("link.txt"), Path.of("pom.xml").toAbsolutePath());
        Path linked = Files.createSymbolicLink(
                folder.resolve("linked"), Path.of("documents").toAbsolutePath());

        JsonNode report = report();

        assertThat(report.get("added").asInt()).isEqualTo(1);
        assertThat(report.get("failed").asInt()).isZero();
        Files.delete(link);
        Files.delete(linked);
    }

    @Test
    void whatIsNamedIsReadEvenIfItIsHiddenOrALink() throws IOException {
        Path hidden = write(".hidden.txt", SENTENCE);
        Path link = Files.createSymbolicLink(folder.resolve("link"), hidden);

        for (Path named : new Path[] {hidden, link}) {
            JsonNode result =
                    Run.of("--json", "--docs", named.toString(), QUESTION).verbatim();
            assertThat(result.get("report").get("added").asInt()).isEqualTo(1);
        }
    }

    @Test
    void aFileThatIsNamedTwiceIsReadOnce() throws IOException {
        Path file = write("birds/bird.txt", SENTENCE);

        JsonNode report = Run.of(
                        "--json",
                        "--docs",
                        folder.toString(),
                        "--docs=" + file,
                        "--docs",
                        file.getParent().toString(),
                        QUESTION)
                .verbatim()
                .get("report");

        assertThat(report.get("added").asInt()).isEqualTo(1);
        assertThat(report.get("updated").asInt()).isZero();
    }

    @Test
    void twoFilesThatWouldBeTheSameDocumentAreRefused() throws IOException {
        Path one = write("one/docs/bird.txt", SENTENCE);
        Path two = write("two/docs/bird.txt", SENTENCE);

        String message = Run.of(
                        "--docs",
                        one.getParent().toString(),
                        "--docs",
                        two.getParent().toString(),
                        QUESTION)
                .failsWith(2);

        assertThat(message)
                .contains("would both be the document docs/bird.txt: give --docs the folder that is above both");
    }

    @Test
    void aFileOrFolderThatIsNotThereIsRefused() {
        String message =
                Run.of("--docs", folder.resolve("nowhere").toString(), QUESTION).failsWith(3);

        assertThat(message).contains("there is no file or folder", "nowhere", "check the path");
    }

    @Test
    void aFolderWithNothingToReadIsRefused() throws IOException {
        write(".hidden", SENTENCE);
        Files.createDirectories(folder.resolve("empty/deeper"));

        assertThat(run(QUESTION).failsWith(3)).contains("there is no file to read in " + folder);
    }

    @Test
    void onlyBinaryFilesAreRefusedEachWithItsReason() throws IOException {
        Path file = Files.write(folder.resolve("image.png"), "\u00e4".getBytes(StandardCharsets.UTF_16));

        assertThat(run(QUESTION).failsWith(3))
                .contains("none of the files could be taken in", "image.png is no UTF-8 text (byte 0");
        assertThat(Run.of("--docs", file.toString(), QUESTION).failsWith(3)).contains("image.png is no UTF-8 text");
    }

    @Test
    void aLongListOfFailuresIsCutShortForPeopleOnly() throws IOException {
        write("bird.txt", SENTENCE);
        for (int i = 0; i < 12; i++) {
            write("binary" + i, "\0");
        }

        String out = Run.of("--docs", folder.toString(), QUESTION).succeeds().out();

        assertThat(out)
                .startsWith("documents: 1 added, 12 failed; chunks embedded: 1\n  ")
                .contains("\n  and 2 more\n");
        assertThat(report().get("failures")).hasSize(12);
    }

    private Path write(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, text);
    }

    private Run run(String question) {
        return Run.of("--json", "--docs", folder.toString(), question);
    }

    private JsonNode report() {
        return run(QUESTION).json().get("report");
    }
}
