package dev.ragkit;

import java.util.Comparator;

/**
 * Strings by Unicode code point, which is also the order of their UTF-8 bytes. {@link String#compareTo} orders by UTF-16
 * code unit and puts U+10000 before U+E000, so a database would disagree with it.
 */
enum CodePointOrder implements Comparator<String> {
    INSTANCE;

    @Override
    public int compare(String a, String b) {
        int shared = Math.min(a.length(), b.length());
        for (int i = 0; i < shared; i++) {
            char x = a.charAt(i);
            char y = b.charAt(i);
            if (x != y) {
                return Integer.compare(rank(x), rank(y));
            }
        }
        return Integer.compare(a.length(), b.length());
    }

    /** Moves the surrogates, which stand for code points above U+FFFF, behind the rest of the plane. */
    private static int rank(char c) {
        return Character.isSurrogate(c) ? c + 0x10000 : c;
    }
}
