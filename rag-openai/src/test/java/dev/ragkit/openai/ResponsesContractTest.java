package dev.ragkit.openai;

import dev.ragkit.Generator;
import dev.ragkit.testkit.GeneratorContract;
import org.junit.jupiter.api.AfterEach;

class ResponsesContractTest extends GeneratorContract {
    private final Loopback loopback = Loopback.start();

    @Override
    protected Generator generator() {
        return OpenAiGenerator.builder(loopback.connection(), "fake-model")
                .byResponses()
                .build();
    }

    @AfterEach
    void close() {
        loopback.close();
    }
}
