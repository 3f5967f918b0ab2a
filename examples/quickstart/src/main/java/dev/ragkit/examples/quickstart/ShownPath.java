package dev.ragkit.examples.quickstart;

import java.nio.file.Path;

/** Shortens absolute paths to paths from the current folder. */
final class ShownPath {
    private ShownPath() {}

    /**
     * How a file is shown, and can be opened from the current folder.
     *
     * @param source an absolute path; anything else is returned as it is
     * @return the shorter of the absolute path and the path from the current folder
     */
    static String of(String source) {
        Path here = Path.of("").toAbsolutePath().normalize();
        if (!source.startsWith(here.getRoot().toString())) {
            return source;
        }
        String relative = here.relativize(Path.of(source)).toString();
        return relative.length() < source.length() ? relative : source;
    }
}
