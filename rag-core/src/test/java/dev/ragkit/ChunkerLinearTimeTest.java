package dev.ragkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

class ChunkerLinearTimeTest {
    private static final int MIB = 1 << 20;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final double MOST_RATIO = 2.2;
    private static final int RUNS = 2;
    private static final int MOST_ROUNDS = 20;
    /** How often a counter may see a character, on average, in texts made to mislead; and in prose. */
    private static final int MOST_SEEN = 16;

    private static final int MOST_SEEN_OF_PROSE = 8;

    private static final String PROSE = """
            # Of chunks

            A chunk is a verbatim piece of one document, e.g. this one. It is cut where the text can be cut, and no reader of
            Dr. Smith's Fig. 3 would notice. Where there is no such place, the next best one is taken!

            - First, a paragraph; or else a line.
            - Then a sentence, a word, a character.

            """;

    @Test
    void twiceTheTextTakesTwiceTheTime() {
        for (Map.Entry<String, IntFunction<String>> kind : kinds().entrySet()) {
            ratios(kind.getKey() + ", recursive", Chunker.recursive().build(), kind.getValue());
        }
        IntFunction<String> prose = kinds().get("prose");
        ratios("prose, sentences", Chunker.sentences().build(), prose);
        ratios("prose, recursive by words", byWords(Chunker.recursive(), ChunkerLinearTimeTest::words), prose);
        ratios("prose, sentences by words", byWords(Chunker.sentences(), ChunkerLinearTimeTest::words), prose);
    }

    @Test
    void aCounterSeesASmallMultipleOfTheText() {
        kinds().forEach((kind, texts) -> {
            double worst = 0;
            for (ChunkerUnits unit : List.of(ChunkerUnits.WORDS, ChunkerUnits.MERGED, ChunkerUnits.GROWING)) {
                for (ChunkerBuilder.Strategy strategy : ChunkerBuilder.Strategy.values()) {
                    for (int length = MIB / 16; length <= MIB / 4; length *= 2) {
                        worst = Math.max(worst, (double) seen(strategy, unit, texts.apply(length)) / length);
                    }
                }
            }
            System.out.printf(Locale.ROOT, "chunkers: %s: a counter sees the text up to %.1f times%n", kind, worst);
            assertThat(worst).as(kind).isLessThanOrEqualTo(kind.startsWith("prose") ? MOST_SEEN_OF_PROSE : MOST_SEEN);
        });
    }

    @Test
    void aCounterSeesASmallMultipleOfATextOfChangingDensity() {
        String words = "a b c d e f g h ".repeat(40);
        String thin = ("x".repeat(20_000) + " " + words).repeat(20);
        String gaps = ("\n".repeat(14_000) + " " + "x".repeat(500) + " ").repeat(20);
        String blocks = ("x".repeat(2_000) + "\n\n" + words + "\n\n").repeat(50);
        for (String text : List.of(thin, gaps, blocks)) {
            for (ChunkerUnits unit :
                    List.of(ChunkerUnits.WORDS, ChunkerUnits.FRAMED_WORDS, ChunkerUnits.CHARACTERS_OF_OTHERS)) {
                for (ChunkerBuilder.Strategy strategy : ChunkerBuilder.Strategy.values()) {
                    assertThat(seen(strategy, unit, text))
                            .as("%s by %s of %s...", strategy, unit, text.substring(0, 10))
                            .isLessThanOrEqualTo((long) MOST_SEEN * text.length());
                }
            }
        }
    }

    private static long seen(ChunkerBuilder.Strategy strategy, TokenCounter unit, String text) {
        AtomicLong seen = new AtomicLong();
        TokenCounter counter = piece -> {
            seen.addAndGet(piece.length());
            return unit.count(piece);
        };
        new ChunkerBuilder(strategy)
                .maxSize(128)
                .overlap(50)
                .measuredBy(counter, "units")
                .build()
                .chunk(Document.of("d", text));
        return seen.get();
    }

    private static void ratios(String name, Chunker chunker, IntFunction<String> texts) {
        Document[] documents = new Document[4];
        long[] best = new long[4];
        for (int i = 0; i < 4; i++) {
            documents[i] = Document.of("d", texts.apply(MIB << i));
            best[i] = Long.MAX_VALUE;
        }
        for (int round = 0; round < MOST_ROUNDS && (round < RUNS || worst(best) > MOST_RATIO); round++) {
            for (int i = 0; i < 4; i++) {
                best[i] = Math.min(best[i], time(chunker, documents[i]));
            }
        }
        System.out.printf(
                Locale.ROOT,
                "chunkers: %-42s time(2n)/time(n) from 1 MiB: %.2f %.2f %.2f, %.0f MiB/s%n",
                name,
                ratio(best, 1),
                ratio(best, 2),
                ratio(best, 3),
                8e9 / best[3]);
        assertThat(worst(best)).as("time(2n)/time(n) of %s", name).isLessThanOrEqualTo(MOST_RATIO);
    }

    /** Of this thread, so that what else the machine does counts little. */
    private static long time(Chunker chunker, Document document) {
        long start = THREADS.getCurrentThreadCpuTime();
        chunker.chunk(document);
        return THREADS.getCurrentThreadCpuTime() - start;
    }

    private static double worst(long[] best) {
        return Math.max(ratio(best, 1), Math.max(ratio(best, 2), ratio(best, 3)));
    }

    private static double ratio(long[] best, int size) {
        return (double) best[size] / best[size - 1];
    }

    private static Map<String, IntFunction<String>> kinds() {
        Map<String, IntFunction<String>> kinds = new LinkedHashMap<>();
        kinds.put("prose", length -> repeated(PROSE, length));
        kinds.put("prose in one line", length -> repeated(PROSE.replaceAll("\\s+", " "), length));
        kinds.put("no spaces", "x"::repeat);
        kinds.put("100,000 blank lines at a time", length -> repeated("word" + "\n".repeat(100_000), length));
        kinds.put("a blank line after each letter", length -> repeated("a\n\n", length));
        kinds.put("nothing but blank lines", "\n"::repeat);
        kinds.put("emoji joined in one chain", length -> repeated("\ud83d\udc68\u200d", length));
        kinds.put("emoji families", length -> repeated("\ud83d\udc68\u200d\ud83d\udc69\u200d\ud83d\udc67", length));
        kinds.put("combining marks", "\u0301"::repeat);
        kinds.put("Japanese", length -> repeated("日本語の文章はここにある。", length));
        kinds.put("full stops", "."::repeat);
        return kinds;
    }

    private static String repeated(String unit, int length) {
        return unit.repeat(length / unit.length() + 1).substring(0, length);
    }

    private static Chunker byWords(ChunkerBuilder builder, TokenCounter words) {
        return builder.maxSize(200).overlap(20).measuredBy(words, "words").build();
    }

    private static int words(String text) {
        int words = 0;
        boolean inside = false;
        for (int at = 0; at < text.length(); at++) {
            boolean letter = !Character.isWhitespace(text.charAt(at));
            words += letter && !inside ? 1 : 0;
            inside = letter;
        }
        return words;
    }
}
