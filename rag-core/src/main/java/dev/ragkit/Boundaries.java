package dev.ragkit;

/**
 * Where a text may be cut, and how well: one level for each index, found in one pass over the text.
 *
 * <p>A boundary stands right before what follows it, after the white space.
 */
final class Boundaries {
    /** Inside a grapheme cluster. */
    static final byte NONE = 0;

    static final byte CLUSTER = 1;
    static final byte WORD = 2;
    /** A line break that only wraps running text. */
    static final byte WRAP = 3;

    static final byte SENTENCE = 4;
    static final byte LINE = 5;
    static final byte PARAGRAPH = 6;
    /** Before a heading. */
    static final byte SECTION = 7;
    /** The end of the text. */
    static final byte END = 8;

    private final String text;
    private final byte[] levels;

    private Boundaries(String text) {
        this.text = text;
        this.levels = new byte[text.length() + 1];
    }

    static Boundaries of(String text) {
        Boundaries boundaries = new Boundaries(text);
        boundaries.markClusters();
        Lines lines = Lines.of(text);
        Sentences.visit(text, lines, (start, end) -> boundaries.mark(start, SENTENCE));
        for (int line = 0; line < lines.count(); line++) {
            boundaries.mark(lines.start(line), level(lines.before(line)));
        }
        boundaries.levels[text.length()] = END;
        return boundaries;
    }

    private static byte level(Lines.Break before) {
        return switch (before) {
            case WRAPPED -> WRAP;
            case HELD -> WORD;
            case LINE -> LINE;
            case PARAGRAPH -> PARAGRAPH;
            case SECTION -> SECTION;
        };
    }

    /** A heading's text is held to it though it begins a sentence; a wrapped line does not take that from a sentence. */
    private void mark(int at, byte level) {
        if (levels[at] != NONE && (level != WRAP || levels[at] < WRAP)) {
            levels[at] = level;
        }
    }

    private void markClusters() {
        Graphemes graphemes = new Graphemes();
        int previous = ' ';
        for (int at = 0; at < text.length(); ) {
            int codePoint = text.codePointAt(at);
            if (graphemes.begins(codePoint)) {
                levels[at] = isWordStart(previous, codePoint) ? WORD : CLUSTER;
            }
            previous = codePoint;
            at += Character.charCount(codePoint);
        }
    }

    private static boolean isWordStart(int previous, int codePoint) {
        if (Character.isWhitespace(codePoint)) {
            return false;
        }
        return Character.isWhitespace(previous)
                || ((Graphemes.isUnspaced(codePoint) || Graphemes.isUnspaced(previous))
                        && !isPunctuationAfter(codePoint)
                        && !isPunctuationBefore(previous));
    }

    private static boolean isPunctuationAfter(int codePoint) {
        int type = Character.getType(codePoint);
        return type == Character.END_PUNCTUATION
                || type == Character.FINAL_QUOTE_PUNCTUATION
                || type == Character.OTHER_PUNCTUATION
                || type == Character.MODIFIER_LETTER;
    }

    private static boolean isPunctuationBefore(int codePoint) {
        int type = Character.getType(codePoint);
        return type == Character.START_PUNCTUATION || type == Character.INITIAL_QUOTE_PUNCTUATION;
    }

    byte level(int at) {
        return levels[at];
    }

    /** The first boundary of at least this level in from..to, or -1. */
    int next(int from, int to, byte level) {
        for (int at = from; at <= to; at++) {
            if (levels[at] >= level) {
                return at;
            }
        }
        return -1;
    }

    /** The last boundary of at least this level after {@code after} up to {@code most}, or -1. */
    int last(int after, int most, byte level) {
        for (int at = most; at > after; at--) {
            if (levels[at] >= level) {
                return at;
            }
        }
        return -1;
    }

    /** Where the white space from here on ends. */
    int skipBlank(int from) {
        int at = from;
        while (at < text.length() && isBlank(at)) {
            at++;
        }
        return at;
    }

    /** Where the white space before this begins, not before {@code from}. */
    int skipBlankBack(int from, int end) {
        int at = end;
        while (at > from && Character.isWhitespace(text.charAt(at - 1)) && (levels[at - 1] != NONE || isPair(at - 1))) {
            at--;
        }
        return at;
    }

    /** White space, unless a mark stands on it. */
    private boolean isBlank(int at) {
        return Character.isWhitespace(text.charAt(at)) && (levels[at + 1] != NONE || isPair(at + 1));
    }

    /** Whether this is the second half of CR LF. */
    private boolean isPair(int at) {
        return at > 0 && at < text.length() && text.charAt(at) == '\n' && text.charAt(at - 1) == '\r';
    }

    /** The same index, or one before where that is inside a surrogate pair. */
    int codePointStart(int at) {
        boolean inside = at > 0
                && at < text.length()
                && Character.isLowSurrogate(text.charAt(at))
                && Character.isHighSurrogate(text.charAt(at - 1));
        return inside ? at - 1 : at;
    }
}
