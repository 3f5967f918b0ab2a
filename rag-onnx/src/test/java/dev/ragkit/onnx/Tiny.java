package dev.ragkit.onnx;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** The model of four dimensions in the test resources, whose vectors can be worked out by hand. */
final class Tiny {
    private static final String FOLDER = "dev/ragkit/onnx/";

    private Tiny() {}

    static ModelFile file(String name) {
        return ModelFile.resource(FOLDER + name);
    }

    static OnnxModel.Builder model() {
        return OnnxModel.builder("tiny", file("tiny.onnx"), file("tiny-tokenizer.json"));
    }

    static String tokenizerJson() {
        try (InputStream in = file("tiny-tokenizer.json").open()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
