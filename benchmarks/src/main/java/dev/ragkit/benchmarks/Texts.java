package dev.ragkit.benchmarks;

import java.util.SplittableRandom;

/** Made prose: words of a vocabulary of 20,000 that are as unevenly frequent as those of a language (Zipf). */
final class Texts {
    /** The length of a chunk's text, in characters, but for the last word. */
    static final int CHARACTERS = 500;

    private static final int VOCABULARY = 20_000;
    private static final long SEED = 7;
    private static final String[] SYLLABLES = {
        "ba", "ce", "di", "fo", "gu", "ha", "je", "ki", "lo", "mu", "na", "pe", "ri", "so", "tu", "va", "we", "xi",
        "yo", "zu"
    };

    private Texts() {}

    /** The text of a row; the same each time. */
    static String of(int row) {
        SplittableRandom random = new SplittableRandom(SEED + row * 0x9E3779B97F4A7C15L);
        StringBuilder text = new StringBuilder(CHARACTERS + 20);
        while (text.length() < CHARACTERS) {
            if (!text.isEmpty()) {
                text.append(' ');
            }
            append(text, (int) Math.pow(VOCABULARY, random.nextDouble()));
        }
        return text.append('.').toString();
    }

    /** Frequent words are short. */
    private static void append(StringBuilder text, int word) {
        for (int rest = word; rest > 0; rest /= SYLLABLES.length) {
            text.append(SYLLABLES[rest % SYLLABLES.length]);
        }
        text.append('n');
    }
}
