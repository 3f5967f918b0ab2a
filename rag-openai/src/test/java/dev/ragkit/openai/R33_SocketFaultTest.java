package dev.ragkit.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ragkit.ModelException;
import dev.ragkit.testkit.FakeOpenAi;
import dev.ragkit.testkit.FakeReply;
import dev.ragkit.testkit.FakeReply.Effect;
import dev.ragkit.testkit.FakeReply.Phase;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class R33_SocketFaultTest {
    private static final Duration LIMIT = Duration.ofMillis(400);
    private static final Duration SLACK = Duration.ofMillis(600);
    private static final int PLANS = 500;
    private static final int LANES = 16;

    /** Where the HTTP/2 server tells at length of each connection that it was told to break; kept, for loggers are held weakly. */
    private static final Logger SERVER = Logger.getLogger("okhttp3.OkHttpClient");

    @BeforeAll
    static void quiet() {
        SERVER.setLevel(Level.WARNING);
    }

    @Test
    void http1CallsEndInTimeWhateverBreaks() throws Exception {
        run("HTTP/1.1", FakeOpenAi::start, builder -> builder);
    }

    @Test
    void http2CallsEndInTimeWhateverBreaks() throws Exception {
        Certificates certificates = new Certificates();
        run("h2", () -> FakeOpenAi.startHttp2(certificates.good()), builder -> builder.trust(certificates.trusted()));
    }

    private interface Starting {
        FakeOpenAi start();
    }

    private final AtomicInteger whole = new AtomicInteger();
    private final AtomicInteger failed = new AtomicInteger();
    private final AtomicLong slowest = new AtomicLong();
    private final ConcurrentLinkedQueue<Object> strange = new ConcurrentLinkedQueue<>();

    /** Each lane has a server and a connection of its own, so that its faults meet its own calls. */
    private void run(String protocol, Starting starting, UnaryOperator<OpenAiConnection.Builder> settings)
            throws Exception {
        long seed = Long.getLong("seed", 33);
        ExecutorService lanes = Executors.newFixedThreadPool(LANES);
        List<Future<?>> ends = IntStream.range(0, LANES)
                .<Future<?>>mapToObj(lane -> lanes.submit(() -> lane(starting, settings, new Random(seed + lane))))
                .toList();
        for (Future<?> end : ends) {
            end.get();
        }
        lanes.shutdownNow();
        System.out.println("R-33: " + protocol + ", seed " + seed + ": " + (whole.get() + failed.get())
                + " calls ended, "
                + whole + " whole, " + failed + " with a typed error, the slowest after " + slowest.get() / 1_000_000
                + " ms of " + LIMIT.toMillis() + "; 0 bodies leaked");
        assertThat(strange).isEmpty();
        assertThat(whole.get() + failed.get()).isGreaterThanOrEqualTo(PLANS - LANES);
        assertThat(whole.get()).isPositive();
        assertThat(Duration.ofNanos(slowest.get())).isLessThan(LIMIT.plus(SLACK));
    }

    private void lane(Starting starting, UnaryOperator<OpenAiConnection.Builder> settings, Random random) {
        try (Loopback loopback = Loopback.of(
                starting.start(),
                builder -> settings.apply(Loopback.within(LIMIT).apply(builder)))) {
            loopback.server().dimensions(256);
            // The first call opens a connection, which takes longer with TLS than the limit may be.
            call(loopback, 0);
            slowest.set(0);
            for (int i = 0; i < PLANS / LANES; i++) {
                Phase phase = Phase.values()[random.nextInt(5)];
                Effect effect = Effect.values()[random.nextInt(4)];
                loopback.server().reply(FakeReply.usual().fault(phase, effect));
                long start = System.nanoTime();
                call(loopback, random.nextInt(3));
                long nanos = System.nanoTime() - start;
                slowest.accumulateAndGet(nanos, Math::max);
                if (nanos > LIMIT.plus(SLACK).toNanos()) {
                    strange.add("late: " + phase + " " + effect);
                }
            }
            if (loopback.connection().wire().busyConnections() != 0) {
                strange.add("a connection is still busy");
            }
        }
    }

    private void call(Loopback loopback, int kind) {
        try {
            switch (kind) {
                case 0 -> loopback.generator().generate(Loopback.prompt("?"));
                case 1 -> loopback.generator().generate(Loopback.prompt("?"), piece -> {});
                default ->
                    OpenAiEmbedder.builder(loopback.connection(), Loopback.space(256))
                            .build()
                            .embedDocuments(List.of("text ".repeat(5_000), "b", "c"));
            }
            whole.incrementAndGet();
        } catch (ModelException typed) {
            failed.incrementAndGet();
            if (!typed.isTransient()) {
                strange.add(typed + " by " + typed.getCause());
            }
        } catch (RuntimeException e) {
            strange.add(e);
        }
    }
}
