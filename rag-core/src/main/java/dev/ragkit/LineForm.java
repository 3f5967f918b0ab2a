package dev.ragkit;

/** Recognises what a single line is by its first characters, in the common plain text markups. */
final class LineForm {
    private static final int MOST_HEADING_LEVEL = 6;
    private static final int MOST_ITEM_DIGITS = 3;
    private static final int LEAST_RULE_SIGNS = 3;

    private LineForm() {}

    /** {@code # Markdown}, {@code == AsciiDoc} and {@code == Wiki ==}, also with spaces between the signs. */
    static boolean heading(String text, int start, int end) {
        char sign = text.charAt(start);
        if (sign != '#' && sign != '=') {
            return false;
        }
        int level = 0;
        int at = start;
        while (at < end && (text.charAt(at) == sign || (sign == '=' && level > 0 && text.charAt(at) == ' '))) {
            level += text.charAt(at) == sign ? 1 : 0;
            at++;
        }
        boolean spaced = at < end && (isSpace(text, at) || isSpace(text, at - 1));
        boolean closed = sign == '=' && at < end && text.charAt(end - 1) == '=';
        return level <= MOST_HEADING_LEVEL && (spaced || closed);
    }

    /** A bullet, or up to three digits or one letter with {@code .} or {@code )}, before white space. */
    static boolean item(String text, int start, int end) {
        char c = text.charAt(start);
        if ("-*+•‣◦▪–·".indexOf(c) >= 0) {
            return start + 1 < end && isSpace(text, start + 1);
        }
        int at = c == '(' ? start + 1 : start;
        int digits = at;
        while (digits < end && digits - at < MOST_ITEM_DIGITS && isDigit(text.charAt(digits))) {
            digits++;
        }
        if (digits == at && at + 1 < end && Character.isLetter(text.charAt(at)) && text.charAt(at + 1) == ')') {
            return at + 2 < end && isSpace(text, at + 2);
        }
        boolean closed = digits > at && digits < end && (text.charAt(digits) == '.' || text.charAt(digits) == ')');
        return closed && digits + 1 < end && isSpace(text, digits + 1);
    }

    /** A row of a Markdown table. */
    static boolean row(String text, int start) {
        return text.charAt(start) == '|';
    }

    /** The first or last line of a Markdown code block. */
    static boolean fence(String text, int start, int end) {
        return end - start >= 3 && (text.startsWith("```", start) || text.startsWith("~~~", start));
    }

    /** Three or more of the same sign, with or without spaces between them, and nothing else. */
    static boolean rule(String text, int start, int end) {
        char sign = text.charAt(start);
        if ("-=*_~^+".indexOf(sign) < 0) {
            return false;
        }
        int signs = 0;
        int at = start;
        while (at < end && (text.charAt(at) == sign || text.charAt(at) == ' ')) {
            signs += text.charAt(at) == sign ? 1 : 0;
            at++;
        }
        return at == end && signs >= LEAST_RULE_SIGNS;
    }

    private static boolean isSpace(String text, int at) {
        return text.charAt(at) == ' ' || text.charAt(at) == '\t';
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }
}
