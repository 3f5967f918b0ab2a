package dev.ragkit.pgvector;

import static java.util.concurrent.TimeUnit.SECONDS;

import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * A small process that ends the server and deletes its folder as soon as this JVM closes the pipe to it. The operating
 * system closes the pipe when the JVM is killed, so the server ends in that case too.
 */
final class Watchdog implements AutoCloseable {

    /** The signals of a terminal reach the whole group of processes: the watchdog has its work to do after them. */
    private static final String SCRIPT = """
            trap '' HUP INT TERM
            read -r line
            pid=$(head -n 1 "$1/$2" 2>/dev/null)
            if [ -n "$pid" ] && kill -"$3" "$pid" 2>/dev/null; then
              turns=0
              while [ $turns -lt 200 ] && kill -0 "$pid" 2>/dev/null; do
                sleep 0.05
                turns=$((turns + 1))
              done
              kill -KILL "$pid" 2>/dev/null
            fi
            cd /
            rm -rf "$1"
            """;

    private static final int PATIENCE_SECONDS = 20;

    private final Process process;

    private Watchdog(Process process) {
        this.process = process;
    }

    /**
     * Watches over a server in a user's folder.
     *
     * @param pidFile where the server writes its process id, within the folder
     * @param signal that ends the server at once
     */
    static Watchdog over(OrdinaryUser user, String pidFile, String signal) throws IOException {
        return new Watchdog(user.program(
                        "sh", "-c", SCRIPT, "rag-test-watchdog", user.folder().toString(), pidFile, signal)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start());
    }

    /** Lets the watchdog do its work and waits until it has. */
    @Override
    public void close() {
        try {
            process.getOutputStream().close();
            if (!process.waitFor(PATIENCE_SECONDS, SECONDS)) {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot reach the watchdog of a test server", e);
        } catch (InterruptedException e) {
            throw Command.interrupted(e);
        }
    }
}
