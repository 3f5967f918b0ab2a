package dev.ragkit.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ragkit.Chunk;
import dev.ragkit.Chunker;
import dev.ragkit.Document;
import dev.ragkit.Metadata;
import dev.ragkit.TokenCounter;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What every {@link Chunker} must do, one test a statement. Extend it once for each setting that matters:
 *
 * <pre>{@code
 * class MyChunkerTest extends ChunkerContract {
 *     @Override
 *     protected Chunker chunker() {
 *         return new MyChunker(200);
 *     }
 * }
 * }</pre>
 *
 * <p>The tests cannot be overridden.
 */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
public abstract class ChunkerContract {
    private static final int TEXTS = 600;
    private static final Pattern GRAPHEME = Pattern.compile("\\X");

    private static final List<String> PROSE = List.of(
            "One sentence.",
            "Two sentences. Here is the second, which is a little longer than the first one.",
            "A paragraph of some words.\n\nAnother paragraph.\n\n\nA third one after more lines.",
            "word ".repeat(2_000),
            "x".repeat(5_000),
            "line\n".repeat(1_000),
            "\n".repeat(5_000) + "far down" + "\n".repeat(5_000),
            "\ud83d\ude00".repeat(2_000),
            "e\u0301".repeat(2_000),
            "\u65e5\u672c\u8a9e\u3002".repeat(700),
            " leading and trailing ",
            "\u00a0",
            "a",
            "\ud83d\ude00");

    /** For the subclass. */
    protected ChunkerContract() {}

    /**
     * Makes the chunker.
     *
     * @return a chunker, always with the same settings
     */
    protected abstract Chunker chunker();

    /**
     * The largest chunk that the settings allow, in the unit of {@link #counter()}. Default: no limit.
     *
     * @return at least 1
     */
    protected int maxSize() {
        return Integer.MAX_VALUE;
    }

    /**
     * The unit of {@link #maxSize()}. Default: characters.
     *
     * @return the counter
     */
    protected TokenCounter counter() {
        return TokenCounter.characters();
    }

    @Test
    final void chunksAreVerbatimPiecesAtTheirOffsets() {
        for (Document document : documents()) {
            for (Chunk chunk : chunker().chunk(document)) {
                assertThat(chunk.end())
                        .as("%s", chunk)
                        .isLessThanOrEqualTo(document.text().length());
                assertThat(chunk.text())
                        .as("%s", chunk)
                        .isEqualTo(document.text().substring(chunk.start(), chunk.end()));
            }
        }
    }

    @Test
    final void chunksAreNumberedFromZero() {
        for (Document document : documents()) {
            List<Chunk> chunks = chunker().chunk(document);
            assertThat(chunks)
                    .extracting(Chunk::ordinal)
                    .isEqualTo(IntStream.range(0, chunks.size()).boxed().toList());
        }
    }

    @Test
    final void chunksAreInTheOrderOfTheText() {
        for (Document document : documents()) {
            List<Chunk> chunks = chunker().chunk(document);
            for (int i = 1; i < chunks.size(); i++) {
                Chunk before = chunks.get(i - 1);
                Chunk chunk = chunks.get(i);
                assertThat(chunk.start()).as("%s after %s", chunk, before).isGreaterThanOrEqualTo(before.start());
                assertThat(List.of(chunk.start(), chunk.end()))
                        .as("%s after %s", chunk, before)
                        .isNotEqualTo(List.of(before.start(), before.end()));
            }
        }
    }

    @Test
    final void everythingButWhiteSpaceIsInAChunk() {
        for (Document document : documents()) {
            String text = document.text();
            BitSet covered = new BitSet(text.length());
            chunker().chunk(document).forEach(chunk -> covered.set(chunk.start(), chunk.end()));
            IntStream.range(0, text.length())
                    .filter(i -> !covered.get(i))
                    .forEach(i -> assertThat(Character.isWhitespace(text.charAt(i)))
                            .as("character %d of %s is in a chunk", i, document)
                            .isTrue());
        }
    }

    @Test
    final void noChunkIsBlank() {
        for (Document document : documents()) {
            assertThat(chunker().chunk(document))
                    .noneMatch(chunk -> chunk.text().isBlank());
        }
    }

    @Test
    final void aBlankTextHasNoChunks() {
        for (String text : List.of("", " ", "\n", "\r\n\t ", "\u3000", "\n".repeat(100_000))) {
            assertThat(chunker().chunk(Document.of("blank", text))).isEmpty();
        }
    }

    @Test
    final void noChunkIsLargerThanTheLimit() {
        for (Document document : documents()) {
            for (Chunk chunk : chunker().chunk(document)) {
                if (counter().count(chunk.text()) > maxSize()) {
                    // What people see as one character is never cut, however long.
                    assertThat(GRAPHEME.matcher(chunk.text()).results().count())
                            .as("characters, as people see them, of %s with a limit of %d", chunk, maxSize())
                            .isEqualTo(1);
                }
            }
        }
    }

    @Test
    final void noSurrogatePairIsCut() {
        for (Document document : documents()) {
            for (Chunk chunk : chunker().chunk(document)) {
                assertThat(cutsPair(document.text(), chunk.start()))
                        .as("start of %s", chunk)
                        .isFalse();
                assertThat(cutsPair(document.text(), chunk.end()))
                        .as("end of %s", chunk)
                        .isFalse();
            }
        }
    }

    @Test
    final void theSameDocumentAlwaysGivesTheSameChunks() {
        Chunker chunker = chunker();
        for (Document document : documents()) {
            List<Chunk> chunks = chunker.chunk(document);
            assertThat(chunker.chunk(document)).isEqualTo(chunks);
            assertThat(chunker().chunk(document)).isEqualTo(chunks);
        }
    }

    @Test
    final void chunksCarryTheIdTheSourceAndTheMetadataOfTheDocument() {
        Metadata metadata = Metadata.of("n", 1.0).with("list", List.of("a"));
        Document document = new Document("some id", "One sentence. Another one.", metadata, "some source");
        List<Chunk> chunks = chunker().chunk(document);
        assertThat(chunks).isNotEmpty().allSatisfy(chunk -> {
            assertThat(chunk.documentId()).isEqualTo("some id");
            assertThat(chunk.source()).isEqualTo("some source");
            assertThat(chunk.metadata().asMap()).containsAllEntriesOf(metadata.asMap());
        });
    }

    @Test
    final void theIdIsStable() {
        String id = chunker().id();
        assertThat(id).isNotBlank().hasSizeLessThanOrEqualTo(512);
        assertThat(chunker().id()).isEqualTo(id);
    }

    @Test
    final void severalThreadsMayUseOneChunker() {
        Chunker chunker = chunker();
        List<Document> documents = documents().subList(0, 150);
        List<List<Chunk>> alone = documents.stream().map(chunker::chunk).toList();
        Callable<List<List<Chunk>>> task =
                () -> documents.stream().map(chunker::chunk).toList();
        assertThat(Together.run(List.of(task, task, task, task))).allMatch(alone::equals);
    }

    private static boolean cutsPair(String text, int at) {
        return at > 0
                && at < text.length()
                && Character.isHighSurrogate(text.charAt(at - 1))
                && Character.isLowSurrogate(text.charAt(at));
    }

    private static List<Document> documents() {
        RandomTexts texts = new RandomTexts(new Random(Seed.of("ChunkerContract", 1_729)));
        List<String> all = new ArrayList<>(PROSE);
        IntStream.range(0, TEXTS).forEach(i -> all.add(texts.text()));
        return IntStream.range(0, all.size())
                .mapToObj(i -> Document.of("text-" + i, all.get(i)))
                .collect(Collectors.toList());
    }
}
