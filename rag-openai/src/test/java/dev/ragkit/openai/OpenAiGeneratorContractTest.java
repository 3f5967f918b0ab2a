package dev.ragkit.openai;

import dev.ragkit.Generator;
import dev.ragkit.testkit.GeneratorContract;
import org.junit.jupiter.api.AfterEach;

class OpenAiGeneratorContractTest extends GeneratorContract {
    private final Loopback loopback = Loopback.start();

    @Override
    protected Generator generator() {
        return loopback.generator();
    }

    @AfterEach
    void close() {
        loopback.close();
    }
}
