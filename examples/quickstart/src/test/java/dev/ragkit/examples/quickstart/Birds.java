package dev.ragkit.examples.quickstart;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A folder of seven short documents, which are embedded in no time. */
final class Birds {
    static final String QUESTION = "Where does the kestrel hover?";
    static final int COUNT = 7;

    private Birds() {}

    static void writeTo(Path folder) throws IOException {
        Files.writeString(folder.resolve("kestrel.md"), "# Kestrel\n\nThe kestrel hovers over the meadow at noon.\n");
        Files.writeString(folder.resolve("owl.md"), "# Owl\n\nThe owl hunts in the barn at night.\n");
        Files.writeString(folder.resolve("swift.txt"), "The swift sleeps in the air.");
        Files.createDirectories(folder.resolve("water/sea"));
        Files.writeString(folder.resolve("water/heron.md"), "The heron stands in the reeds.");
        Files.writeString(folder.resolve("water/duck.md"), "The duck dives for weeds.");
        Files.writeString(folder.resolve("water/sea/gull.md"), "The gull follows the ferry.");
        Files.writeString(folder.resolve("water/sea/puffin.md"), "The puffin nests in a burrow.");
    }
}
