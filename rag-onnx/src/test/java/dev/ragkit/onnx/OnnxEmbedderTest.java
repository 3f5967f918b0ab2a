package dev.ragkit.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.ragkit.Embedding;
import dev.ragkit.Embeddings;
import dev.ragkit.ModelException;
import dev.ragkit.TokenCounter;
import dev.ragkit.TokenUsage;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** On the tiny model of the test resources, whose vectors are worked out by hand, and on MiniLM where a real network is meant. */
class OnnxEmbedderTest {
    private static final double EXACT = 1e-6;

    private static OnnxEmbedder tiny(Pooling pooling) {
        return OnnxEmbedder.builder(Tiny.model()
                        .pooling(pooling)
                        .documentPrefix("passage: ")
                        .queryPrefix("query: ")
                        .maxTokens(8)
                        .build())
                .build();
    }

    private static void assertDirection(Embedding found, double... direction) {
        double length = Math.sqrt(Arrays.stream(direction).map(x -> x * x).sum());
        for (int i = 0; i < direction.length; i++) {
            assertThat((double) found.value(i)).as("component %d", i).isCloseTo(direction[i] / length, within(EXACT));
        }
    }

    @Test
    void meanPoolingTakesAllTokensOfTheRow() {
        try (OnnxEmbedder embedder = tiny(Pooling.MEAN)) {
            // [CLS] passage : a c [SEP]
            assertDirection(embedder.embedDocuments(List.of("a c")).get(0), 6, 1, 3, 0);
            // [CLS] query : b [SEP]
            assertDirection(embedder.embedQuery("b"), 1, 6, 0, 1);
        }
    }

    @Test
    void clsPoolingTakesTheFirstToken() {
        try (OnnxEmbedder embedder = tiny(Pooling.CLS)) {
            assertDirection(embedder.embedDocuments(List.of("a c")).get(0), 1, 0, 0, 0);
        }
    }

    @Test
    void aTextThatJustFitsIsOneWindow() {
        try (OnnxEmbedder embedder = tiny(Pooling.MEAN)) {
            assertThat(embedder.maxDocumentTokens()).isEqualTo(4);
            Embeddings found = embedder.embedDocuments(List.of("a a a b"));
            assertDirection(found.get(0), 6, 1, 3, 1);
            assertThat(found.usage()).isEqualTo(TokenUsage.ofInput(8));
        }
    }

    @Test
    void aLongerTextIsTheMeanOfItsWindowsWeightedByTheirTokens() {
        try (OnnxEmbedder embedder = tiny(Pooling.MEAN)) {
            // 5 tokens in windows of 2 and 3: [CLS] passage : a a [SEP] and [CLS] passage : a b b [SEP]
            Embeddings found = embedder.embedDocuments(List.of("a a a b b"));
            double first = Math.sqrt(36 + 1 + 4);
            double second = Math.sqrt(36 + 1 + 1 + 4);
            assertDirection(
                    found.get(0),
                    2 * 6 / first + 3 * 6 / second,
                    2 / first + 3 / second,
                    2 * 2 / first + 3 * 1 / second,
                    3 * 2 / second);
            assertThat(found.usage()).isEqualTo(TokenUsage.ofInput(6 + 7));
            assertThat(found.get(0).norm()).isCloseTo(1, within(EXACT));
        }
    }

    @Test
    void everyTokenOfALongTextCounts() {
        try (OnnxEmbedder embedder = OnnxEmbedder.builder(OnnxModel.miniLm()).build()) {
            List<String> words = IntStream.range(0, 700).mapToObj(i -> "word").toList();
            Embedding plain =
                    embedder.embedDocuments(List.of(String.join(" ", words))).get(0);
            for (int at : new int[] {0, 127, 128, 253, 254, 255, 256, 511, 512, 699}) {
                String[] changed = words.toArray(String[]::new);
                changed[at] = "bacteria";
                Embedding other = embedder.embedDocuments(List.of(String.join(" ", changed)))
                        .get(0);
                assertThat(other.dot(plain))
                        .as("cosine after a change of word %d", at)
                        .isLessThan(0.9999);
            }
        }
    }

    @Test
    void longTextsCanBeRefusedBeforeAnyIsEmbedded() {
        try (OnnxEmbedder embedder =
                OnnxEmbedder.builder(OnnxModel.miniLm()).refuseLongTexts().build()) {
            String fits = "word ".repeat(254);
            assertThat(embedder.maxDocumentTokens()).isEqualTo(254);
            assertThat(embedder.embedDocuments(List.of(fits)).usage()).isEqualTo(TokenUsage.ofInput(256));
            assertThatThrownBy(() -> embedder.embedDocuments(List.of(fits, fits + "secret")))
                    .isInstanceOfSatisfying(
                            ModelException.class,
                            e -> assertThat(e.isTransient()).isFalse())
                    .hasMessage(
                            "onnx/all-minilm-l6-v2 refused text 1: it has 255 tokens, and at most 254 are allowed;"
                                    + " cut it into smaller chunks, measured with tokenCounter(), or leave refuseLongTexts() out");
        }
    }

    @Test
    void theCounterCountsWithoutSpecialTokensAndPrefix() {
        TokenCounter counter;
        try (OnnxEmbedder embedder = tiny(Pooling.MEAN)) {
            counter = embedder.tokenCounter();
            assertThat(counter.count("a b ab")).isEqualTo(4);
        }
        assertThat(counter.count("")).as("after close").isZero();
    }

    @Test
    void anEmptyTextHasAnEmbedding() {
        try (OnnxEmbedder embedder = tiny(Pooling.MEAN)) {
            // [CLS] query : [SEP]
            assertDirection(embedder.embedQuery(" "), 1, 6, 0, 0);
        }
    }

    @Test
    void aNullTextIsRefused() {
        try (OnnxEmbedder embedder = tiny(Pooling.MEAN)) {
            assertThatThrownBy(() -> embedder.embedDocuments(Arrays.asList("a", null)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("text 1 must not be null");
        }
    }

    @Test
    void threadsAndBatchesKeepTheOrder() {
        List<String> texts = IntStream.range(0, 500)
                .mapToObj(i -> "a ".repeat(i % 7) + "b ".repeat(i % 5) + "c ".repeat(i % 11))
                .toList();
        try (OnnxEmbedder one = OnnxEmbedder.builder(Tiny.model().maxTokens(8).build())
                        .threads(1)
                        .build();
                OnnxEmbedder many = OnnxEmbedder.builder(
                                Tiny.model().maxTokens(8).build())
                        .threads(8)
                        .batchSize(3)
                        .build()) {
            Embeddings expected = one.embedDocuments(texts);
            assertThat(many.embedDocuments(texts)).isEqualTo(expected);
            for (int i = 0; i < texts.size(); i++) {
                assertThat(one.embedDocuments(List.of(texts.get(i))).get(0)).isEqualTo(expected.get(i));
            }
        }
    }

    @Test
    void aTextHasTheSameBitsWhateverIsEmbeddedWithIt() {
        List<String> texts = List.of("Obesity decreases life quality.", "word ".repeat(400), "", "Venules", "word");
        try (OnnxEmbedder one =
                        OnnxEmbedder.builder(OnnxModel.miniLm()).threads(1).build();
                OnnxEmbedder four =
                        OnnxEmbedder.builder(OnnxModel.miniLm()).threads(4).build()) {
            Embeddings together = four.embedDocuments(texts);
            for (int i = 0; i < texts.size(); i++) {
                assertThat(one.embedDocuments(List.of(texts.get(i))).get(0)).isEqualTo(together.get(i));
            }
        }
    }

    @Test
    void anInterruptEndsTheCallAndStaysSet() {
        try (OnnxEmbedder embedder = tiny(Pooling.MEAN)) {
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> embedder.embedDocuments(List.of("a", "b")))
                    .isInstanceOf(CancellationException.class)
                    .hasMessage("embedding was interrupted");
            assertThat(Thread.interrupted()).isTrue();
            assertThat(embedder.embedDocuments(List.of("a", "b")).size()).isEqualTo(2);
        }
    }

    @Test
    void aClosedEmbedderSaysSo() {
        OnnxEmbedder embedder = tiny(Pooling.MEAN);
        embedder.close();
        embedder.close();
        assertThatThrownBy(() -> embedder.embedQuery("a"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the embedder is closed; build a new one");
        assertThat(embedder.embedDocuments(List.of()).size()).isZero();
    }

    @Test
    void closingWaitsForTheRunsUnderWay() throws InterruptedException {
        for (int round = 0; round < 20; round++) {
            OnnxEmbedder embedder = OnnxEmbedder.builder(
                            Tiny.model().maxTokens(8).build())
                    .threads(4)
                    .build();
            List<CompletableFuture<Embeddings>> calls = IntStream.range(0, 4)
                    .mapToObj(i -> CompletableFuture.supplyAsync(
                            () -> embedder.embedDocuments(List.of("a ".repeat(3_000), "b ".repeat(3_000)))))
                    .toList();
            embedder.close();
            for (CompletableFuture<Embeddings> call : calls) {
                assertCompletesOrSaysClosed(call);
            }
        }
    }

    private static void assertCompletesOrSaysClosed(CompletableFuture<Embeddings> call) throws InterruptedException {
        try {
            assertThat(call.get().size()).isEqualTo(2);
        } catch (ExecutionException e) {
            assertThat(e.getCause())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("the embedder is closed; build a new one");
        }
    }
}
