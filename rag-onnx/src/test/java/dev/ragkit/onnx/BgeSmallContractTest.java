package dev.ragkit.onnx;

import dev.ragkit.Embedder;
import dev.ragkit.testkit.EmbedderContract;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class BgeSmallContractTest extends EmbedderContract {
    @SuppressWarnings("NullAway.Init")
    private static OnnxEmbedder embedder;

    @BeforeAll
    static void open() {
        embedder = OnnxEmbedder.builder(OnnxModel.bgeSmall()).build();
    }

    @AfterAll
    static void close() {
        embedder.close();
    }

    @Override
    protected Embedder embedder() {
        return embedder;
    }
}
