package dev.ragkit.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.ragkit.Embedder;
import dev.ragkit.Embedding;
import dev.ragkit.EmbeddingSpace;
import dev.ragkit.Embeddings;
import dev.ragkit.Metric;
import dev.ragkit.ModelException;
import dev.ragkit.TokenUsage;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What every {@link Embedder} must do, one test a statement. Extend it:
 *
 * <pre>{@code
 * class MyEmbedderTest extends EmbedderContract {
 *     @Override
 *     protected Embedder embedder() {
 *         return MyEmbedder.open(model);
 *     }
 * }
 * }</pre>
 *
 * <p>The tests cannot be overridden.
 */
@Timeout(value = 300, unit = TimeUnit.SECONDS)
public abstract class EmbedderContract {
    private static final double SAME = 0.9999;

    private static final List<String> TEXTS = List.of(
            "The cell is the basic unit of life.",
            "PostgreSQL is a relational database.",
            "cat",
            "A much longer text, of several sentences. It talks about rivers and mountains. It does not say much about either, but"
                    + " it has enough words to need more room than its neighbours.",
            "Der Fluss flie\u00dft durch das Tal.",
            "\u65e5\u672c\u8a9e\u306e\u6587\u7ae0",
            "emoji \ud83d\ude00 and \ud83d\udc68\u200d\ud83d\udc69\u200d\ud83d\udc67",
            "O'Brien said: \"100 % \\ {}\"");

    /** For the subclass. */
    protected EmbedderContract() {}

    /**
     * The embedder to test.
     *
     * @return an embedder, the same one or a new one each time
     */
    protected abstract Embedder embedder();

    /**
     * The number of texts in the largest call of the suite. Default: 100, more than most providers take in one request.
     *
     * @return at least 2
     */
    protected int manyTexts() {
        return 100;
    }

    /**
     * The number of words in the longest text of the suite. Default: 3,000, more than most models read at once.
     *
     * @return at least 100
     */
    protected int longTextWords() {
        return 3_000;
    }

    @Test
    final void theSpaceIsAlwaysTheSame() {
        Embedder embedder = embedder();
        EmbeddingSpace space = embedder.space();
        embedder.embedDocuments(TEXTS);
        assertThat(embedder.space()).isEqualTo(space);
    }

    @Test
    final void thereIsOneEmbeddingAText() {
        for (Function<List<String>, Embeddings> embed : bothWays(embedder())) {
            for (int count = 1; count <= TEXTS.size(); count++) {
                assertThat(embed.apply(TEXTS.subList(0, count)).size()).isEqualTo(count);
            }
        }
    }

    @Test
    final void embeddingsAreInTheOrderOfTheTexts() {
        for (Function<List<String>, Embeddings> embed : bothWays(embedder())) {
            assertSame(embed.apply(TEXTS).list(), oneByOne(embed, TEXTS));
        }
    }

    @Test
    final void neighboursMakeNoDifference() {
        List<String> reversed = new ArrayList<>(TEXTS);
        Collections.reverse(reversed);
        for (Function<List<String>, Embeddings> embed : bothWays(embedder())) {
            List<Embedding> back = new ArrayList<>(embed.apply(reversed).list());
            Collections.reverse(back);
            assertSame(embed.apply(TEXTS).list(), back);
        }
    }

    @Test
    final void theSameTextTwiceHasTheSameEmbeddingTwice() {
        for (Function<List<String>, Embeddings> embed : bothWays(embedder())) {
            Embeddings found = embed.apply(List.of(TEXTS.get(0), TEXTS.get(1), TEXTS.get(0)));
            assertSame(List.of(found.get(0)), List.of(found.get(2)));
        }
    }

    @Test
    final void differentTextsHaveDifferentEmbeddings() {
        for (Function<List<String>, Embeddings> embed : bothWays(embedder())) {
            List<Embedding> found = embed.apply(TEXTS).list();
            for (int i = 1; i < found.size(); i++) {
                assertThat(Metric.COSINE.score(found.get(i), found.get(i - 1)))
                        .as("cosine of the embeddings of texts %d and %d", i, i - 1)
                        .isLessThan(SAME);
            }
        }
    }

    @Test
    final void manyTextsAreEmbeddedInOneCall() {
        List<String> texts = IntStream.range(0, manyTexts())
                .mapToObj(i -> i + " " + TEXTS.get(i % TEXTS.size()))
                .toList();
        Embedder embedder = embedder();
        List<Embedding> found = embedder.embedDocuments(texts).list();
        assertThat(found).hasSize(texts.size());
        for (int i : new int[] {0, 1, texts.size() / 2, texts.size() - 2, texts.size() - 1}) {
            assertSame(
                    List.of(found.get(i)),
                    embedder.embedDocuments(List.of(texts.get(i))).list());
        }
    }

    @Test
    final void embeddingsBelongToTheSpace() {
        Embedder embedder = embedder();
        for (Function<List<String>, Embeddings> embed : bothWays(embedder)) {
            for (Embedding embedding : embed.apply(TEXTS).list()) {
                assertThat(embedding.dimensions()).isEqualTo(embedder.space().dimensions());
                assertThat(embedding.norm()).isPositive();
                if (embedder.space().isNormalized()) {
                    assertThat(embedding.norm()).isCloseTo(1, within(1e-3));
                }
            }
        }
    }

    @Test
    final void noTextsGiveNothingWithoutWork() {
        for (Function<List<String>, Embeddings> embed : bothWays(embedder())) {
            assertThat(embed.apply(List.of())).isEqualTo(new Embeddings(List.of(), TokenUsage.NONE));
        }
    }

    @Test
    final void oneQueryIsEmbeddedLikeAListOfOne() {
        Embedder embedder = embedder();
        for (String text : TEXTS) {
            assertSame(
                    List.of(embedder.embedQuery(text)),
                    embedder.embedQueries(List.of(text)).list());
        }
    }

    @Test
    final void aLongTextIsReadToItsEndOrRefused() {
        String start = "river and mountain ".repeat(longTextWords() / 3);
        List<String> texts = List.of(start + "database index ".repeat(15), start + "a cat sleeps ".repeat(10));
        try {
            List<Embedding> found = embedder().embedDocuments(texts).list();
            assertThat(Metric.COSINE.score(found.get(0), found.get(1)))
                    .as("cosine of the embeddings of two texts that differ in their ends")
                    .isLessThan(1 - 1e-6);
        } catch (ModelException refused) {
            assertThat(refused.isTransient()).as("transient").isFalse();
            assertThat(refused.getMessage()).doesNotContain("river and mountain");
        }
    }

    @Test
    final void aTextWithoutWordsIsEmbeddedOrRefused() {
        Embedder embedder = embedder();
        for (String text : List.of("", " ", "\n", "?", "\ud83d\ude00")) {
            try {
                assertThat(embedder.embedDocuments(List.of(text)).get(0).dimensions())
                        .isEqualTo(embedder.space().dimensions());
            } catch (ModelException refused) {
                assertThat(refused.isTransient()).as("transient").isFalse();
            }
        }
    }

    @Test
    final void severalThreadsMayUseOneEmbedder() {
        Embedder embedder = embedder();
        List<Embedding> alone = embedder.embedDocuments(TEXTS).list();
        Callable<List<Embedding>> task = () -> embedder.embedDocuments(TEXTS).list();
        Together.run(List.of(task, task, task, task)).forEach(found -> assertSame(found, alone));
    }

    @Test
    final void anInterruptEndsTheCallOrIsLeftSet() {
        Embedder embedder = embedder();
        List<Embeddings> results = new ArrayList<>();
        boolean completed = Interrupted.completes(() -> results.add(embedder.embedDocuments(TEXTS)));
        assertThat(results).hasSize(completed ? 1 : 0);
        assertThat(embedder.embedDocuments(TEXTS).size()).isEqualTo(TEXTS.size());
    }

    private static List<Function<List<String>, Embeddings>> bothWays(Embedder embedder) {
        return List.of(embedder::embedDocuments, embedder::embedQueries);
    }

    private static List<Embedding> oneByOne(Function<List<String>, Embeddings> embed, List<String> texts) {
        return texts.stream().map(text -> embed.apply(List.of(text)).get(0)).toList();
    }

    private static void assertSame(List<Embedding> found, List<Embedding> expected) {
        assertThat(found).hasSameSizeAs(expected);
        for (int i = 0; i < found.size(); i++) {
            assertThat(Metric.COSINE.score(found.get(i), expected.get(i)))
                    .as("cosine of two embeddings of text %d", i)
                    .isGreaterThanOrEqualTo(SAME);
        }
    }
}
