package dev.ragkit.pgvector;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The clock on the wall may jump. */
class ClocksTest {
    private static final List<String> WALL_CLOCKS = List.of(
            "currentTimeMillis",
            "java/time/Instant",
            "java/time/Clock",
            "java/time/LocalDateTime",
            "java/time/ZonedDateTime",
            "java/util/Date",
            "java/util/Timer");

    @Test
    void R26_noClassReadsTheClockOnTheWall() throws IOException, URISyntaxException {
        Path classes = Path.of(PgVectorStore.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        List<Path> files;
        try (Stream<Path> found = Files.walk(classes)) {
            files = found.filter(file -> file.toString().endsWith(".class")).toList();
        }
        int nanoTimes = 0;
        for (Path file : files) {
            String constants = new String(Files.readAllBytes(file), ISO_8859_1);
            assertThat(WALL_CLOCKS).as(file.toString()).noneMatch(constants::contains);
            nanoTimes += constants.contains("nanoTime") ? 1 : 0;
        }
        System.out.printf(
                "R-26: %d classes, 0 read the clock on the wall, %d the one that never jumps%n",
                files.size(), nanoTimes);
        assertThat(files).hasSizeGreaterThan(20);
        assertThat(nanoTimes).isPositive();
    }
}
