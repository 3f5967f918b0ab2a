package dev.ragkit.intercept;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ragkit.Completion;
import dev.ragkit.Generator;
import dev.ragkit.Prompt;
import dev.ragkit.TokenUsage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Real threads on the real clock. */
class RateLimitFairnessTest {
    private static final int THREADS = 16;
    private static final int CALLS = 800;

    @Test
    void threadsThatAlwaysWantMoreGetTheSame() throws Exception {
        RateLimit limit = RateLimit.builder().requestsPerMinute(24_000).build();
        limit.allowance(new Allowance(24_000, 0, java.time.Duration.ofMinutes(1)), Allowance.UNKNOWN);
        int[] gone = {0};
        int[] counts = new int[THREADS];
        Generator limited = Intercepted.generator(
                prompt -> new Completion("x", Completion.Finish.STOP, TokenUsage.NONE, "m"), limit);
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            List<Callable<Void>> tasks = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                int thread = i;
                tasks.add(() -> {
                    while (true) {
                        limited.generate(new Prompt("?", List.of(), List.of()));
                        synchronized (counts) {
                            if (gone[0]++ >= CALLS) {
                                return null;
                            }
                            counts[thread]++;
                        }
                    }
                });
            }
            for (Future<Void> task : threads.invokeAll(tasks)) {
                task.get();
            }
        } finally {
            threads.shutdownNow();
        }
        System.out.println("rate limit, " + CALLS + " calls of " + THREADS + " threads: " + Arrays.toString(counts));
        int fair = CALLS / THREADS;
        assertThat(counts).hasSize(THREADS);
        assertThat(Arrays.stream(counts).min().orElseThrow()).isGreaterThanOrEqualTo(fair * 8 / 10);
        assertThat(Arrays.stream(counts).max().orElseThrow()).isLessThanOrEqualTo(fair * 12 / 10);
    }
}
