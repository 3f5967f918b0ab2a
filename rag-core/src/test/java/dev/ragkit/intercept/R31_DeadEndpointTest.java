package dev.ragkit.intercept;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragkit.Generator;
import dev.ragkit.ModelException;
import dev.ragkit.Prompt;
import dev.ragkit.RagException.Kind;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What a dead endpoint gets to see of a thousand callers, in virtual time. */
class R31_DeadEndpointTest {
    private static final long SEED = Long.getLong("seed", 20_261_122);
    private static final Prompt PROMPT = new Prompt("?", List.of(), List.of());
    private static final int CALLERS = 1_000;
    private static final long MINUTE = Duration.ofSeconds(60).toNanos();
    private static final long BIN = Duration.ofMillis(100).toNanos();

    private final VirtualTime time = new VirtualTime(SEED, 0);
    private final long[] arrivals = new long[(int) (MINUTE / BIN) + 100];
    private final ThreadLocal<Integer> requestsOfCall = ThreadLocal.withInitial(() -> 0);
    private long requests;
    private long calls;
    private int most;

    /** Takes 10 ms to refuse. */
    private Generator dead() {
        return prompt -> {
            arrivals[(int) (time.now() / BIN)]++;
            requests++;
            requestsOfCall.set(requestsOfCall.get() + 1);
            try {
                time.sleep(Duration.ofMillis(10));
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            throw new ModelException("connection refused", Kind.TRANSIENT, null);
        };
    }

    private void call(Generator generator) {
        requestsOfCall.set(0);
        calls++;
        assertThatThrownBy(() -> generator.generate(PROMPT)).hasMessage("connection refused");
        most = Math.max(most, requestsOfCall.get());
    }

    @Test
    void R31_aThousandCallersForAMinuteSendHardlyMoreThanOneRequestACall() throws Exception {
        Generator generator = Intercepted.generator(
                dead(), Retry.builder().waiting(time.waiting()).build());
        Callable<Void> caller = () -> {
            time.sleep(millis(1_000 * time.chance()));
            while (time.now() < MINUTE) {
                call(generator);
                time.sleep(millis(500 + 1_000 * time.chance()));
            }
            return null;
        };
        time.run(IntStream.range(0, CALLERS).mapToObj(i -> caller).toList());
        report("one call about each second");
        assertThat((double) requests / calls).isLessThanOrEqualTo(1.1);
        assertThat(most).isLessThanOrEqualTo(3);
        assertThat((double) busiest()).isLessThanOrEqualTo(2 * mean());
    }

    @Test
    void R31_aThousandCallersAtOnceSendATenthMore() throws Exception {
        Generator generator = Intercepted.generator(
                dead(), Retry.builder().waiting(time.waiting()).build());
        Callable<Void> caller = () -> {
            call(generator);
            return null;
        };
        time.run(IntStream.range(0, CALLERS).mapToObj(i -> caller).toList());
        report("all at once");
        assertThat((double) requests / calls).isLessThanOrEqualTo(1.1);
        assertThat(most).isLessThanOrEqualTo(3);
    }

    @Test
    void R31_retriesOfThoseWhoFailedTogetherComeSpreadOut() throws Exception {
        Retry unbounded = Retry.builder()
                .waiting(time.waiting())
                .maxRetries(1)
                .budget(5 * CALLERS)
                .build();
        Generator generator = Intercepted.generator(dead(), unbounded);
        Callable<Void> caller = () -> {
            call(generator);
            return null;
        };
        time.run(IntStream.range(0, CALLERS).mapToObj(i -> caller).toList());
        long first = CALLERS;
        arrivals[0] -= first;
        System.out.println("R-31: " + (requests - first) + " retries of calls that failed together, by 100 ms: "
                + Arrays.toString(Arrays.copyOf(arrivals, 6)));
        assertThat(requests).isEqualTo(2 * CALLERS);
        assertThat(busiest()).isLessThanOrEqualTo(2 * (requests - first) / 5);
    }

    private static Duration millis(double millis) {
        return Duration.ofNanos((long) (millis * 1e6));
    }

    private double mean() {
        return requests / (double) (MINUTE / BIN);
    }

    private long busiest() {
        return Arrays.stream(arrivals).max().orElseThrow();
    }

    private void report(String how) {
        System.out.printf(
                "R-31 (%s): %,d calls, %,d requests, %.4f a call, at most %d for one call; busiest 100 ms %d, mean %.1f"
                        + " (seed %d)%n",
                how, calls, requests, (double) requests / calls, most, busiest(), mean(), SEED);
    }
}
