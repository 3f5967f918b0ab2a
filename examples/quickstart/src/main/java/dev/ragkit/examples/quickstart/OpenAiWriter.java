package dev.ragkit.examples.quickstart;

import dev.ragkit.Generator;
import dev.ragkit.intercept.Account;
import dev.ragkit.intercept.Intercepted;
import dev.ragkit.intercept.Metered;
import dev.ragkit.intercept.Pricing;
import dev.ragkit.intercept.Retry;
import dev.ragkit.intercept.UsageLedger;
import dev.ragkit.openai.OpenAiConnection;
import dev.ragkit.openai.OpenAiGenerator;
import java.time.LocalDate;
import java.util.Currency;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A model on OpenAI or a compatible server, as the command line and the environment say. What fails in passing is tried again, and
 * each call is written into a ledger.
 *
 * <pre>
 * question -&gt; [fallback] -&gt; retry -&gt; metered -&gt; model
 * </pre>
 */
final class OpenAiWriter implements Writer {
    private static final String US_DOLLAR = "USD";

    private final OpenAiConnection connection;
    private final Options options;
    private final UsageLedger ledger;
    private final Consumer<String> note;

    private OpenAiWriter(OpenAiConnection connection, Options options, UsageLedger ledger, Consumer<String> note) {
        this.connection = connection;
        this.options = options;
        this.ledger = ledger;
        this.note = note;
    }

    /**
     * Makes the connection; nothing is sent yet.
     *
     * @param options name a model
     * @param environment with the key and the address
     * @param ledger where calls are written down
     * @param note takes what the user should know
     * @return the writer, to be closed
     * @throws Failure if key and address are missing or cannot be right
     */
    static OpenAiWriter of(
            Options options, Map<String, String> environment, UsageLedger ledger, Consumer<String> note) {
        return new OpenAiWriter(connection(environment), options, ledger, note);
    }

    private static OpenAiConnection connection(Map<String, String> environment) {
        String key = environment.getOrDefault("OPENAI_API_KEY", "").strip();
        String baseUrl = environment.getOrDefault("OPENAI_BASE_URL", "").strip();
        if (key.isEmpty() && baseUrl.isEmpty()) {
            throw new Failure(
                    ExitCode.NO_MODEL,
                    "--model needs a server: set OPENAI_API_KEY to a key of OpenAI, or OPENAI_BASE_URL to a compatible server,"
                            + " such as http://localhost:11434/v1; without --model, no server is needed");
        }
        try {
            OpenAiConnection.Builder builder =
                    OpenAiConnection.builder(baseUrl.isEmpty() ? OpenAiConnection.DEFAULT_BASE_URL : baseUrl);
            return (key.isEmpty() ? builder : builder.key(key)).build();
        } catch (IllegalArgumentException e) {
            throw new Failure(
                    ExitCode.NO_MODEL, "OPENAI_API_KEY or OPENAI_BASE_URL is not right: " + e.getMessage(), e);
        }
    }

    @Override
    public Generator generator() {
        String name = options.model().orElseThrow();
        LastFailure failure = new LastFailure();
        Generator model = Intercepted.generator(
                OpenAiGenerator.builder(connection, name).build(),
                failure,
                Retry.ofDefaults(),
                Metered.of(new Account("quickstart", name), pricing(name), ledger));
        return options.fallback() ? Generator.fallback(model, instead(name, failure)) : model;
    }

    private Pricing pricing(String name) {
        Pricing.Builder pricing = Pricing.builder(Currency.getInstance(US_DOLLAR));
        options.price().ifPresent(price -> pricing.price(name, LocalDate.EPOCH, price));
        return pricing.build();
    }

    private Generator instead(String name, LastFailure failure) {
        Generator extractive = Generator.extractive();
        return prompt -> {
            note.accept(name + " did not answer, so these are sentences of the documents: " + failure.reason());
            return extractive.generate(prompt);
        };
    }

    @Override
    public void close() {
        connection.close();
    }
}
