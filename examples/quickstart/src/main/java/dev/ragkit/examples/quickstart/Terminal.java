package dev.ragkit.examples.quickstart;

import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where the program reads and writes, in UTF-8 whatever the locale: answers to the output, everything else to the error
 * output. For use by one thread.
 */
final class Terminal {
    /** What a person sits at. The others are files and pipes, and get neither prompts nor escape codes. */
    enum Live {
        INPUT,
        ERRORS
    }

    private static final String ERASE_LINE = "\r\033[K";

    private final BufferedReader in;
    private final PrintStream out;
    private final PrintStream err;
    private final Set<Live> live;
    private boolean drawn;
    private boolean midLine;

    Terminal(InputStream in, PrintStream out, PrintStream err, Set<Live> live) {
        this.in = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
        this.out = out;
        this.err = err;
        this.live = live;
    }

    /** The streams of this process. Java cannot tell which are live: the script does, in {@code quickstart.live}. */
    static Terminal ofProcess() {
        String names = System.getProperty("quickstart.live", "");
        Set<Live> live = EnumSet.allOf(Live.class);
        live.removeIf(side -> !names.contains(side.name()));
        return new Terminal(System.in, stream(FileDescriptor.out), stream(FileDescriptor.err), live);
    }

    private static PrintStream stream(FileDescriptor descriptor) {
        return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
    }

    boolean isLive(Live side) {
        return live.contains(side);
    }

    /** Writes lines to the output. */
    void print(String text) {
        write(text + "\n");
    }

    /** Writes a piece of text to the output, to be seen at once. */
    void write(String piece) {
        erase();
        out.print(piece);
        out.flush();
        midLine = piece.isEmpty() ? midLine : !piece.endsWith("\n");
    }

    /** Ends the line of the output if a piece of text has begun one. */
    private void endLine() {
        if (midLine) {
            write("\n");
        }
    }

    /** Writes to the error output. */
    void note(String text) {
        erase();
        endLine();
        err.print(text + "\n");
        err.flush();
    }

    /** Draws over the line that was drawn before; the next text takes its place. Only where the errors are live. */
    void draw(String line) {
        err.print(ERASE_LINE + line);
        err.flush();
        drawn = true;
    }

    private void erase() {
        if (drawn) {
            err.print(ERASE_LINE);
            err.flush();
            drawn = false;
        }
    }

    /**
     * Reads a line of the input, after a prompt if it is live.
     *
     * @return the line; null at the end of the input
     */
    @Nullable
    String ask() {
        prompt("ask> ");
        try {
            String line = in.readLine();
            if (line == null) {
                prompt("\n");
            }
            return line;
        } catch (IOException e) {
            throw new UncheckedIOException("the questions cannot be read", e);
        }
    }

    private void prompt(String text) {
        erase();
        if (isLive(Live.INPUT)) {
            err.print(text);
            err.flush();
        }
    }
}
