package dev.ragkit.intercept;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragkit.Completion;
import dev.ragkit.EmbeddingSpace;
import dev.ragkit.Generator;
import dev.ragkit.Message;
import dev.ragkit.ModelException;
import dev.ragkit.Prompt;
import dev.ragkit.TokenCounter;
import dev.ragkit.TokenUsage;
import dev.ragkit.VectorStore;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Currency;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class SpendingTest {
    private static final LocalDate LAUNCH = LocalDate.of(2024, 7, 18);
    private static final Account ACME = new Account("acme", "mini");
    private static final TokenCounter WORDS = text -> text.isEmpty() ? 0 : text.split(" ").length;
    private static final Pricing PRICING = Pricing.builder(Currency.getInstance("USD"))
            .price("mini", LAUNCH, Price.of("0.15", "0.075", "0.60"))
            .price("mini", LAUNCH.plusDays(10), Price.of("0.10", "0.05", "0.40"))
            .build();

    private final UsageLedger ledger = UsageLedger.inMemory();
    private TokenUsage counted = new TokenUsage(1_000, 200, 50, 20);
    private int sent;
    private long now = Long.MAX_VALUE - 5;

    private Generator generator(Interceptor... interceptors) {
        return Intercepted.generator(
                prompt -> {
                    sent++;
                    return new Completion("x", Completion.Finish.STOP, counted, "mini-2024-07-18");
                },
                interceptors);
    }

    private static Prompt prompt(int tokens) {
        return new Prompt(
                "?", List.of(), List.of(Message.user("word ".repeat(tokens).strip())));
    }

    private Budget.Builder budget() {
        return Budget.builder(ACME, Duration.ofHours(1)).waiting(new Waiting(() -> now, () -> 1, wait -> {}));
    }

    @Test
    void aPriceIsExactToTheLastDigit() {
        assertThat(PRICING.cost("mini", counted, LAUNCH).known()).isEqualByComparingTo(new BigDecimal("0.000165"));
        assertThat(PRICING.cost("mini", TokenUsage.ofInput(1), LAUNCH)).hasToString("0.00000015");
        BigDecimal sum = BigDecimal.ZERO;
        for (int i = 0; i < 10; i++) {
            sum = sum.add(PRICING.cost("mini", TokenUsage.ofInput(1), LAUNCH).known());
        }
        assertThat(sum).isEqualByComparingTo(new BigDecimal("0.0000015"));
    }

    @Test
    void thePriceOfTheDayCounts() {
        TokenUsage million = TokenUsage.ofInput(1_000_000);

        assertThat(PRICING.cost("mini", million, LAUNCH.plusDays(9))).hasToString("0.15");
        assertThat(PRICING.cost("mini", million, LAUNCH.plusDays(10))).hasToString("0.1");
        assertThat(PRICING.cost("mini", million, LAUNCH.plusYears(50))).hasToString("0.1");
    }

    @Test
    void anUnknownPriceIsUnknownAndNeverNothing() {
        assertThat(PRICING.cost("mini", counted, LAUNCH.minusDays(1))).isEqualTo(Cost.UNKNOWN);
        assertThat(PRICING.cost("other", counted, LAUNCH))
                .isEqualTo(Cost.UNKNOWN)
                .hasToString("unknown");
        assertThat(PRICING.cost("mini", TokenUsage.NONE, LAUNCH).isKnown()).isFalse();
        Cost both = Cost.of(new BigDecimal("0.10")).plus(Cost.UNKNOWN).plus(Cost.UNKNOWN);
        assertThat(both.isKnown()).isFalse();
        assertThat(both).hasToString("0.1 and 2 calls of unknown cost");
    }

    @Test
    void everyCallIsWrittenDownForItsTenantAndModel() {
        Generator acme = generator(Metered.of(ACME, PRICING, ledger).on(() -> LAUNCH));
        Generator other = generator(
                Metered.of(new Account("other", "mini"), PRICING, ledger).on(() -> LAUNCH));
        acme.generate(prompt(1));
        acme.generate(prompt(1), text -> {});
        other.generate(prompt(1));

        assertThat(ledger.total(ACME))
                .isEqualTo(new Spent(2, new TokenUsage(2_000, 400, 100, 40), Cost.of(new BigDecimal("0.00033"))));
        assertThat(ledger.totals()).containsOnlyKeys(ACME, new Account("other", "mini"));
        assertThat(ledger.total(new Account("nobody", "mini"))).isEqualTo(Spent.NOTHING);
    }

    @Test
    void aFailedCallAndACallOfAStoreAreNotWrittenDown() {
        Metered metered = Metered.of(ACME, PRICING, ledger);
        Generator failing = Intercepted.generator(
                prompt -> {
                    throw new ModelException("down");
                },
                metered);
        VectorStore store = Intercepted.store(
                VectorStore.inMemory(EmbeddingSpace.builder("p", "m", 2).build()), metered);

        assertThatThrownBy(() -> failing.generate(prompt(1))).hasMessage("down");
        store.delete(List.of("a"));
        assertThat(ledger.totals()).isEmpty();
    }

    @Test
    void noCallOfManyThreadsIsLost() throws Exception {
        Generator metered = generator(Metered.of(ACME, PRICING, ledger).on(() -> LAUNCH));
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<Callable<Void>> tasks = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                tasks.add(() -> {
                    for (int call = 0; call < 500; call++) {
                        metered.generate(prompt(1));
                    }
                    return null;
                });
            }
            for (Future<Void> task : threads.invokeAll(tasks)) {
                task.get();
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(ledger.total(ACME).calls()).isEqualTo(4_000);
        assertThat(ledger.total(ACME).cost()).hasToString("0.66");
    }

    @Test
    void S18_aBudgetOfTokensHoldsAtItsLimitAndRefusesOneMoreBeforeItIsSent() {
        counted = TokenUsage.NONE;
        Generator limited = generator(budget().tokens(100).reserving(WORDS, 10).build());
        limited.generate(prompt(40));
        limited.generate(prompt(40));
        assertThatThrownBy(() -> limited.generate(prompt(1)))
                .hasMessage("the budget for mini is spent; a new one begins in 3600 s: wait, or raise the budget")
                .isInstanceOfSatisfying(ModelException.class, refusal -> {
                    assertThat(refusal.isTransient()).isTrue();
                    assertThat(refusal.retryAfter()).contains(Duration.ofHours(1));
                });
        assertThat(sent).isEqualTo(2);

        now += Duration.ofMinutes(59).toNanos();
        assertThatThrownBy(() -> limited.generate(prompt(1)))
                .isInstanceOfSatisfying(
                        ModelException.class,
                        refusal -> assertThat(refusal.retryAfter()).contains(Duration.ofMinutes(1)));
        now += Duration.ofMinutes(1).toNanos();
        limited.generate(prompt(90));
        assertThatThrownBy(() -> limited.generate(prompt(91)))
                .hasMessage(
                        "a call of 101 tokens for mini is more than the whole budget: send less, or raise the budget")
                .isInstanceOfSatisfying(
                        ModelException.class,
                        refusal -> assertThat(refusal.isTransient()).isFalse());
        assertThat(sent).isEqualTo(3);
    }

    @Test
    void S18_whatTheModelCountedIsWhatIsSpent() {
        counted = new TokenUsage(5, 0, 5, 0);
        Generator limited = generator(budget().tokens(100).reserving(WORDS, 50).build());
        for (int i = 0; i < 5; i++) {
            limited.generate(prompt(5));
        }
        assertThatThrownBy(() -> limited.generate(prompt(1))).hasMessageContaining("is spent");
        assertThat(sent).isEqualTo(5);
    }

    @Test
    void S18_withoutAReserveTheBudgetEndsWithTheCallThatGoesBeyondIt() {
        counted = TokenUsage.ofInput(60);
        Generator limited = generator(budget().tokens(100).build());
        limited.generate(prompt(9));
        limited.generate(prompt(9));

        assertThatThrownBy(() -> limited.generate(prompt(9))).hasMessageContaining("is spent");
    }

    @Test
    void S18_aBudgetOfMoneyHoldsAtItsLimitAndRefusesAModelWithoutAPrice() {
        counted = TokenUsage.ofInput(1_000_000);
        Generator limited =
                generator(budget().cost(new BigDecimal("0.20"), PRICING).build());
        limited.generate(prompt(1));
        limited.generate(prompt(1));
        assertThatThrownBy(() -> limited.generate(prompt(1))).hasMessageContaining("is spent");
        Generator unknown = generator(Budget.builder(new Account("acme", "other"), Duration.ofHours(1))
                .cost(BigDecimal.ONE, PRICING)
                .build());

        assertThatThrownBy(() -> unknown.generate(prompt(1)))
                .hasMessage(
                        "the model other has no price today, so no budget of money can be kept: add its price to the"
                                + " Pricing");
        assertThat(sent).isEqualTo(2);
    }

    @Test
    void S18_aCallThatFailsSpendsNothing() {
        Budget budget = budget().tokens(10).reserving(WORDS, 0).build();
        Generator failing = Intercepted.generator(
                prompt -> {
                    throw new IllegalStateException("down");
                },
                budget);
        counted = TokenUsage.NONE;
        for (int i = 0; i < 5; i++) {
            assertThatThrownBy(() -> failing.generate(prompt(10))).hasMessage("down");
        }
        generator(budget).generate(prompt(10));
    }

    @Test
    void S18_callsAtTheSameTimeDoNotSpendTheSameTwice() throws Exception {
        counted = TokenUsage.NONE;
        Budget budget = budget().tokens(100).reserving(WORDS, 0).build();
        CyclicBarrier together = new CyclicBarrier(10);
        Generator limited = Intercepted.generator(
                prompt -> {
                    try {
                        together.await();
                    } catch (Exception e) {
                        throw new AssertionError(e);
                    }
                    return new Completion("x", Completion.Finish.STOP, counted, "m");
                },
                budget);
        ExecutorService threads = Executors.newFixedThreadPool(40);
        int refused = 0;
        try {
            List<Callable<Boolean>> tasks = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                tasks.add(() -> {
                    try {
                        limited.generate(prompt(10));
                        return true;
                    } catch (ModelException refusal) {
                        return false;
                    }
                });
            }
            for (Future<Boolean> task : threads.invokeAll(tasks)) {
                refused += task.get() ? 0 : 1;
            }
        } finally {
            threads.shutdownNow();
        }
        System.out.println("S-18: 40 calls of 10 tokens at once on a budget of 100: " + refused + " refused");
        assertThat(refused).isEqualTo(30);
    }

    @Test
    void settingsAreBounded() {
        assertThatThrownBy(() -> Price.of("-1", "0", "0")).hasMessage("input must not be negative, was -1");
        assertThatThrownBy(() -> Price.of("1", "0,5", "0"))
                .hasMessage("cachedInput must be a decimal number such as 0.15, was '0,5'");
        assertThatThrownBy(() -> new Account(" ", "m")).hasMessage("tenant and model must not be blank");
        assertThatThrownBy(() -> Budget.builder(ACME, Duration.ZERO))
                .hasMessage("period must be between 1 second and 366 days, was PT0S");
        assertThatThrownBy(() -> budget().build()).hasMessage("a budget must have a limit: call tokens or cost");
        assertThatThrownBy(() -> budget().tokens(0)).hasMessage("tokens must be at least 1, was 0");
        assertThatThrownBy(() -> budget().cost(BigDecimal.ZERO, PRICING)).hasMessage("cost must be more than 0, was 0");
        assertThat(ACME).hasToString("Account[mini]");
    }
}
