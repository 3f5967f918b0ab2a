package dev.ragkit.docs;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A Java block of a page, and the region of a test that it shows.
 *
 * @param page where it stands
 * @param include what the comment above it names, such as {@code docs/src/test/java/X.java#region}; empty if there is none
 * @param code the block
 */
record Snippet(Path page, String include, String code) {
    private static final Pattern BLOCK =
            Pattern.compile("(?:<!-- include: (\\S+) -->\\n)?```java\\n(.*?)```", Pattern.DOTALL);

    static List<Snippet> of(Path page) {
        List<Snippet> snippets = new ArrayList<>();
        Matcher block = BLOCK.matcher(Checkout.read(page));
        while (block.find()) {
            snippets.add(new Snippet(page, block.group(1) == null ? "" : block.group(1), block.group(2)));
        }
        return snippets;
    }

    /** The code between {@code // region name} and {@code // endregion}, moved to the left margin. */
    String region() {
        String[] parts = include.split("#", 2);
        String source = Checkout.read(Checkout.root().resolve(parts[0]));
        Matcher region = Pattern.compile(
                        "(?m)^ *// region " + Pattern.quote(parts[1]) + "\\n(.*?)^ *// endregion",
                        Pattern.DOTALL | Pattern.MULTILINE)
                .matcher(source);
        if (!region.find()) {
            throw new IllegalStateException(include + " names a region that is not there");
        }
        // Without its last line break: an empty last line would count as one without indentation.
        return region.group(1).stripTrailing().stripIndent() + "\n";
    }
}
