package dev.ragkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ChunkerTest {
    private static final TokenCounter WORDS = ChunkerUnits.WORDS;

    @Test
    void aTextThatFitsIsOneChunkWithoutTheWhiteSpaceAround() {
        Document document = Document.of("d", "\n  One sentence. Another.\n\nA paragraph. \r\n");

        List<Chunk> chunks = Chunker.recursive().build().chunk(document);

        assertThat(chunks).hasSize(1);
        assertThat(chunks.get(0).start()).isEqualTo(3);
        assertThat(chunks.get(0).text()).isEqualTo("One sentence. Another.\n\nA paragraph.");
        assertThat(Chunker.sentences().build().chunk(document)).isEqualTo(chunks);
    }

    @Test
    void chunksCarryMetadataAndSource() {
        Document document =
                Document.of("d", "text").withMetadata(Metadata.of("k", "v")).withSource("file");

        assertThat(Chunker.recursive().build().chunk(document)).singleElement().satisfies(chunk -> {
            assertThat(chunk.metadata()).isEqualTo(Metadata.of("k", "v"));
            assertThat(chunk.source()).isEqualTo("file");
        });
    }

    @Test
    void blankTextsHaveNoChunks() {
        for (String blank : List.of("", " ", "\r\n\t\n", "\n".repeat(100_000), "\u2028\u3000")) {
            assertThat(Chunker.recursive().build().chunk(Document.of("d", blank)))
                    .isEmpty();
            assertThat(Chunker.sentences().build().chunk(Document.of("d", blank)))
                    .isEmpty();
        }
    }

    @Test
    void aParagraphGoesBeforeALineBeforeASentenceBeforeAWord() {
        assertThat(recursive(40, "A first one.\n\nA line\nand one. Then words go"))
                .containsExactly("A first one.", "A line\nand one. Then words go");
        assertThat(recursive(30, "A line here\nand one. Then words go"))
                .containsExactly("A line here", "and one. Then words go");
        assertThat(recursive(30, "A sentence here. Then words go on"))
                .containsExactly("A sentence here.", "Then words go on");
        assertThat(recursive(16, "Only words that go on")).containsExactly("Only words that", "go on");
    }

    @Test
    void aLineBreakThatOnlyWrapsTheTextDoesNotGoBeforeASentence() {
        String text = """
                This paragraph is one of those that were wrapped at some width,
                and it has two sentences. The second one begins in mid line and
                goes on for a while.
                """;

        assertThat(recursive(100, text))
                .containsExactly(
                        "This paragraph is one of those that were wrapped at some width,\nand it has two sentences.",
                        "The second one begins in mid line and\ngoes on for a while.");
    }

    @Test
    void aChunkIsNotCutShortForABoundaryNearItsBeginning() {
        assertThat(recursive(40, "A.\n\nThese are words that go on and on and on"))
                .containsExactly("A.\n\nThese are words that go on and on", "and on");
    }

    @Test
    void aHeadingBeginsAChunk() {
        String text = "# One\n\nText of one goes here.\n\n## Two\n\nText of two goes here.";

        assertThat(recursive(50, text))
                .containsExactly("# One\n\nText of one goes here.", "## Two\n\nText of two goes here.");
        assertThat(sentences(40, text))
                .containsExactly("# One\n\nText of one goes here.", "## Two\n\nText of two goes here.");
        assertThat(recursive(50, "Something before it goes here.\n\nTitle\n=====\nText under the title."))
                .containsExactly("Something before it goes here.", "Title\n=====\nText under the title.");
    }

    @Test
    void aBlankLineInACodeBlockIsNoParagraph() {
        assertThat(recursive(40, "Some words before it.\n\n```\nint a;\n\nint b;\n```\n\nAfter it."))
                .containsExactly("Some words before it.", "```\nint a;\n\nint b;\n```\n\nAfter it.");
    }

    @Test
    void theFirstAndTheLastLineOfACodeBlockStayWithTheCode() {
        assertThat(recursive(30, "A few words go here:\n```java\nint a;\n```"))
                .containsExactly("A few words go here:", "```java\nint a;\n```");
        assertThat(recursive(20, "```\nint a;\nint b;\n```\nAfter."))
                .containsExactly("```\nint a;", "int b;\n```\nAfter.");
    }

    @Test
    void carriageReturnAndLineFeedAreOneLineBreak() {
        assertThat(recursive(30, "A paragraph.\r\n\r\nLine\r\nline of words on"))
                .containsExactly("A paragraph.", "Line\r\nline of words on");
    }

    @Test
    void aLongWordIsCutOnlyIfItIsTooLongItself() {
        String word = "x".repeat(30);

        assertThat(recursive(30, "some " + word + " more")).containsExactly("some", word, "more");
        assertThat(recursive(20, "some " + word + " more"))
                .containsExactly("some", "x".repeat(20), "x".repeat(10) + " more");
    }

    @Test
    void textWithoutSpacesIsCutBetweenCharactersButNotBeforePunctuation() {
        assertThat(recursive(16, "あいうえおかきくけこさしすせそた、ちつてと")).containsExactly("あいうえおかきくけこさしすせそ", "た、ちつてと");
        assertThat(recursive(16, "日本語の文章はここに。次の文章はここにある。")).containsExactly("日本語の文章はここに。", "次の文章はここにある。");
    }

    @Test
    void graphemesAreKeptWhole() {
        String family = "\ud83d\udc68\u200d\ud83d\udc69\u200d\ud83d\udc67\u200d\ud83d\udc66";

        assertThat(recursive(24, family.repeat(3))).containsExactly(family.repeat(2), family);
        assertThat(recursive(16, "e\u0301".repeat(12))).containsExactly("e\u0301".repeat(8), "e\u0301".repeat(4));
        assertThat(recursive(17, "\ud83c\udde9\ud83c\uddea".repeat(6)))
                .as("flags")
                .containsExactly("\ud83c\udde9\ud83c\uddea".repeat(4), "\ud83c\udde9\ud83c\uddea".repeat(2));
    }

    @Test
    void aGraphemeThatIsTooLongAloneIsCutBetweenCodePoints() {
        String chain = "\ud83d\udc68\u200d".repeat(10);

        List<Chunk> chunks = chunks(Chunker.recursive().maxSize(16).overlap(0), chain);

        assertThat(chunks).allSatisfy(chunk -> {
            assertThat(chunk.text().length()).isLessThanOrEqualTo(16);
            assertThat(Character.isLowSurrogate(chunk.text().charAt(0))).isFalse();
        });
        assertThat(String.join("", texts(chunks))).isEqualTo(chain);
    }

    @Test
    void unpairedSurrogatesAreKeptVerbatim() {
        String text = "a \ud83d b \ude00\ud83d c";

        assertThat(recursive(100, text)).containsExactly(text);
    }

    @Test
    void theOverlapIsWholeSentencesWhereTheyFit() {
        String text = "First one is here. Second one. Third is here. Fourth one.";
        String[] shared = {"First one is here. Second one.", "Second one. Third is here.", "Third is here. Fourth one."
        };

        assertThat(texts(chunks(Chunker.recursive().maxSize(34).overlap(17), text)))
                .containsExactly(shared);
        assertThat(texts(chunks(Chunker.sentences().maxSize(34).overlap(17), text)))
                .containsExactly(shared);
    }

    @Test
    void theOverlapIsWholeWordsWhereNoSentenceFits() {
        assertThat(texts(chunks(Chunker.recursive().maxSize(20).overlap(8), "one two three four five six")))
                .containsExactly("one two three four", "four five six");
        assertThat(texts(chunks(Chunker.sentences().maxSize(20).overlap(8), "One two. Three four five six. Seven.")))
                .as("sentences share whole sentences or nothing")
                .containsExactly("One two.", "Three four five six.", "Seven.");
    }

    @Test
    void theOverlapTakesNoMoreOfAChunkThanItIsLong() {
        assertThat(texts(chunks(Chunker.recursive().maxSize(20).overlap(8), "one two three four\n\nfive six x")))
                .containsExactly("one two three four", "four\n\nfive six x");
        assertThat(texts(chunks(
                        Chunker.recursive().maxSize(20).overlap(8), "one two three four" + "\n".repeat(30) + "five")))
                .as("what they share and the gap do not fit")
                .containsExactly("one two three four", "five");
    }

    @Test
    void noOverlapLeadsIntoAHeading() {
        String text = "Some words. Last.\n\n# Heading\nText of it.";

        assertThat(texts(chunks(Chunker.recursive().maxSize(24).overlap(8), text)))
                .containsExactly("Some words. Last.", "# Heading\nText of it.");
    }

    @Test
    void sentencesArePackedAsFarAsTheyFit() {
        String text = "One two three. Four five.\n\nSix seven. Eight nine ten. Eleven.";

        assertThat(sentences(40, text))
                .containsExactly("One two three. Four five.\n\nSix seven.", "Eight nine ten. Eleven.");
        assertThat(texts(chunks(
                        Chunker.sentences()
                                .maxSize(16)
                                .overlap(0)
                                .measuredBy(text1 -> 2 * WORDS.count(text1), "half words"),
                        text)))
                .containsExactly("One two three. Four five.\n\nSix seven.", "Eight nine ten. Eleven.");
    }

    @Test
    void sentencesArePackedToTheLastUnit() {
        List<Chunk> chunks =
                chunks(Chunker.sentences().maxSize(20).overlap(0).measuredBy(WORDS, "words"), "Two words. ".repeat(95));

        assertThat(chunks).hasSize(10);
        assertThat(chunks.subList(0, 9))
                .allSatisfy(chunk -> assertThat(WORDS.count(chunk.text())).isEqualTo(20));
    }

    @Test
    void aSentenceThatIsTooLongIsCutAsRecursively() {
        assertThat(sentences(20, "Short. This one is a very long sentence. End."))
                .containsExactly("Short.", "This one is a very", "long sentence. End.");
    }

    @Test
    void theCounterMeasuresWhatBecomesAChunk() {
        String text = "a b c d e f g h i j k l m n o p q r s t u v w x y z ".repeat(20);

        List<Chunk> chunks = chunks(Chunker.recursive().maxSize(20).overlap(5).measuredBy(WORDS, "words"), text);

        assertThat(chunks)
                .allSatisfy(chunk -> assertThat(WORDS.count(chunk.text())).isLessThanOrEqualTo(20));
        assertThat(chunks.subList(0, chunks.size() - 1))
                .allSatisfy(chunk -> assertThat(WORDS.count(chunk.text())).isGreaterThanOrEqualTo(18));
    }

    @Test
    void chunksAreFilledWhereTheTextGetsThinner() {
        String text = "a b c d e f g h ".repeat(20) + "incomprehensibilities ".repeat(200);

        List<Chunk> chunks = chunks(Chunker.recursive().maxSize(20).overlap(0).measuredBy(WORDS, "words"), text);

        assertThat(chunks.subList(0, chunks.size() - 1))
                .allSatisfy(chunk -> assertThat(WORDS.count(chunk.text())).isGreaterThanOrEqualTo(16));
    }

    @Test
    void whiteSpaceUnderAMarkIsNoChunkWithoutIt() {
        List<Chunk> chunks = chunks(
                Chunker.recursive().maxSize(16).overlap(0).measuredBy(text -> 8 * text.length(), "eighths"),
                "ab \u0301\u0302\u0303\u0304");

        assertThat(texts(chunks)).containsExactly("ab", " \u0301", "\u0302\u0303", "\u0304");
    }

    @Test
    void aCharacterThatAloneMeasuresMoreIsRefused() {
        assertThatThrownBy(() -> chunks(stones(17), "  a"))
                .isInstanceOf(DocumentException.class)
                .hasMessage(
                        "cannot cut document 'd' into chunks of at most 16 stones: the character at 2 alone measures more; "
                                + "raise maxSize");
        assertThatThrownBy(() -> chunks(stones(16), "a \u0301"))
                .as("white space is no chunk without the mark on it")
                .isInstanceOf(DocumentException.class)
                .hasMessageContaining("the character at 1 alone");
    }

    private static ChunkerBuilder stones(int each) {
        return Chunker.recursive().maxSize(16).measuredBy(text -> each * text.length(), "stones");
    }

    @Test
    void theIdNamesAllSettings() {
        assertThat(Chunker.recursive().build().id()).isEqualTo("recursive(1000 characters, overlap 100)");
        assertThat(Chunker.sentences()
                        .maxSize(256)
                        .measuredBy(WORDS, "bge-small tokens")
                        .build()
                        .id())
                .isEqualTo("sentences(256 bge-small tokens, overlap 25)");
        assertThat(Chunker.recursive().overlap(0).build().id()).isEqualTo("recursive(1000 characters, overlap 0)");
    }

    @Test
    void settingsOutOfBoundsAreRefused() {
        Map<Runnable, String> wrong = Map.of(
                () -> Chunker.recursive().maxSize(15), "maxSize must be between 16 and 1000000, was 15",
                () -> Chunker.recursive().maxSize(1_000_001), "maxSize must be between 16 and 1000000, was 1000001",
                () -> Chunker.recursive().overlap(-1), "overlap must be between 0 and 500000, was -1",
                () -> Chunker.recursive().maxSize(100).overlap(51).build(),
                        "overlap must be between 0 and 50, half of maxSize 100, was 51",
                () -> Chunker.recursive().measuredBy(WORDS, " "), "unit must not be blank",
                () -> Chunker.recursive().measuredBy(WORDS, "x".repeat(101)),
                        "length of unit must be between 1 and 100, was 101");

        wrong.forEach((call, message) -> assertThatThrownBy(call::run)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message));
    }

    @Test
    void aBuilderMayGoOnAfterBuilding() {
        ChunkerBuilder builder = Chunker.recursive().maxSize(100);
        Chunker first = builder.build();
        builder.maxSize(200).overlap(0);

        assertThat(first.id()).isEqualTo("recursive(100 characters, overlap 10)");
        assertThat(builder.build().id()).isEqualTo("recursive(200 characters, overlap 0)");
    }

    private static List<String> recursive(int maxSize, String text) {
        return texts(chunks(Chunker.recursive().maxSize(maxSize).overlap(0), text));
    }

    private static List<String> sentences(int maxSize, String text) {
        return texts(chunks(Chunker.sentences().maxSize(maxSize).overlap(0), text));
    }

    private static List<Chunk> chunks(ChunkerBuilder builder, String text) {
        return builder.build().chunk(Document.of("d", text));
    }

    private static List<String> texts(List<Chunk> chunks) {
        return chunks.stream().map(Chunk::text).toList();
    }
}
