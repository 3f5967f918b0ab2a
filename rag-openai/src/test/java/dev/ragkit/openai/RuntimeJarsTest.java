package dev.ragkit.openai;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** What an application takes in with rag-core, rag-pgvector and rag-openai. The prefixes are all that those modules need at run time. */
class RuntimeJarsTest {
    private static final int MOST_JARS = 14;
    private static final double MOST_MEGABYTES = 8;

    private static final List<String> TEST_ONLY = List.of(
            "junit",
            "opentest4j",
            "apiguardian",
            "assertj",
            "byte-buddy",
            "archunit",
            "mockwebserver",
            "okhttp-tls",
            "logback",
            "surefire",
            "open-test-reporting",
            "org.jacoco");

    @Test
    void thirdPartyJarsStayWithinTheirBudget() throws Exception {
        List<String> jars = new ArrayList<>();
        long bytes = 0;
        for (String entry : System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"))
                .split(File.pathSeparator)) {
            Path path = Path.of(entry);
            String name = path.getFileName().toString();
            if (name.endsWith(".jar")
                    && !name.startsWith("rag-")
                    && TEST_ONLY.stream().noneMatch(name::contains)) {
                jars.add(name);
                bytes += Files.size(path);
            }
        }
        double megabytes = bytes / 1e6;
        System.out.printf(Locale.ROOT, "third-party runtime jars: %d, %.2f MB: %s%n", jars.size(), megabytes, jars);

        assertThat(jars).hasSizeBetween(9, MOST_JARS).anyMatch(name -> name.startsWith("postgresql"));
        assertThat(megabytes).isLessThanOrEqualTo(MOST_MEGABYTES);
    }
}
