package dev.ragkit.pgvector;

import dev.ragkit.StoreChecks;
import dev.ragkit.VectorStore;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;

/** Text as PostgreSQL keeps it: UTF-8 without NUL. */
final class Utf8 {
    /** By code point, which is by byte: the order of the collation "C". */
    static final Comparator<String> ORDER = VectorStore.ID_ORDER;

    private Utf8() {}

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static boolean isStorable(String text) {
        return unstorableAt(text) < 0;
    }

    /** The first character that PostgreSQL cannot keep, NUL or an unpaired surrogate; -1 if there is none. */
    static int unstorableAt(String text) {
        return StoreChecks.unstorableAt(text);
    }

    /** The text with a space for each character that PostgreSQL cannot keep; for text that is only looked up by its words. */
    static String spaced(String text) {
        if (isStorable(text)) {
            return text;
        }
        StringBuilder out = new StringBuilder(text.length());
        text.codePoints()
                .map(codePoint ->
                        codePoint == 0 || Character.getType(codePoint) == Character.SURROGATE ? ' ' : codePoint)
                .forEach(out::appendCodePoint);
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
