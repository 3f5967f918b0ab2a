package dev.ragkit.pgvector;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;

/** Text as PostgreSQL keeps it: UTF-8 without NUL. */
final class Utf8 {
    /** By byte, which is by code point: the order of the collation "C". */
    static final Comparator<String> ORDER = (a, b) -> Arrays.compareUnsigned(bytes(a), bytes(b));

    private Utf8() {}

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static boolean isStorable(String text) {
        return unstorableAt(text) < 0;
    }

    /** The first character that PostgreSQL cannot keep, NUL or an unpaired surrogate; -1 if there is none. */
    static int unstorableAt(String text) {
        return unstorableAt(text, 0);
    }

    private static int unstorableAt(CharSequence text, int from) {
        for (int i = from; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == 0) {
                return i;
            }
            if (Character.isSurrogate(c)) {
                boolean pair = Character.isHighSurrogate(c)
                        && i + 1 < text.length()
                        && Character.isLowSurrogate(text.charAt(i + 1));
                if (!pair) {
                    return i;
                }
                i++;
            }
        }
        return -1;
    }

    /** The text with a space for each character that PostgreSQL cannot keep; for text that is only looked up by its words. */
    static String spaced(String text) {
        int at = unstorableAt(text);
        if (at < 0) {
            return text;
        }
        StringBuilder out = new StringBuilder(text);
        for (; at >= 0; at = unstorableAt(out, at)) {
            out.setCharAt(at, ' ');
        }
        return out.toString();
    }

    /** How many words: runs of letters and digits. */
    static int words(String text) {
        int words = 0;
        boolean inside = false;
        for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
            boolean letter = Character.isLetterOrDigit(text.codePointAt(i));
            words += letter && !inside ? 1 : 0;
            inside = letter;
        }
        return words;
    }
}
