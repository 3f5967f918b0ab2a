package dev.ragkit.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class DocumentationTest {
    private static final Pattern LINK = Pattern.compile("]\\((?!https?://|#)([^)#\\s]+)[^)]*\\)");

    @Test
    void everyJavaBlockIsARegionOfATest() {
        List<Snippet> snippets = Checkout.pages().stream()
                .flatMap(page -> Snippet.of(page).stream())
                .toList();

        assertThat(snippets).isNotEmpty().allSatisfy(snippet -> {
            assertThat(snippet.include())
                    .as("a Java block in %s needs a line <!-- include: file#region --> above it", snippet.page())
                    .isNotEmpty();
            assertThat(snippet.code())
                    .as("block of %s in %s", snippet.include(), snippet.page())
                    .isEqualTo(snippet.region());
        });
    }

    @Test
    void everyLinkInsideTheProjectLeadsSomewhere() {
        for (Path page : Checkout.pages()) {
            Matcher link = LINK.matcher(Checkout.read(page));
            while (link.find()) {
                assertThat(Files.exists(page.resolveSibling(link.group(1))))
                        .as("link to %s in %s", link.group(1), page)
                        .isTrue();
            }
        }
    }

    @Test
    void theReadmesFirstSnippetHasTwelveLines() {
        Snippet first = Snippet.of(Checkout.root().resolve("README.md")).get(0);

        assertThat(first.code().lines()).hasSize(12);
    }
}
