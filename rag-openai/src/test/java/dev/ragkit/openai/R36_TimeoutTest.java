package dev.ragkit.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.ragkit.Generator;
import dev.ragkit.ModelException;
import dev.ragkit.testkit.FakeReply;
import dev.ragkit.testkit.FakeReply.Effect;
import dev.ragkit.testkit.FakeReply.Phase;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class R36_TimeoutTest {
    private static final String PIECE = "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n";
    private static final int ROUNDS = 3;

    private static Loopback loopback() {
        return Loopback.start(builder -> builder.firstTokenTimeout(Duration.ofMillis(500))
                .idleTimeout(Duration.ofMillis(250))
                .callTimeout(Duration.ofMillis(900)));
    }

    /** The median of some rounds, in milliseconds; the message names the limit that was passed. */
    private static long median(FakeReply reply, String limit) {
        List<Long> millis = new ArrayList<>();
        try (Loopback loopback = loopback()) {
            loopback.generator().generate(Loopback.prompt("warm"), piece -> {});
            for (int i = 0; i < ROUNDS; i++) {
                loopback.server().reply(reply);
                Generator generator = loopback.generator();
                long[] last = {System.nanoTime()};
                ModelException failure = catchThrowableOfType(
                        ModelException.class,
                        () -> generator.generate(Loopback.prompt("?"), piece -> last[0] = System.nanoTime()));
                millis.add((System.nanoTime() - last[0]) / 1_000_000);
                assertThat(failure.isTransient()).isTrue();
                assertThat(failure)
                        .hasMessageContaining("within the " + limit + " timeout")
                        .hasCauseInstanceOf(TimeoutException.class);
            }
        }
        return millis.stream().sorted().toList().get(ROUNDS / 2);
    }

    private static void write(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    /** Comments every 20 ms, for ever. */
    private static void ping(OutputStream out) throws IOException {
        while (!Thread.currentThread().isInterrupted()) {
            write(out, ": ping\n\n");
            LockSupport.parkNanos(20_000_000);
        }
    }

    @Test
    void R36_aStreamThatStallsOrOnlyKeepsTheConnectionOpenEndsInTime() {
        long first = median(FakeReply.usual().fault(Phase.RESPONSE_START, Effect.STALL), "first-token");
        long firstPings = median(FakeReply.streaming(R36_TimeoutTest::ping), "first-token");
        long idle = median(FakeReply.events("x").cutAfter(0, Effect.STALL), "first-token");
        long afterOne = median(
                FakeReply.streaming(out -> {
                            write(out, PIECE);
                            write(out, PIECE);
                        })
                        .cutAfter(PIECE.length() + 1, Effect.STALL),
                "idle");
        long afterPings = median(
                FakeReply.streaming(out -> {
                    write(out, PIECE.repeat(3));
                    ping(out);
                }),
                "idle");
        System.out.println("R-36: first token due in 500 ms: ended after " + first + ", with pings " + firstPings
                + ", with headers " + idle + " ms; idle after 250 ms: ended after " + afterOne + ", with pings "
                + afterPings + " ms");
        assertThat(List.of(first, firstPings, idle)).allMatch(millis -> millis >= 490 && millis <= 600);
        assertThat(List.of(afterOne, afterPings)).allMatch(millis -> millis >= 240 && millis <= 350);
    }

    @Test
    void R36_aStreamThatNeverEndsEndsWithTheCall() {
        try (Loopback loopback = loopback()) {
            loopback.server().reply(FakeReply.streaming(out -> {
                while (!Thread.currentThread().isInterrupted()) {
                    write(out, PIECE);
                    LockSupport.parkNanos(50_000_000);
                }
            }));
            ModelException failure = catchThrowableOfType(
                    ModelException.class, () -> loopback.generator().generate(Loopback.prompt("?"), piece -> {}));
            assertThat(failure).hasMessageContaining("within the call timeout of 900 ms");
            assertThat(failure.partialText().orElseThrow()).startsWith("aaa");
        }
    }

    @Test
    void timeoutsOutOfBoundsAreRefused() {
        OpenAiConnection.Builder builder = OpenAiConnection.builder("http://localhost:1");
        assertThatThrownBy(() -> builder.idleTimeout(Duration.ZERO))
                .hasMessage("idleTimeout must be between PT0.001S and PT24H, was PT0S");
        assertThatThrownBy(() -> builder.callTimeout(Duration.ofDays(2))).hasMessageContaining("callTimeout");
    }
}
