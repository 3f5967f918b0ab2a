package dev.ragkit.intercept;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import dev.ragkit.Completion;
import dev.ragkit.Generator;
import dev.ragkit.ModelException;
import dev.ragkit.Prompt;
import dev.ragkit.TokenUsage;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Waits and deadlines are measured on the clock that nobody sets. */
@AnalyzeClasses(packages = "dev.ragkit.intercept", importOptions = ImportOption.DoNotIncludeTests.class)
class R26_ClockTest {
    private static final Prompt PROMPT = new Prompt("?", List.of(), List.of());

    @ArchTest
    static final ArchRule R26_nothingThatWaitsReadsTheWallClock = noClasses()
            .should()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(Instant.class, "now")
            .orShould()
            .callMethod(Clock.class, "systemUTC")
            .orShould()
            .callMethod(Clock.class, "systemDefaultZone")
            .orShould()
            .callConstructor(Date.class);

    @Test
    void R26_noWaitIsNegativeAndNoCallExceedsItsDeadlineWhereTheNanosecondsOverflow() {
        int waits = 0;
        for (long seconds = 0; seconds <= 40; seconds++) {
            waits += waitsFrom(Long.MAX_VALUE - Duration.ofSeconds(seconds).toNanos());
            waits += waitsFrom(-Duration.ofSeconds(seconds).toNanos());
        }
        System.out.println("R-26: 82 failing calls around the ends of nanoTime, " + waits
                + " waits, 0 of them negative, 0 beyond the deadline");
        assertThat(waits).isPositive();
    }

    private static int waitsFrom(long start) {
        long[] now = {start};
        List<Duration> waits = new ArrayList<>();
        Retry retry = Retry.builder()
                .maxRetries(10)
                .deadline(Duration.ofSeconds(30))
                .waiting(new Waiting(() -> now[0], () -> 1, wait -> {
                    waits.add(wait);
                    now[0] += wait.toNanos();
                }))
                .build();
        Generator busy = Intercepted.generator(
                prompt -> {
                    throw new ModelException("busy", Duration.ofSeconds(waits.size() % 2 == 0 ? 9 : -9), null);
                },
                retry);

        assertThatThrownBy(() -> busy.generate(PROMPT)).hasMessage("busy");
        assertThat(waits)
                .containsExactly(
                        Duration.ofSeconds(9),
                        Duration.ZERO,
                        Duration.ofSeconds(9),
                        Duration.ZERO,
                        Duration.ofSeconds(9),
                        Duration.ZERO);
        assertThat(now[0] - start).isBetween(0L, Duration.ofSeconds(30).toNanos());
        return waits.size();
    }

    @Test
    void R26_theRateLimitCountsOnWhereTheNanosecondsOverflow() {
        long[] now = {Long.MAX_VALUE - Duration.ofSeconds(5).toNanos()};
        long start = now[0];
        RateLimit limit = RateLimit.builder()
                .requestsPerMinute(60)
                .waiting(new Waiting(() -> now[0], () -> 1, wait -> {
                    assertThat(wait).isPositive();
                    now[0] += wait.toNanos();
                }))
                .build();
        for (int i = 0; i < 90; i++) {
            Intercepted.generator(prompt -> new Completion("x", Completion.Finish.STOP, TokenUsage.NONE, "m"), limit)
                    .generate(PROMPT);
        }
        assertThat(Duration.ofNanos(now[0] - start)).isEqualTo(Duration.ofSeconds(30));
    }
}
