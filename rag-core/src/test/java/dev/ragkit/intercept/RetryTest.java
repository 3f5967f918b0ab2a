package dev.ragkit.intercept;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.ragkit.Completion;
import dev.ragkit.Generator;
import dev.ragkit.ModelException;
import dev.ragkit.Prompt;
import dev.ragkit.RagException.Kind;
import dev.ragkit.TokenUsage;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class RetryTest {
    private static final Prompt PROMPT = new Prompt("?", List.of(), List.of());
    private static final Completion DONE = new Completion("done", Completion.Finish.STOP, TokenUsage.NONE, "m");
    private static final ModelException BUSY = new ModelException("busy", Kind.TRANSIENT, null);

    private final List<Duration> waits = new ArrayList<>();
    private long now;
    private double chance = 1;
    private int calls;

    private Retry.Builder retry() {
        return Retry.builder().waiting(new Waiting(() -> now, () -> chance, wait -> {
            waits.add(wait);
            now += wait.toNanos();
        }));
    }

    /** A generator that fails a number of times before it answers. */
    private Generator failing(int times, Supplier<ModelException> failure) {
        return prompt -> {
            calls++;
            if (calls <= times) {
                throw failure.get();
            }
            return DONE;
        };
    }

    private static Generator with(Retry retry, Generator target) {
        return Intercepted.generator(target, retry);
    }

    @Test
    void repeatsWhatFailedInPassing() {
        assertThat(with(retry().build(), failing(2, () -> BUSY)).generate(PROMPT))
                .isSameAs(DONE);
        assertThat(calls).isEqualTo(3);
        assertThat(waits).containsExactly(Duration.ofMillis(500), Duration.ofSeconds(1));
    }

    @Test
    void givesUpAfterTheLastRetryWithTheFailureItself() {
        Throwable failure = catchThrowable(
                () -> with(retry().build(), failing(9, () -> BUSY)).generate(PROMPT));

        assertThat(failure).isSameAs(BUSY);
        assertThat(calls).isEqualTo(3);
    }

    @Test
    void neverRepeatsWhatWouldFailAgain() {
        Generator target = failing(1, () -> new ModelException("no such model"));

        assertThatThrownBy(() -> with(retry().build(), target).generate(PROMPT)).hasMessage("no such model");
        assertThat(calls).isEqualTo(1);
        assertThat(waits).isEmpty();
    }

    @Test
    void waitsARandomPartOfTheBackoffAtMostEightSeconds() {
        chance = 0.5;
        with(retry().maxRetries(7).build(), failing(7, () -> BUSY)).generate(PROMPT);

        assertThat(waits).extracting(Duration::toMillis).containsExactly(250L, 500L, 1000L, 2000L, 4000L, 4000L, 4000L);
    }

    @Test
    void waitsWhatTheOtherSideAsksFor() {
        Supplier<ModelException> limited = () -> new ModelException("limited", Duration.ofSeconds(7), null);
        with(retry().build(), failing(1, limited)).generate(PROMPT);

        assertThat(waits).containsExactly(Duration.ofSeconds(7));
    }

    @Test
    void doesNotBeginAWaitThatIsTooLongAndTellsIt() {
        Supplier<ModelException> limited = () -> new ModelException("limited", Duration.ofSeconds(61), null);

        assertThatThrownBy(() -> with(retry().deadline(Duration.ofHours(1)).build(), failing(1, limited))
                        .generate(PROMPT))
                .isInstanceOfSatisfying(
                        ModelException.class,
                        failure -> assertThat(failure.retryAfter()).contains(Duration.ofSeconds(61)));
        assertThat(waits).isEmpty();
    }

    @Test
    void R30_noWaitOutlastsTheDeadlineAndTheErrorCarriesTheValue() {
        int begun = 0;
        for (long deadline = 1; deadline <= 90; deadline++) {
            for (long asked : new long[] {0, 1, 5, 29, 30, 59, 60, 61, 90, 86_400, Long.MAX_VALUE / 1_000_000_000}) {
                begun += begunWaits(Duration.ofSeconds(deadline), Duration.ofSeconds(asked));
            }
        }
        System.out.println("R-30: 990 pairs of deadline and Retry-After, " + begun + " waits begun, 0 beyond the"
                + " deadline, 0 longer than 60 s; each refused one carries its value");
        assertThat(begun).isPositive();
    }

    private int begunWaits(Duration deadline, Duration asked) {
        waits.clear();
        calls = 0;
        long start = now;
        Throwable failure = catchThrowable(() -> with(
                        retry().deadline(deadline).build(),
                        failing(9, () -> new ModelException("limited", asked, null)))
                .generate(PROMPT));

        assertThat(failure)
                .isInstanceOfSatisfying(
                        ModelException.class,
                        limited -> assertThat(limited.retryAfter()).contains(asked));
        assertThat(Duration.ofNanos(now - start)).isLessThan(deadline);
        assertThat(waits).allMatch(wait -> wait.compareTo(Duration.ofSeconds(60)) <= 0);
        boolean fits = asked.compareTo(deadline) < 0 && asked.compareTo(Duration.ofSeconds(60)) <= 0;
        assertThat(waits.isEmpty()).as("%s within %s", asked, deadline).isEqualTo(!fits);
        return waits.size();
    }

    @Test
    void doesNotWaitBeyondTheDeadline() {
        Supplier<ModelException> limited = () -> new ModelException("limited", Duration.ofSeconds(20), null);

        assertThatThrownBy(() -> with(retry().deadline(Duration.ofSeconds(30)).build(), failing(2, limited))
                        .generate(PROMPT))
                .hasMessage("limited");
        assertThat(waits).containsExactly(Duration.ofSeconds(20));
    }

    @Test
    void aDeadEndpointSeesHardlyMoreRequestsThanCalls() {
        Generator dead = with(retry().build(), failing(Integer.MAX_VALUE, () -> BUSY));
        failForAThousandCallers(dead);

        assertThat(calls).isEqualTo(1_100);
    }

    private static void failForAThousandCallers(Generator dead) {
        for (int i = 0; i < 1_000; i++) {
            assertThatThrownBy(() -> dead.generate(PROMPT)).isInstanceOf(ModelException.class);
        }
    }

    @Test
    void retriesAfterTimeoutsCostTwice() {
        Generator dead = with(
                retry().build(),
                failing(
                        Integer.MAX_VALUE,
                        () -> new ModelException("timeout", Kind.TRANSIENT, new SocketTimeoutException("read"))));
        failForAThousandCallers(dead);

        assertThat(calls).isEqualTo(1_050);
    }

    @Test
    void successesFillTheBudgetAgain() {
        Retry retry = retry().build();
        Generator dead = with(retry, failing(Integer.MAX_VALUE, () -> BUSY));
        failForAThousandCallers(dead);
        for (int i = 0; i < 5; i++) {
            with(retry, prompt -> DONE).generate(PROMPT);
        }
        calls = 0;

        assertThat(with(retry, failing(1, () -> BUSY)).generate(PROMPT)).isSameAs(DONE);
        assertThat(calls).isEqualTo(2);
    }

    @Test
    void neverRepeatsAStreamThatBegan() {
        Generator cut = new Generator() {
            @Override
            public Completion generate(Prompt prompt) {
                return generate(prompt, text -> {});
            }

            @Override
            public Completion generate(Prompt prompt, Consumer<String> onText) {
                calls++;
                onText.accept("half an ");
                throw BUSY;
            }
        };
        StringBuilder text = new StringBuilder();

        assertThatThrownBy(() -> with(retry().build(), cut).generate(PROMPT, text::append))
                .isSameAs(BUSY);
        assertThat(calls).isEqualTo(1);
        assertThat(text).hasToString("half an ");
    }

    @Test
    void anInterruptEndsTheWaitAndKeepsTheFlag() {
        Retry retry = Retry.builder()
                .waiting(new Waiting(() -> now, () -> chance, wait -> {
                    throw new InterruptedException();
                }))
                .build();

        assertThatThrownBy(() -> with(retry, failing(1, () -> BUSY)).generate(PROMPT))
                .isInstanceOf(CancellationException.class);
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void anInterruptedCallerGetsNoFurtherTry() {
        Generator client = prompt -> {
            calls++;
            Thread.currentThread().interrupt();
            throw new ModelException("closed", Duration.ZERO, null);
        };

        assertThatThrownBy(() -> with(Retry.ofDefaults(), client).generate(PROMPT))
                .isInstanceOf(CancellationException.class)
                .satisfies(cancelled -> assertThat(cancelled.getSuppressed()[0]).hasMessage("closed"));
        assertThat(Thread.interrupted()).isTrue();
        assertThat(calls).isEqualTo(1);
    }

    @Test
    void settingsAreBounded() {
        assertThatThrownBy(() -> Retry.builder().maxRetries(11))
                .hasMessage("maxRetries must be between 0 and 10, was 11");
        assertThatThrownBy(() -> Retry.builder().deadline(Duration.ZERO))
                .hasMessage("deadline must be more than 0, was PT0S");
    }
}
