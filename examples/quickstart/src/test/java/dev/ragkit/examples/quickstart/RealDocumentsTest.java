package dev.ragkit.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ragkit.pgvector.TestPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Thirty real documents of four kinds, one of 479 KB. They are no part of the repository: they lie next to it, in {@code
 * ../shared/data/real-docs}, where we work and in CI. Where {@code CI} is {@code true} they must be there; elsewhere, without
 * them, the shipped documents stand in.
 */
class RealDocumentsTest {
    private static final Path REAL = Path.of("../../../shared/data/real-docs");
    private static final boolean CI = "true".equals(System.getenv("CI"));

    @Test
    void allAreIngestedAndTheSecondRunEmbedsNothing() throws IOException {
        List<Path> documents = CI || Files.isDirectory(REAL)
                ? List.of(REAL.resolve("markdown"), REAL.resolve("text"))
                : List.of(Path.of("documents"));
        String database = TestPostgres.shared().freshDatabase();

        JsonNode first = run(database, documents).verbatim().get("report");
        JsonNode second = run(database, documents).verbatim().get("report");

        long files = count(documents);
        assertThat(first.get("added").asLong()).isEqualTo(files);
        assertThat(first.get("failed").asLong()).isZero();
        assertThat(first.get("embedded").asLong()).isGreaterThan(files);
        assertThat(second.get("unchanged").asLong()).isEqualTo(files);
        assertThat(second.get("embedded").asLong()).isZero();
    }

    private static Run run(String database, List<Path> documents) {
        Stream<String> named = documents.stream().flatMap(path -> Stream.of("--docs", path.toString()));
        Stream<String> rest =
                Stream.of("--store", database, "--json", "What is the difference between a gauge and a counter?");
        return Run.of(Stream.concat(named, rest).toArray(String[]::new));
    }

    private static long count(List<Path> folders) throws IOException {
        long count = 0;
        for (Path folder : folders) {
            try (Stream<Path> files = Files.walk(folder)) {
                count += files.filter(Files::isRegularFile).count();
            }
        }
        return count;
    }
}
