package dev.ragkit.openai;

import dev.ragkit.Embedder;
import dev.ragkit.testkit.EmbedderContract;
import org.junit.jupiter.api.AfterEach;

class OpenAiEmbedderContractTest extends EmbedderContract {
    private final Loopback loopback = Loopback.start();

    @Override
    protected Embedder embedder() {
        return loopback.embedder(64);
    }

    @AfterEach
    void close() {
        loopback.close();
    }
}
