package dev.ragkit.examples.quickstart;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.AppenderBase;
import dev.ragkit.testkit.FakeOpenAi;
import dev.ragkit.testkit.FakeReply;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URLEncoder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** A key goes to its server, and into nothing that the program, its logs or its stack traces say. */
class CanaryTest {
    /** What base64 and an URL write in other characters is in it. */
    private static final String KEY = "sk-canary/7f3a+91c0==d5e8?b246&k~Z";

    @TempDir
    Path folder;

    private final List<String> logged = new CopyOnWriteArrayList<>();
    private final List<String> shown = new CopyOnWriteArrayList<>();

    /** The key as it is and encoded, from each position that base64 may have it at, and its start. */
    private static List<String> forms() {
        Base64.Encoder base64 = Base64.getEncoder().withoutPadding();
        Stream<String> shifted = Stream.of("", "x", "xx")
                .map(before -> base64.encodeToString((before + KEY).getBytes(UTF_8)))
                .map(text -> text.substring(4, text.length() - 2));
        return Stream.concat(
                        Stream.of(KEY, KEY.substring(0, 12), URLEncoder.encode(KEY, UTF_8)),
                        shifted.flatMap(text -> Stream.of(
                                text, text.replace('+', '-').replace('/', '_'), URLEncoder.encode(text, UTF_8))))
                .distinct()
                .toList();
    }

    @Test
    void theKeyOfAModelIsNowhereInTheOutput() throws IOException {
        Birds.writeTo(folder);
        int runs = listening(this::runs);

        long found = Stream.concat(logged.stream(), shown.stream())
                .filter(text -> forms().stream().anyMatch(text::contains))
                .count();
        long characters = shown.stream().mapToLong(String::length).sum();
        System.out.println("S-11: " + found + " texts with the key, in any of " + forms().size()
                + " forms, after " + runs + " runs of the quickstart with " + characters + " characters of output and "
                + logged.size() + " log events");
        assertThat(found).isZero();
        assertThat(logged).hasSizeGreaterThan(100);
        assertThat(shown).anyMatch(text -> text.contains("\tat dev.ragkit"));
    }

    @Test
    void theFormsAreFoundWhereTheyAre() {
        for (String form : List.of(
                "Bearer " + KEY,
                Base64.getEncoder().encodeToString(KEY.getBytes(UTF_8)),
                Base64.getUrlEncoder().encodeToString(("Bearer " + KEY).getBytes(UTF_8)),
                "https://example.com/?key=" + URLEncoder.encode(KEY, UTF_8))) {
            assertThat(forms()).anyMatch(form::contains);
        }
    }

    /** Answers, refusals that give the key back, faults, in each way to show them. */
    private int runs() {
        List<List<String>> ways =
                List.of(List.of("--debug"), List.of("--debug", "--json"), List.of("--debug", "--fallback"));
        List<FakeReply> replies = List.of(
                FakeReply.usual(),
                FakeReply.error(401, "bad " + KEY, "Incorrect API key provided: " + KEY),
                FakeReply.error(400, "x", "Bearer " + Base64.getEncoder().encodeToString(KEY.getBytes(UTF_8))),
                FakeReply.of(500, "<html>" + URLEncoder.encode(KEY, UTF_8) + "</html>")
                        .header("x-should-retry", "false"),
                FakeReply.of(302, "").header("location", "http://example.com/?key=" + KEY),
                FakeReply.events("{\"error\":{\"message\":\"no " + KEY + "\"}}"),
                FakeReply.usual().fault(FakeReply.Phase.RESPONSE_BODY, FakeReply.Effect.RESET));
        int runs = 0;
        for (List<String> way : ways) {
            for (FakeReply reply : replies) {
                try (FakeOpenAi server = FakeOpenAi.start().script(request -> reply)) {
                    run(server.baseUrl(), way);
                    assertThat(server.requests())
                            .isNotEmpty()
                            .allMatch(request -> request.header("authorization").equals("Bearer " + KEY));
                }
                runs++;
            }
            run("http://127.0.0.1:1/v1", way);
            run("http://example.com/v1", way);
            run("https://" + URLEncoder.encode(KEY, UTF_8) + "@example.com/v1", way);
            runs += 3;
        }
        return runs;
    }

    private void run(String baseUrl, List<String> way) {
        List<String> arguments = Stream.concat(
                        Stream.of("--docs", folder.toString(), "--model", "gpt-test", Birds.QUESTION), way.stream())
                .toList();
        Run run = new Run.Setting()
                .environment("OPENAI_BASE_URL", baseUrl)
                .environment("OPENAI_API_KEY", KEY)
                .run(arguments.toArray(String[]::new));
        shown.add(run.out());
        shown.add(run.err());
    }

    private interface Runs {
        int run() throws IOException;
    }

    /** Everything that is logged, at the lowest level, and what goes to the streams of the process. */
    private int listening(Runs runs) throws IOException {
        Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        java.util.logging.Logger julRoot = java.util.logging.Logger.getLogger("");
        AppenderBase<ILoggingEvent> appender = appender();
        Handler handler = handler();
        ByteArrayOutputStream streams = new ByteArrayOutputStream();
        PrintStream out = System.out;
        PrintStream err = System.err;
        Appender<ILoggingEvent> console = root.getAppender("console");
        root.detachAppender(console);
        root.addAppender(appender);
        root.setLevel(Level.TRACE);
        julRoot.addHandler(handler);
        julRoot.setLevel(java.util.logging.Level.ALL);
        System.setOut(new PrintStream(streams, true, UTF_8));
        System.setErr(new PrintStream(streams, true, UTF_8));
        try {
            return runs.run();
        } finally {
            System.setOut(out);
            System.setErr(err);
            root.detachAppender(appender);
            root.addAppender(console);
            root.setLevel(Level.WARN);
            julRoot.removeHandler(handler);
            julRoot.setLevel(java.util.logging.Level.INFO);
            shown.add(streams.toString(UTF_8));
        }
    }

    private AppenderBase<ILoggingEvent> appender() {
        AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {
            @Override
            protected void append(ILoggingEvent event) {
                logged.add(event.getFormattedMessage() + event.getMDCPropertyMap() + event.getThrowableProxy());
            }
        };
        appender.start();
        return appender;
    }

    private Handler handler() {
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord event) {
                logged.add(event.getMessage() + Arrays.toString(event.getParameters()) + event.getThrown());
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        handler.setLevel(java.util.logging.Level.ALL);
        return handler;
    }
}
