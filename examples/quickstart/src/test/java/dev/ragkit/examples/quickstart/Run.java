package dev.ragkit.examples.quickstart;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ragkit.examples.quickstart.Terminal.Live;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;

/** One run of the program in this JVM, with what it wrote. */
record Run(int exitCode, String out, String err) {
    private static final Path SHIPPED = Path.of("documents");
    private static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    /** Runs it as a script would: no terminal, nothing on the input. */
    static Run of(String... arguments) {
        return new Setting().run(arguments);
    }

    /** What stands around a run. */
    static final class Setting {
        private String input = "";
        private final Set<Live> live = EnumSet.noneOf(Live.class);
        private final Map<String, String> environment = new HashMap<>();
        private Shown next = new Shown();

        Setting input(String text) {
            input = text;
            return this;
        }

        Setting live(Live side) {
            live.add(side);
            return this;
        }

        Setting environment(String name, String value) {
            environment.put(name, value);
            return this;
        }

        /** Counts down when a text stands on the output of the next run, while it still runs. */
        CountDownLatch whenShown(String text) {
            next.awaited = text;
            return next.seen;
        }

        Run run(String... arguments) {
            Shown out = next;
            next = new Shown();
            ByteArrayOutputStream err = new ByteArrayOutputStream();
            Terminal terminal = new Terminal(
                    new ByteArrayInputStream(input.getBytes(UTF_8)),
                    new PrintStream(out, true, UTF_8),
                    new PrintStream(err, true, UTF_8),
                    live);
            int code = new Quickstart(terminal, environment, SHIPPED).run(arguments);
            return new Run(code, out.toString(UTF_8), err.toString(UTF_8));
        }
    }

    /** Looks for a text in what is written. */
    private static final class Shown extends ByteArrayOutputStream {
        private final CountDownLatch seen = new CountDownLatch(1);
        private String awaited = "";

        @Override
        public synchronized void write(byte[] bytes, int offset, int length) {
            super.write(bytes, offset, length);
            if (toString(UTF_8).contains(awaited)) {
                seen.countDown();
            }
        }
    }

    Run succeeds() {
        assertThat(exitCode).as(err).isZero();
        return this;
    }

    /** Checks the exit code, that nothing is on the output, and that the message is one paragraph and no stack trace. */
    String failsWith(int code) {
        assertThat(exitCode).as(out + err).isEqualTo(code);
        assertThat(out).isEmpty();
        assertThat(err).contains("quickstart: ").doesNotContain("Exception", "\tat ");
        return err;
    }

    /** The output as the one JSON object that it must be. */
    JsonNode json() {
        try {
            return JSON.readTree(succeeds().out);
        } catch (JsonProcessingException e) {
            throw new AssertionError("not one JSON value: " + out, e);
        }
    }

    /** Checks that each citation is what its file says at its offsets. */
    JsonNode verbatim() {
        JsonNode result = json();
        assertThat(result.get("citations")).isNotEmpty();
        for (JsonNode citation : result.get("citations")) {
            String text = read(Path.of(citation.get("file").asText()));
            String there = text.substring(
                    citation.get("start").asInt(), citation.get("end").asInt());
            assertThat(there).isEqualTo(citation.get("quote").asText()).isNotBlank();
            assertThat(result.get("answer").asText())
                    .contains(citation.get("marker").asText());
        }
        return result;
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new AssertionError("a cited file cannot be read: " + file, e);
        }
    }
}
