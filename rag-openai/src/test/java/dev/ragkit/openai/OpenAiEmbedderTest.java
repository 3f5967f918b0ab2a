package dev.ragkit.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.management.ThreadMXBean;
import dev.ragkit.EmbeddingSpace;
import dev.ragkit.Embeddings;
import dev.ragkit.ModelException;
import dev.ragkit.TextsRefusedException;
import dev.ragkit.testkit.FakeOpenAi;
import dev.ragkit.testkit.FakeReply;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OpenAiEmbedderTest {
    private final Loopback loopback = Loopback.start();
    private final ExecutorService executor = Executors.newFixedThreadPool(3);

    @AfterEach
    void close() {
        loopback.close();
        executor.shutdownNow();
    }

    /** English prose of 800 tokens by the server's count of four characters each. */
    private static List<String> prose(int texts) {
        String sentence =
                "The cell is the basic unit of life, and rivers run through valleys that mountains have made. ";
        String long800 = sentence.repeat(3_200 / sentence.length() + 1);
        return IntStream.range(0, texts)
                .mapToObj(i -> (i + " " + long800).substring(0, 3_200))
                .toList();
    }

    private static void assertVectors(Embeddings found, List<String> texts) {
        assertThat(found.size()).isEqualTo(texts.size());
        for (int i = 0; i < texts.size(); i++) {
            float[] expected = FakeOpenAi.vector(texts.get(i), found.get(i).dimensions());
            assertThat(found.get(i).toArray()).as("vector of text %d", i).isEqualTo(expected);
        }
    }

    @Test
    void tenThousandTextsTakeTheFewestRequestsAndLittleMemory() {
        int texts = 10_000;
        int dimensions = 1_536;
        List<String> prose = prose(texts);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        OpenAiEmbedder embedder = loopback.embedder(dimensions);
        embedder.embedDocuments(prose.subList(0, 500));
        int before = loopback.server().requests().size();
        long start = System.nanoTime();
        long allocatedBefore = threads.getCurrentThreadAllocatedBytes();

        Embeddings found = embedder.embedDocuments(prose);

        double allocated = (double) (threads.getCurrentThreadAllocatedBytes() - allocatedBefore) / texts;
        double seconds = (System.nanoTime() - start) / 1e9;
        int requests = loopback.server().requests().size() - before;
        int fewest = (int) Math.ceil(texts * 800.0 / 300_000);
        double vector = dimensions * 4;
        System.out.printf(
                Locale.ROOT,
                "10,000 texts of 800 tokens: %d requests (at least %d), %.0f bytes allocated an embedding (%.2f x its %.0f), %.0f texts/s%n",
                requests,
                fewest,
                allocated,
                allocated / vector,
                vector,
                texts / seconds);
        assertVectors(found, prose);
        assertThat(found.usage().input()).isEqualTo(texts * 800L);
        assertThat(requests).isBetween(fewest, (int) (1.05 * fewest));
        assertThat(allocated).isLessThanOrEqualTo(2 * vector);
    }

    @Test
    void requestsHoldAtMostTheTextsThatTheServerTakes() {
        List<String> texts =
                IntStream.range(0, 5_000).mapToObj(i -> "text " + i).toList();
        assertVectors(loopback.embedder(8).embedDocuments(texts), texts);
        assertThat(loopback.server().requests()).hasSize(3);
    }

    @Test
    void severalRequestsAreSentAtOnceAndNothingIsMixedUp() {
        List<String> texts = prose(2_000);
        OpenAiEmbedder embedder = OpenAiEmbedder.builder(loopback.connection(), Loopback.space(16))
                .concurrently(4, executor)
                .build();
        loopback.server().dimensions(16);
        assertVectors(embedder.embedDocuments(texts), texts);
        assertThat(loopback.server().connections()).isBetween(2, 4);
        System.out.println(
                "2,000 texts by 4 at once: " + loopback.server().requests().size() + " requests on "
                        + loopback.server().connections() + " connections");
    }

    @Test
    void aFailureOfOneRequestFailsTheCallAndCancelsTheOthers() {
        OpenAiEmbedder embedder = OpenAiEmbedder.builder(loopback.connection(), Loopback.space(16))
                .concurrently(4, executor)
                .requestTexts(10)
                .build();
        FakeReply stall = FakeReply.usual().fault(FakeReply.Phase.RESPONSE_START, FakeReply.Effect.STALL);
        loopback.server().reply(stall, stall, stall, FakeReply.error(503, "overloaded", "later"));
        ModelException failure = catchThrowableOfType(ModelException.class, () -> embedder.embedDocuments(prose(100)));
        assertThat(failure.isTransient()).isTrue();
        assertThat(failure.status()).hasValue(503);
        assertThat(loopback.server().requests()).hasSize(4);
    }

    @Test
    void anInterruptCancelsTheRequestsOfAllThreads() throws Exception {
        OpenAiEmbedder embedder = OpenAiEmbedder.builder(loopback.connection(), Loopback.space(16))
                .concurrently(4, executor)
                .requestTexts(10)
                .build();
        loopback.server()
                .script(request -> FakeReply.usual().fault(FakeReply.Phase.RESPONSE_START, FakeReply.Effect.STALL));
        AtomicLong ended = new AtomicLong();
        List<Object> outcome = Collections.synchronizedList(new ArrayList<>());
        Thread caller = new Thread(() -> {
            try {
                embedder.embedDocuments(prose(100));
            } catch (CancellationException e) {
                ended.set(System.nanoTime());
                outcome.add(Thread.currentThread().isInterrupted());
            }
        });
        caller.start();
        Patience.until(() -> loopback.server().requests().size() == 4);
        long interrupted = System.nanoTime();
        caller.interrupt();
        caller.join();
        long millis = (ended.get() - interrupted) / 1_000_000;
        System.out.println("interrupt of 4 requests at once: the call ended after " + millis + " ms");
        assertThat(outcome).containsExactly(true);
        assertThat(millis).isLessThanOrEqualTo(100);
        Patience.until(() -> loopback.server().abandoned() == 4);
    }

    @Test
    void R38_whatIsWrongWithAReplyIsFoundBeforeAnythingIsReturned() {
        String two = item(0, "[1,2]") + "," + item(1, "[3,4]");
        List<String> wrong = List.of(
                list(item(0, "[1,2]")),
                list(two + "," + item(2, "[5,6]")),
                list(item(0, "[1,2]") + "," + item(0, "[3,4]")),
                list(item(0, "[1,2]") + "," + item(7, "[3,4]")),
                list(item(0, "[1,2]") + "," + item(1, "[3,4,5]")),
                list(item(0, "[1,2]") + "," + item(1, "[3]")),
                list(item(0, "[1,2]") + "," + item(1, "[]")),
                list(item(0, "[1,2]") + "," + item(1, "[3,1e39]")),
                list(item(0, "[1,2]") + "," + item(1, "[3,NaN]")),
                list(item(0, "[1,2]") + "," + item(1, "[3,null]")),
                list(item(0, "[1,2]") + "," + item(1, "\"AACAfw==\"")),
                list(item(0, "[1,2]") + "," + item(1, "\"AACAPwAAwH8=\"")),
                list(item(0, "[1,2]") + "," + item(1, "\"AACAPwAAAEA=AA\"")),
                list(item(0, "[1,2]") + "," + item(1, "null")),
                list(""),
                "{\"data\":null}",
                "{}",
                "[]",
                "<html><body>Welcome</body></html>",
                "{\"error\":{\"message\":\"no\",\"code\":\"odd\"}}");
        OpenAiEmbedder embedder = loopback.embedder(2);
        for (String body : wrong) {
            loopback.server().reply(FakeReply.of(200, body));
            assertThatThrownBy(() -> embedder.embedDocuments(List.of("a", "b")))
                    .as(body)
                    .isInstanceOf(ModelException.class)
                    .matches(e -> !((ModelException) e).isTransient(), "permanent");
        }
        loopback.server().reply(FakeReply.of(200, ""));
        assertThatThrownBy(() -> embedder.embedDocuments(List.of("a", "b")))
                .hasMessageContaining("the reply is empty")
                .matches(e -> ((ModelException) e).isTransient(), "transient");
        for (String body : List.of(list(item(1, "[3,4]") + "," + item(0, "[1,2]")), list(two))) {
            loopback.server().reply(FakeReply.of(200, body));
            assertThat(embedder.embedDocuments(List.of("a", "b")).list())
                    .extracting(embedding -> embedding.value(0))
                    .containsExactly(1f, 3f);
        }
        System.out.println("R-38: " + wrong.size() + " of " + wrong.size() + " wrong replies refused");
    }

    private static String item(int index, String embedding) {
        return "{\"embedding\":" + embedding + ",\"index\":" + index + "}";
    }

    private static String list(String items) {
        return "{\"data\":[" + items + "]}";
    }

    @Test
    void R38_inAShuffledReplyEachTextHasItsOwnVector() {
        long seed = Long.getLong("seed", 38);
        Random random = new Random(seed);
        int texts = Boolean.getBoolean("rag.deep") ? 1_000_000 : 100_000;
        List<String> all = IntStream.range(0, texts).mapToObj(i -> "chunk " + i).toList();
        OpenAiEmbedder embedder = OpenAiEmbedder.builder(loopback.connection(), Loopback.space(8))
                .withoutBase64()
                .build();
        loopback.server().script(request -> shuffled(request.body(), random));
        long wrong = 0;
        for (int from = 0; from < texts; from += 50_000) {
            List<String> part = all.subList(from, from + 50_000);
            Embeddings found = embedder.embedDocuments(part);
            for (int i = 0; i < part.size(); i++) {
                float[] expected = FakeOpenAi.vector(part.get(i), 8);
                wrong += Arrays.equals(found.get(i).toArray(), expected) ? 0 : 1;
            }
        }
        System.out.println("R-38: seed " + seed + ", " + wrong + " of " + texts + " texts with another's vector");
        assertThat(wrong).isZero();
    }

    private static FakeReply shuffled(String body, Random random) {
        List<String> items = new ArrayList<>();
        String[] parts =
                body.substring(body.indexOf("[\"") + 2, body.lastIndexOf("\"]")).split("\",\"");
        for (int i = 0; i < parts.length; i++) {
            items.add(item(i, Arrays.toString(FakeOpenAi.vector(parts[i], 8))));
        }
        synchronized (random) {
            Collections.shuffle(items, random);
        }
        return FakeReply.of(200, list(String.join(",", items)));
    }

    @Test
    void R39_oneTextThatIsTooLongIsFoundAndTheOthersAreEmbedded() {
        int texts = 256;
        int worst = 0;
        for (int bad : new int[] {0, 1, 100, 127, 128, 255}) {
            List<String> all = new ArrayList<>();
            for (int i = 0; i < texts; i++) {
                all.add(i == bad ? "word ".repeat(8_000) : "text " + i);
            }
            OpenAiEmbedder embedder = OpenAiEmbedder.builder(loopback.connection(), Loopback.space(8))
                    .textTokens(1_000_000)
                    .build();
            loopback.server().dimensions(8);
            int before = loopback.server().requests().size();

            TextsRefusedException refused =
                    catchThrowableOfType(TextsRefusedException.class, () -> embedder.embedDocuments(all));

            worst = Math.max(worst, loopback.server().requests().size() - before - 1);
            assertThat(refused.refused()).containsOnlyKeys(bad);
            assertThat(refused.getMessage()).contains("1 of 256", "text " + bad, "10000 tokens");
            for (int i = 0; i < texts; i++) {
                if (i != bad) {
                    assertThat(refused.embedding(i).orElseThrow().toArray())
                            .isEqualTo(FakeOpenAi.vector(all.get(i), 8));
                }
            }
        }
        System.out.println("R-39: " + worst + " requests more than one for one bad text of 256, at most " + (2 * 8 + 1)
                + " allowed; 255 of 255 others embedded");
        assertThat(worst).isLessThanOrEqualTo(2 * 8 + 1);
    }

    @Test
    void textsThatNoServerTakesAreRefusedWithoutBeingSent() {
        OpenAiEmbedder embedder = OpenAiEmbedder.builder(loopback.connection(), Loopback.space(8))
                .tokenCounter(text -> text.length())
                .textTokens(10)
                .build();
        TextsRefusedException refused = catchThrowableOfType(
                TextsRefusedException.class,
                () -> embedder.embedDocuments(List.of("", "\ud83d", "more than ten characters")));
        assertThat(refused.refused()).hasSize(3);
        assertThat(refused.refused().get(2)).contains("24 tokens", "at most 10");
        assertThat(loopback.server().requests()).isEmpty();
    }

    @Test
    void optionalFieldsAreSentOnlyWhereAsked() {
        loopback.server().dimensions(256);
        EmbeddingSpace shortened =
                EmbeddingSpace.builder("openai", "text-embedding-3-small", 256).build();
        OpenAiEmbedder.builder(loopback.connection(), shortened).build().embedQuery("a");
        OpenAiEmbedder.builder(loopback.connection(), Loopback.space(256))
                .withoutBase64()
                .build()
                .embedQuery("a");
        List<String> bodies = loopback.server().requests().stream()
                .map(request -> request.body())
                .toList();
        assertThat(bodies.get(0))
                .isEqualTo("{\"model\":\"text-embedding-3-small\",\"encoding_format\":\"base64\",\"dimensions\":256,"
                        + "\"input\":[\"a\"]}");
        assertThat(bodies.get(1)).isEqualTo("{\"model\":\"fake-model\",\"input\":[\"a\"]}");
    }

    @Test
    void prefixesOfTheSpaceStandBeforeTheTexts() {
        EmbeddingSpace space = EmbeddingSpace.builder("fake", "e5", 8)
                .documentPrefix("passage: ")
                .queryPrefix("query: ")
                .build();
        loopback.server().dimensions(8);
        OpenAiEmbedder embedder =
                OpenAiEmbedder.builder(loopback.connection(), space).build();
        assertThat(embedder.embedQuery("a").toArray()).isEqualTo(FakeOpenAi.vector("query: a", 8));
        assertThat(embedder.embedDocuments(List.of("a")).get(0).toArray())
                .isEqualTo(FakeOpenAi.vector("passage: a", 8));
    }

    @Test
    void settingsOutOfBoundsAreRefused() {
        assertThatThrownBy(() -> OpenAiEmbedder.space("other"))
                .hasMessageContaining("dimensions of model 'other' are not known");
        assertThatThrownBy(() -> OpenAiEmbedder.builder(loopback.connection(), Loopback.space(8))
                        .requestTexts(0))
                .hasMessage("requestTexts must be between 1 and 100000, was 0");
    }
}
