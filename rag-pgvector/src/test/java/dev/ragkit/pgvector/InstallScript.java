package dev.ragkit.pgvector;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/** The project's script that installs PostgreSQL and pgvector on Debian and Ubuntu. */
final class InstallScript {

    /** The script's place in the project. */
    static final String PATH = "scripts/install-test-postgres";

    /** The system property that names the project's folder where it is not above the current one. */
    static final String ROOT_PROPERTY = "rag.root";

    private static final Path OS_RELEASE = Path.of("/etc/os-release");

    private InstallScript() {}

    /** Returns why the script cannot do its work here, empty if it can. */
    static Optional<String> obstacle() {
        if (!isDebianOrUbuntu()) {
            return Optional.of("this machine is neither Debian nor Ubuntu");
        }
        if (!"root".equals(System.getProperty("user.name"))) {
            return Optional.of("the tests do not run as root: run it once with sudo");
        }
        return find().isPresent()
                ? Optional.empty()
                : Optional.of("it was not found: name the project's folder with -D" + ROOT_PROPERTY + "=");
    }

    /** Runs the script; its messages go to standard error as they come. */
    static void run() {
        Path script = find().orElseThrow();
        System.err.println("no PostgreSQL with pgvector on this machine yet: running " + PATH);
        Command.output(new ProcessBuilder(script.toString()), System.err::println);
    }

    private static Optional<Path> find() {
        String root = System.getProperty(ROOT_PROPERTY);
        Path start = Path.of(root == null ? "" : root).toAbsolutePath();
        return Stream.iterate(start, folder -> folder != null, Path::getParent)
                .map(folder -> folder.resolve(PATH))
                .filter(Files::isExecutable)
                .findFirst();
    }

    private static boolean isDebianOrUbuntu() {
        if (!Files.isReadable(OS_RELEASE)) {
            return false;
        }
        try (Stream<String> lines = Files.lines(OS_RELEASE)) {
            return lines.anyMatch(line -> line.matches("ID=\"?(debian|ubuntu)\"?"));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + OS_RELEASE, e);
        }
    }
}
