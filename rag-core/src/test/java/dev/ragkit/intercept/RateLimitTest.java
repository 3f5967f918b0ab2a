package dev.ragkit.intercept;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragkit.Completion;
import dev.ragkit.Embedder;
import dev.ragkit.Embedding;
import dev.ragkit.EmbeddingSpace;
import dev.ragkit.Embeddings;
import dev.ragkit.Generator;
import dev.ragkit.Message;
import dev.ragkit.ModelException;
import dev.ragkit.Prompt;
import dev.ragkit.StoreException;
import dev.ragkit.TokenCounter;
import dev.ragkit.TokenUsage;
import dev.ragkit.VectorStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RateLimitTest {
    private static final long SEED = Long.getLong("seed", 20_261_122);
    private static final EmbeddingSpace SPACE =
            EmbeddingSpace.builder("p", "m", 1).build();
    private static final TokenCounter WORDS = text -> text.split(" ").length;

    private final VirtualTime time = new VirtualTime(SEED, 0);
    private final List<Long> sent = new ArrayList<>();
    private TokenUsage counted = TokenUsage.NONE;

    private RateLimit.Builder limit() {
        return RateLimit.builder().waiting(time.waiting());
    }

    private Generator generator(RateLimit limit) {
        return Intercepted.generator(
                prompt -> {
                    sent.add(time.now() / 1_000_000);
                    return new Completion("x", Completion.Finish.STOP, counted, "m");
                },
                limit);
    }

    private static Prompt prompt(int tokens) {
        return new Prompt("?", List.of(), List.of(Message.user("word ".repeat(tokens))));
    }

    /** On a thread of the virtual time, as one that sleeps must be. */
    private void run(Runnable... tasks) throws Exception {
        List<Callable<Void>> all = new ArrayList<>();
        for (Runnable task : tasks) {
            all.add(() -> {
                task.run();
                return null;
            });
        }
        time.run(all);
    }

    private void pass(Duration duration) {
        try {
            time.sleep(duration);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aMinutesWorthGoesAtOnceAndTheRestEvenly() throws Exception {
        Generator limited = generator(limit().requestsPerMinute(60).build());
        run(() -> IntStream.range(0, 63).forEach(i -> limited.generate(prompt(1))));

        assertThat(sent.subList(0, 60)).containsOnly(0L);
        assertThat(sent.subList(60, 63)).containsExactly(1_000L, 2_000L, 3_000L);
    }

    @Test
    void tokensOfPromptsAndOfTextsAreCountedBeforeTheyAreSent() throws Exception {
        RateLimit limit = limit().tokensPerMinute(600, WORDS).build();
        Generator limited = generator(limit);
        Embedder embedder = Intercepted.embedder(
                new Embedder() {
                    @Override
                    public EmbeddingSpace space() {
                        return SPACE;
                    }

                    @Override
                    public Embeddings embedDocuments(List<String> texts) {
                        sent.add(time.now() / 1_000_000);
                        return new Embeddings(
                                texts.stream().map(text -> Embedding.of(1)).toList(), TokenUsage.NONE);
                    }

                    @Override
                    public Embeddings embedQueries(List<String> texts) {
                        return embedDocuments(texts);
                    }
                },
                limit);
        run(() -> {
            limited.generate(prompt(500));
            embedder.embedDocuments(List.of("one two three", "four ".repeat(117)));
            embedder.embedQueries(List.of("five ".repeat(10)));
        });

        assertThat(sent).containsExactly(0L, 2_000L, 3_000L);
    }

    @Test
    void whatTheModelCountedTakesThePlaceOfTheEstimate() throws Exception {
        Generator limited = generator(limit().tokensPerMinute(600, WORDS).build());
        run(() -> {
            counted = new TokenUsage(400, 100, 300, 50);
            limited.generate(prompt(100));
            counted = TokenUsage.ofInput(1);
            limited.generate(prompt(50));
            limited.generate(prompt(50));
        });

        assertThat(sent).containsExactly(0L, 15_000L, 15_100L);
    }

    @Test
    void aCallOfMoreThanAMinutesTokensWaitsForAFullMinute() throws Exception {
        Generator limited = generator(limit().tokensPerMinute(600, WORDS).build());
        run(() -> {
            limited.generate(prompt(60));
            limited.generate(prompt(900));
            limited.generate(prompt(30));
        });

        assertThat(sent).containsExactly(0L, 6_000L, 6_000L + 33_000L);
    }

    @Test
    void aWaitThatIsTooLongIsRefusedAtOnceWithItsLength() throws Exception {
        RateLimit limit =
                limit().requestsPerMinute(1).longestWait(Duration.ofSeconds(59)).build();
        Generator limited = generator(limit);
        VectorStore store = Intercepted.store(VectorStore.inMemory(SPACE), limit);
        run(() -> {
            limited.generate(prompt(1));
            assertThatThrownBy(() -> limited.generate(prompt(1)))
                    .isInstanceOfSatisfying(ModelException.class, refusal -> {
                        assertThat(refusal.retryAfter()).contains(Duration.ofMinutes(1));
                        assertThat(refusal.isTransient()).isTrue();
                    })
                    .hasMessage(
                            "the rate limit lets generate go in 60000 ms, and the longest wait is 59000 ms: call less"
                                    + " often, send less, or raise the limit or the longest wait");
            assertThatThrownBy(() -> store.delete(List.of("a"))).isInstanceOf(StoreException.class);
            pass(Duration.ofSeconds(1));
            limited.generate(prompt(1));
        });

        assertThat(sent).containsExactly(0L, 60_000L);
    }

    @Test
    void aServerThatHasLessLeftIsBelieved() throws Exception {
        RateLimit limit = limit().requestsPerMinute(60).build();
        Generator limited = generator(limit);
        run(() -> {
            limited.generate(prompt(1));
            limit.allowance(new Allowance(60, 1, Duration.ofSeconds(59)), Allowance.UNKNOWN);
            limited.generate(prompt(1));
            limited.generate(prompt(1));
            limit.allowance(new Allowance(30, 0, Duration.ofSeconds(60)), Allowance.UNKNOWN);
            limited.generate(prompt(1));
        });

        assertThat(sent).containsExactly(0L, 0L, 1_000L, 3_000L);
    }

    @Test
    void aServerThatAllowsMoreThanWasSetChangesNothing() throws Exception {
        RateLimit limit = limit().requestsPerMinute(60).build();
        Generator limited = generator(limit);
        run(() -> {
            IntStream.range(0, 60).forEach(i -> limited.generate(prompt(1)));
            limit.allowance(new Allowance(6_000, 5_940, Duration.ofMillis(600)), Allowance.UNKNOWN);
            limited.generate(prompt(1));
        });

        assertThat(sent.get(60)).isEqualTo(1_000L);
    }

    @Test
    void withoutLimitsThoseOfTheServerHold() throws Exception {
        RateLimit limit = limit().build();
        Generator limited = generator(limit);
        run(() -> {
            IntStream.range(0, 1_000).forEach(i -> limited.generate(prompt(9)));
            limit.allowance(Allowance.UNKNOWN, Allowance.UNKNOWN);
            limit.allowance(new Allowance(120, 2, Duration.ofSeconds(59)), new Allowance(100, 100, Duration.ZERO));
            IntStream.range(0, 4).forEach(i -> limited.generate(prompt(9)));
        });

        assertThat(sent.subList(1_000, 1_004)).containsExactly(0L, 0L, 500L, 1_000L);
    }

    @Test
    void thoseWhoWaitArePutOffWhenTheServerHasLess() throws Exception {
        RateLimit limit = limit().requestsPerMinute(60).build();
        Generator limited = generator(limit);
        run(() -> IntStream.range(0, 61).forEach(i -> limited.generate(prompt(1))), () -> {
            pass(Duration.ofMillis(500));
            limit.allowance(new Allowance(30, 0, Duration.ofSeconds(60)), Allowance.UNKNOWN);
        });

        assertThat(sent.get(60)).isGreaterThanOrEqualTo(2_000L);
    }

    @Test
    void whoComesAfterGoodNewsDoesNotGoBeforeThoseWhoWait() throws Exception {
        RateLimit limit = limit().requestsPerMinute(6_000).build();
        Generator first = generator(limit);
        List<Long> late = new ArrayList<>();
        Generator second = Intercepted.generator(
                prompt -> {
                    late.add(time.now() / 1_000_000);
                    return new Completion("x", Completion.Finish.STOP, counted, "m");
                },
                limit);
        limit.allowance(new Allowance(60, 0, Duration.ofSeconds(60)), Allowance.UNKNOWN);
        run(() -> first.generate(prompt(1)), () -> first.generate(prompt(1)), () -> {
            pass(Duration.ofMillis(500));
            limit.allowance(new Allowance(60, 50, Duration.ofSeconds(10)), Allowance.UNKNOWN);
            second.generate(prompt(1));
            second.generate(prompt(1));
        });

        assertThat(sent).containsExactly(1_000L, 2_000L);
        assertThat(late).containsExactly(2_000L, 2_000L);
    }

    @Test
    void noMinuteSeesMoreThanAFullAllowanceAndWhatFillsUpMeanwhile() throws Exception {
        Generator limited = generator(
                limit().requestsPerMinute(120).longestWait(Duration.ofHours(1)).build());
        List<Callable<Void>> callers = new ArrayList<>();
        for (int caller = 0; caller < 50; caller++) {
            Random random = new Random(SEED + caller);
            callers.add(() -> {
                for (int i = 0; i < 20; i++) {
                    pass(Duration.ofMillis(random.nextInt(20_000)));
                    limited.generate(prompt(1));
                }
                return null;
            });
        }
        time.run(callers);

        int most = 0;
        for (int from = 0, to = 0; to < sent.size(); to++) {
            while (sent.get(to) - sent.get(from) >= 60_000) {
                from++;
            }
            most = Math.max(most, to - from + 1);
        }
        System.out.println("rate limit of 120 a minute: " + sent.size() + " calls of 50 callers in " + last() / 1_000
                + " s, at most " + most + " in a minute (seed " + SEED + ")");
        assertThat(sent).hasSize(1_000).isSorted();
        assertThat(most).isLessThanOrEqualTo(240);
        assertThat(last()).isGreaterThanOrEqualTo((1_000 - 120) * 500L);
    }

    private long last() {
        return sent.get(sent.size() - 1);
    }

    @Test
    void callersGoInTheOrderInWhichTheyCame() throws Exception {
        RateLimit limit =
                limit().requestsPerMinute(6_000).tokensPerMinute(60_000, WORDS).build();
        List<Integer> came = new ArrayList<>();
        List<Integer> went = new ArrayList<>();
        List<Callable<Void>> callers = new ArrayList<>();
        for (int caller = 0; caller < 400; caller++) {
            int number = caller;
            Random random = new Random(SEED + caller);
            callers.add(() -> {
                pass(Duration.ofMillis(random.nextInt(2_000)));
                came.add(number);
                Intercepted.generator(
                                prompt -> {
                                    went.add(number);
                                    return new Completion("x", Completion.Finish.STOP, counted, "m");
                                },
                                limit)
                        .generate(prompt(1 + random.nextInt(400)));
                return null;
            });
        }
        time.run(callers);

        assertThat(went).hasSize(400).isEqualTo(came);
    }

    @Test
    void anInterruptEndsTheWaitKeepsTheFlagAndGivesTheCostBack() {
        long[] now = {0};
        boolean[] interrupted = {true};
        RateLimit limit = RateLimit.builder()
                .requestsPerMinute(1)
                .waiting(new Waiting(() -> now[0], () -> 1, wait -> {
                    if (interrupted[0]) {
                        throw new InterruptedException();
                    }
                    now[0] += wait.toNanos();
                }))
                .build();
        Generator limited = generator(limit);
        limited.generate(prompt(1));

        assertThatThrownBy(() -> limited.generate(prompt(1)))
                .isInstanceOf(CancellationException.class)
                .hasMessage("interrupted while waiting for the rate limit");
        assertThat(Thread.interrupted()).isTrue();
        interrupted[0] = false;
        limited.generate(prompt(1));
        assertThat(Duration.ofNanos(now[0])).isEqualTo(Duration.ofMinutes(1));
    }

    @Test
    void settingsAreBounded() {
        assertThatThrownBy(() -> RateLimit.builder().requestsPerMinute(0))
                .hasMessage("requestsPerMinute must be between 1 and 1000000000000, was 0");
        assertThatThrownBy(() -> RateLimit.builder().tokensPerMinute(-1, WORDS))
                .hasMessage("tokensPerMinute must be between 1 and 1000000000000, was -1");
        assertThatThrownBy(() -> RateLimit.builder().longestWait(Duration.ofDays(2)))
                .hasMessage("longestWait must be between 0 and 1 day, was PT48H");
    }
}
