package dev.ragkit.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.ragkit.RagException;
import dev.ragkit.testkit.FakeOpenAi;
import dev.ragkit.testkit.FakeReply;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** S-11, S-12 and S-13: the key goes to its server and nowhere else. */
class SecretsTest {
    private static final String KEY = Loopback.KEY;

    private static List<String> forms() {
        String base64 = Base64.getEncoder().encodeToString(KEY.getBytes(StandardCharsets.UTF_8));
        return List.of(
                KEY,
                KEY.substring(0, 12),
                base64,
                base64.substring(0, 12),
                URLEncoder.encode(KEY, StandardCharsets.UTF_8));
    }

    private final List<String> said = new CopyOnWriteArrayList<>();

    private void say(Object what) {
        if (what instanceof Throwable thrown) {
            StringWriter text = new StringWriter();
            thrown.printStackTrace(new PrintWriter(text));
            said.add(text.toString());
        } else {
            said.add(String.valueOf(what));
        }
    }

    @Test
    void S11_theKeyIsInNoLogMessageStackTraceOrText() {
        AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {
            @Override
            protected void append(ILoggingEvent event) {
                say(event.getFormattedMessage());
            }
        };
        appender.start();
        Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        java.util.logging.Logger julRoot = java.util.logging.Logger.getLogger("");
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord event) {
                say(event.getMessage() + Arrays.toString(event.getParameters()));
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        Level before = root.getLevel();
        java.util.logging.Level julBefore = julRoot.getLevel();
        root.addAppender(appender);
        root.setLevel(Level.TRACE);
        handler.setLevel(java.util.logging.Level.ALL);
        julRoot.setLevel(java.util.logging.Level.ALL);
        julRoot.addHandler(handler);
        try {
            sayEverything();
        } finally {
            root.setLevel(before);
            root.detachAppender(appender);
            julRoot.setLevel(julBefore);
            julRoot.removeHandler(handler);
        }
        for (String text : said) {
            assertThat(forms()).noneMatch(text::contains);
        }
        System.out.println("S-11: 0 occurrences of the key, plain, in base64, URL-encoded or its start, in "
                + said.size() + " texts");
        assertThat(said).hasSizeGreaterThan(50);
    }

    /** Each way to fail, with servers that give back what they were sent. */
    private void sayEverything() {
        List<String> bodies = new ArrayList<>();
        for (String form : forms()) {
            bodies.add("{\"error\":{\"message\":\"Incorrect API key provided: " + form + ".\",\"code\":\"bad " + form
                    + "\"}}");
            bodies.add("{\"error\":\"" + form + "\"}");
            bodies.add("<html>" + form + "</html>");
            bodies.add("{\"detail\":\"Bearer " + form + "\"}");
        }
        try (Loopback loopback = Loopback.start(Loopback.within(Duration.ofSeconds(2)))) {
            for (int status : new int[] {200, 302, 401, 429, 500}) {
                for (String body : bodies) {
                    loopback.server()
                            .reply(
                                    FakeReply.of(status, body).header("x-request-id", "req " + KEY),
                                    FakeReply.of(status, body),
                                    FakeReply.of(status, body));
                    sayCall(() -> loopback.generator().generate(Loopback.prompt("?")));
                    sayCall(() -> loopback.generator().generate(Loopback.prompt("?"), this::say));
                    sayCall(() -> loopback.embedder(8).embedDocuments(List.of("?")));
                }
            }
            for (FakeReply.Phase phase : FakeReply.Phase.values()) {
                loopback.server().reply(FakeReply.usual().fault(phase, FakeReply.Effect.RESET));
                sayCall(() -> loopback.generator().generate(Loopback.prompt("?")));
            }
            say(loopback.connection());
            say(loopback.connection().wire());
            say(loopback.generator());
            say(loopback.embedder(8));
            say(OpenAiReranker.builder(loopback.connection(), "m").build());
            say(OpenAiConnection.builder(loopback.server().baseUrl()).key(KEY));
            loopback.server().requests().forEach(this::say);
            Thread.getAllStackTraces().keySet().forEach(thread -> say(thread.getName()));
        }
        sayCall(() -> OpenAiConnection.builder("http://example.com/v1").key(KEY).build());
        sayCall(() -> OpenAiConnection.builder("https://" + KEY + ":x@example.com/v1"));
        sayCall(() -> OpenAiConnection.builder("https://example.com/v1").key(KEY + "\n"));
        try (Loopback loopback = Loopback.start(builder -> builder.key(() -> KEY + " "))) {
            sayCall(() -> loopback.generator().generate(Loopback.prompt("?")));
        }
    }

    private void sayCall(Runnable call) {
        try {
            call.run();
        } catch (RagException | IllegalArgumentException | IllegalStateException e) {
            say(e);
        }
    }

    @Test
    void S12_typesThatHoldASecretDoNotShowIt() {
        JavaClasses module = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .withImportOption(location -> !location.contains("/test-classes/"))
                .importPackages("dev.ragkit.openai");
        Set<String> holding = module.stream()
                .filter(type -> type.getFields().stream()
                        .anyMatch(field ->
                                field.getName().toLowerCase(Locale.ROOT).matches("key|.*(secret|password|apikey).*")))
                .map(JavaClass::getSimpleName)
                .collect(Collectors.toSet());
        // A record would show its components; a new type in this list needs a line in the test above.
        assertThat(holding).containsExactlyInAnyOrder("Builder", "Credentials", "Failures");
        assertThat(module.stream().filter(type -> holding.contains(type.getSimpleName())))
                .noneMatch(type -> type.isRecord());
        Credentials credentials = new Credentials(() -> KEY, Endpoint.KeyHeader.BEARER, "", "");
        assertThat(List.of(
                        credentials.toString(),
                        new Failures(Ask.of("a", "b", json -> {}), Endpoint.openAi("http://localhost"), KEY).toString(),
                        OpenAiConnection.builder("http://localhost").key(KEY).toString()))
                .noneMatch(text -> forms().stream().anyMatch(text::contains));
        System.out.println(
                "S-12: " + holding.size() + " of " + holding.size() + " types that hold a key do not show it");
    }

    @Test
    void S13_redirectsAreNotFollowedAndTheKeyStays() {
        int[] statuses = {301, 302, 303, 307, 308};
        try (Loopback loopback = Loopback.start();
                FakeOpenAi elsewhere = FakeOpenAi.start()) {
            for (int status : statuses) {
                loopback.server()
                        .reply(FakeReply.of(status, "").header("location", elsewhere.baseUrl() + "/chat/completions"));
                assertThatThrownBy(() -> loopback.generator().generate(Loopback.prompt("?")))
                        .hasMessageContaining("redirects are not followed")
                        .matches(e -> !((RagException) e).isTransient());
            }
            assertThat(elsewhere.connections()).isZero();
        }
        System.out.println("S-13: " + statuses.length + " of " + statuses.length
                + " redirects not followed, 0 connections to the other server");
    }

    @Test
    void S13_badCertificatesAreRefused() {
        Certificates certificates = new Certificates();
        Certificates others = new Certificates();
        List<FakeOpenAi> servers = List.of(
                FakeOpenAi.startTls(certificates.expired()),
                FakeOpenAi.startTls(certificates.selfSigned()),
                FakeOpenAi.startTls(certificates.wrongHost()),
                FakeOpenAi.startTls(others.good()));
        int refused = 0;
        for (FakeOpenAi server : servers) {
            try (Loopback loopback = Loopback.of(server, builder -> builder.trust(certificates.trusted()))) {
                assertThatThrownBy(() -> loopback.generator().generate(Loopback.prompt("?")))
                        .isInstanceOf(RagException.class)
                        .hasMessageContaining("no secure connection")
                        .matches(e -> !((RagException) e).isTransient());
                assertThat(server.requests()).isEmpty();
                refused++;
            }
        }
        try (Loopback loopback = Loopback.of(
                FakeOpenAi.startTls(certificates.good()), builder -> builder.trust(certificates.trusted()))) {
            assertThat(loopback.generator().generate(Loopback.prompt("?")).text())
                    .isNotEmpty();
        }
        System.out.println("S-13: " + refused + " of 4 bad certificates refused, the good one taken");
        assertThat(refused).isEqualTo(4);
    }

    @Test
    void S13_aKeyIsNotSentOverPlainHttpToAnotherMachine() {
        for (String host :
                List.of("example.com", "10.0.0.1", "127.0.0.1.example.com", "localhost.example.com", "[::2]")) {
            assertThatThrownBy(() -> OpenAiConnection.builder("http://" + host + "/v1")
                            .key(KEY)
                            .build())
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("plain HTTP");
        }
        for (String host : List.of("localhost", "127.0.0.1", "127.1.2.3", "[::1]")) {
            OpenAiConnection.builder("http://" + host + "/v1").key(KEY).build().close();
        }
        OpenAiConnection.builder("http://example.com/v1").build().close();
    }

    @Test
    void theKeyIsFoundInEachForm() {
        for (String form : forms()) {
            assertThat(Credentials.redacted("before " + form + " after", KEY)).isEqualTo("before *** after");
        }
        assertThat(Credentials.redacted("nothing", KEY)).isEqualTo("nothing");
        assertThat(Credentials.redacted("nothing", "")).isEqualTo("nothing");
    }
}
