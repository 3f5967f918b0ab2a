package dev.ragkit.testkit;

import dev.ragkit.Generator;
import dev.ragkit.ModelException;
import dev.ragkit.intercept.Account;
import dev.ragkit.intercept.Budget;
import dev.ragkit.intercept.Intercepted;
import dev.ragkit.intercept.Metered;
import dev.ragkit.intercept.Pricing;
import dev.ragkit.intercept.RateLimit;
import dev.ragkit.intercept.Retry;
import dev.ragkit.intercept.UsageLedger;
import java.time.Duration;
import java.util.Currency;
import org.junit.jupiter.api.Nested;

class CoreGeneratorsTest {
    @Nested
    class Extractive extends GeneratorContract {
        @Override
        protected Generator generator() {
            return Generator.extractive();
        }
    }

    @Nested
    class Fallback extends GeneratorContract {
        @Override
        protected Generator generator() {
            return Generator.fallback(
                    FakeGenerator.replying("never").failNext(1_000, new ModelException("no quota")),
                    Generator.extractive());
        }
    }

    @Nested
    class WithEverythingAround extends GeneratorContract {
        @Override
        protected Generator generator() {
            Account account = new Account("acme", "extractive");
            return Intercepted.generator(
                    Generator.extractive(),
                    Budget.builder(account, Duration.ofDays(1))
                            .tokens(1_000_000)
                            .build(),
                    Retry.ofDefaults(),
                    RateLimit.builder().requestsPerMinute(1_000_000).build(),
                    Metered.of(
                            account,
                            Pricing.builder(Currency.getInstance("EUR")).build(),
                            UsageLedger.inMemory()));
        }
    }
}
