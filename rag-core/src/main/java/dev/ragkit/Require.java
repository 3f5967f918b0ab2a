package dev.ragkit;

import java.util.Locale;

/** The checks at the edge: each refuses with a message that says what would be accepted. */
final class Require {
    static final int MAX_ID_LENGTH = 512;

    private Require() {}

    static int between(int value, int least, int most, String name) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(
                    String.format(Locale.ROOT, "%s must be between %d and %d, was %d", name, least, most, value));
        }
        return value;
    }

    static String notBlank(String value, String name) {
        if (value.isBlank()) {
            throw new IllegalArgumentException(name + " must not be blank");
        }
        return value;
    }

    /** An identifier: not blank, bounded, and storable as text everywhere. */
    static String identifier(String value, String name) {
        notBlank(value, name);
        if (value.length() > MAX_ID_LENGTH) {
            throw new IllegalArgumentException(
                    name + " must have at most " + MAX_ID_LENGTH + " characters, had " + value.length());
        }
        return storable(value, name);
    }

    /** Text that any store can keep as it is: no NUL, no unpaired surrogate. */
    static String storable(String value, String name) {
        int at = unstorableAt(value);
        if (at >= 0) {
            throw new IllegalArgumentException(name + " " + unstorableReason(value, at));
        }
        return value;
    }

    static String unstorableReason(String value, int at) {
        String what = value.charAt(at) == 0 ? "NUL (U+0000)" : "an unpaired surrogate";
        return "must not contain " + what + ", found at character " + at + "; remove or replace it";
    }

    /** Returns the index of the first character that is NUL or an unpaired surrogate, or -1. */
    static int unstorableAt(CharSequence value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == 0) {
                return i;
            }
            if (Character.isSurrogate(c)) {
                boolean pair = Character.isHighSurrogate(c)
                        && i + 1 < value.length()
                        && Character.isLowSurrogate(value.charAt(i + 1));
                if (!pair) {
                    return i;
                }
                i++;
            }
        }
        return -1;
    }
}
