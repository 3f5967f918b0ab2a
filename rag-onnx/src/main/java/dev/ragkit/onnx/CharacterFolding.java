package dev.ragkit.onnx;

import java.text.Normalizer;
import org.jspecify.annotations.Nullable;

/**
 * What BERT's basic tokenizer makes of one character: control characters go, spaces become one kind, ideographs get spaces
 * around them, accents are stripped, letters lower-cased.
 *
 * <p>It works a character at a time. Decomposing a whole text would also put its combining marks in canonical order, which
 * is of no use where marks are dropped, and takes quadratic time on a text made of nothing else. Safe for use by several
 * threads: the cache holds immutable strings that are the same whoever computes them.
 */
final class CharacterFolding {
    /** Whether letters keep their case and accents. */
    enum Letters {
        /** Lower case, accents stripped: the "uncased" models. */
        LOWER_STRIPPED,
        /** Lower case with accents. */
        LOWER,
        /** As written, accents stripped. */
        STRIPPED,
        /** As written. */
        VERBATIM;

        static Letters of(boolean lower, boolean strip) {
            if (lower) {
                return strip ? LOWER_STRIPPED : LOWER;
            }
            return strip ? STRIPPED : VERBATIM;
        }

        boolean isLower() {
            return this == LOWER || this == LOWER_STRIPPED;
        }

        boolean isStripped() {
            return this == STRIPPED || this == LOWER_STRIPPED;
        }
    }

    private static final int CACHED = 0x10000;

    private final Letters letters;
    private final @Nullable String[] cache = new String[CACHED];

    CharacterFolding(Letters letters) {
        this.letters = letters;
    }

    /** Returns what the character becomes: empty where it goes, a space, or one or more characters. */
    String fold(int codePoint) {
        if (codePoint >= CACHED) {
            return compute(codePoint);
        }
        String folded = cache[codePoint];
        if (folded == null) {
            folded = compute(codePoint);
            cache[codePoint] = folded;
        }
        return folded;
    }

    /** Whether BERT splits at this character: the Unicode punctuation, and every ASCII symbol. */
    static boolean isPunctuation(int codePoint) {
        if (codePoint < 0x80) {
            return codePoint > ' ' && codePoint < 0x7F && !Character.isLetterOrDigit(codePoint);
        }
        return switch (Character.getType(codePoint)) {
            case Character.CONNECTOR_PUNCTUATION,
                    Character.DASH_PUNCTUATION,
                    Character.START_PUNCTUATION,
                    Character.END_PUNCTUATION,
                    Character.INITIAL_QUOTE_PUNCTUATION,
                    Character.FINAL_QUOTE_PUNCTUATION,
                    Character.OTHER_PUNCTUATION -> true;
            default -> false;
        };
    }

    private String compute(int codePoint) {
        if (codePoint == '\t' || codePoint == '\n' || codePoint == '\r') {
            return " ";
        }
        if (isDropped(codePoint)) {
            return "";
        }
        if (Character.isSpaceChar(codePoint)) {
            return " ";
        }
        String folded = foldLetters(codePoint);
        return isIdeograph(codePoint) ? " " + folded + " " : folded;
    }

    private static boolean isDropped(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL, Character.FORMAT, Character.PRIVATE_USE, Character.SURROGATE -> true;
            default -> codePoint == 0xFFFD;
        };
    }

    private String foldLetters(int codePoint) {
        String text = Character.toString(codePoint);
        if (letters.isStripped()) {
            text = Normalizer.normalize(text, Normalizer.Form.NFD);
        }
        StringBuilder folded = new StringBuilder(text.length());
        text.codePoints()
                .filter(c -> !letters.isStripped() || Character.getType(c) != Character.NON_SPACING_MARK)
                .map(c -> letters.isLower() ? Character.toLowerCase(c) : c)
                .forEach(folded::appendCodePoint);
        return folded.toString();
    }

    /** The blocks of the original tokenizer: CJK ideographs, not Hangul, Hiragana or Katakana. */
    private static boolean isIdeograph(int c) {
        return in(c, 0x4E00, 0x9FFF)
                || in(c, 0x3400, 0x4DBF)
                || in(c, 0x20000, 0x2A6DF)
                || in(c, 0x2A700, 0x2B81F)
                || in(c, 0x2B920, 0x2CEAF)
                || in(c, 0xF900, 0xFAFF)
                || in(c, 0x2F800, 0x2FA1F);
    }

    private static boolean in(int c, int first, int last) {
        return c >= first && c <= last;
    }
}
