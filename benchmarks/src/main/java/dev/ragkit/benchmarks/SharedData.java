package dev.ragkit.benchmarks;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Evaluation data that is not part of this repository: {@code -Drag.shared=…} names the folder that holds {@code data}, which is
 * looked for beside the checkout otherwise.
 */
final class SharedData {
    private SharedData() {}

    /** The folder of a data set, which need not be there. */
    static Path folder(String name) {
        String shared = System.getProperty("rag.shared");
        if (shared != null) {
            return Path.of(shared, "data", name);
        }
        Path at = Path.of("").toAbsolutePath();
        while (at.getParent() != null
                && !Files.isDirectory(at.resolve("shared/data").resolve(name))) {
            at = at.getParent();
        }
        return at.resolve("shared/data").resolve(name);
    }
}
