package dev.ragkit.pgvector;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.util.StringJoiner;
import java.util.function.Consumer;

/** Runs a program of the machine to its end. */
final class Command {

    private Command() {}

    /** Returns what the program printed, without the white space around it. */
    static String output(ProcessBuilder program) {
        return output(program, line -> {});
    }

    /** The same, and hands on each line as soon as it is there. */
    static String output(ProcessBuilder program, Consumer<String> onLine) {
        StringJoiner lines = new StringJoiner("\n");
        int status;
        try {
            Process process = program.redirectErrorStream(true).start();
            process.getOutputStream().close();
            try (BufferedReader reader = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
                reader.lines().peek(onLine).forEach(lines::add);
            }
            status = process.waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot run " + program.command(), e);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
        if (status != 0) {
            throw new IllegalStateException(program.command() + " ended with status " + status + ":\n" + lines);
        }
        return lines.toString().strip();
    }

    static IllegalStateException interrupted(InterruptedException cause) {
        Thread.currentThread().interrupt();
        return new IllegalStateException("interrupted while waiting for a test server", cause);
    }
}
