package dev.ragkit;

import java.util.Arrays;

/**
 * The lines of a text that are not blank, without the white space around them, and how each is set off from the one before.
 *
 * <p>A line break that only wraps running text is told from one that was meant by the width of the lines: where the next word
 * would still have fitted, the break was meant.
 */
final class Lines {
    /** How a line is set off from the line before it, weakest first. */
    enum Break {
        /** The line goes on with the sentence or paragraph. */
        WRAPPED,
        /** The line belongs to the one before: under its heading, inside its code block. */
        HELD,
        /** A new line, item, row or line of code. */
        LINE,
        /** A blank line stands between them. */
        PARAGRAPH,
        /** The line is a heading. */
        SECTION
    }

    private enum Kind {
        TEXT,
        ITEM,
        ROW,
        RULE,
        OPENING,
        CODE,
        CLOSING,
        HEADING
    }

    private static final int LEAST_WRAP_WIDTH = 40;
    private static final int MOST_WRAP_WIDTH = 120;

    private final String text;
    private int count;
    private int[] starts = new int[16];
    private int[] ends = new int[16];
    private Kind[] kinds = new Kind[16];
    private Break[] breaks = new Break[16];

    private Lines(String text) {
        this.text = text;
    }

    static Lines of(String text) {
        Lines lines = new Lines(text);
        lines.collect();
        lines.underline();
        lines.classify();
        return lines;
    }

    int count() {
        return count;
    }

    int start(int line) {
        return starts[line];
    }

    int end(int line) {
        return ends[line];
    }

    Break before(int line) {
        return breaks[line];
    }

    boolean isCode(int line) {
        return kind(line) == Kind.CODE;
    }

    private void collect() {
        boolean blank = true;
        boolean code = false;
        for (int from = 0; from < text.length(); ) {
            int newline = newline(from);
            int start = skipSpace(from, newline);
            if (start < newline) {
                int end = skipSpaceBack(start, newline);
                Kind kind = code ? codeForm(start, end) : form(start, end);
                add(start, end, kind, blank && !code ? Break.PARAGRAPH : Break.LINE);
                code = kind == Kind.OPENING || kind == Kind.CODE;
            }
            blank = start == newline;
            from = afterNewline(newline);
        }
    }

    private Kind codeForm(int start, int end) {
        return LineForm.fence(text, start, end) ? Kind.CLOSING : Kind.CODE;
    }

    private Kind form(int start, int end) {
        if (LineForm.fence(text, start, end)) {
            return Kind.OPENING;
        }
        if (LineForm.heading(text, start, end)) {
            return Kind.HEADING;
        }
        if (LineForm.rule(text, start, end)) {
            return Kind.RULE;
        }
        if (LineForm.row(text, start)) {
            return Kind.ROW;
        }
        return LineForm.item(text, start, end) ? Kind.ITEM : Kind.TEXT;
    }

    private int newline(int from) {
        int at = from;
        while (at < text.length() && !isNewline(text.charAt(at))) {
            at++;
        }
        return at;
    }

    private int afterNewline(int newline) {
        boolean pair = newline + 1 < text.length() && text.charAt(newline) == '\r' && text.charAt(newline + 1) == '\n';
        return newline + (pair ? 2 : 1);
    }

    private static boolean isNewline(char c) {
        return c <= '\r' ? c >= '\n' : c == '\u2028' || c == '\u2029';
    }

    private int skipSpace(int from, int end) {
        int at = from;
        while (at < end && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
        return at;
    }

    private int skipSpaceBack(int start, int from) {
        int at = from;
        while (at > start && Character.isWhitespace(text.charAt(at - 1))) {
            at--;
        }
        return at;
    }

    private void add(int start, int end, Kind kind, Break before) {
        if (count == starts.length) {
            starts = Arrays.copyOf(starts, count * 2);
            ends = Arrays.copyOf(ends, count * 2);
            kinds = Arrays.copyOf(kinds, count * 2);
            breaks = Arrays.copyOf(breaks, count * 2);
        }
        starts[count] = start;
        ends[count] = end;
        kinds[count] = kind;
        breaks[count++] = before;
    }

    private Kind kind(int line) {
        return kinds[line];
    }

    /** A rule right under a one-line paragraph makes that line a heading (Markdown, reStructuredText). */
    private void underline() {
        for (int line = 1; line < count; line++) {
            boolean underlines = kind(line) == Kind.RULE && before(line) == Break.LINE;
            if (underlines && kind(line - 1) == Kind.TEXT && before(line - 1) == Break.PARAGRAPH) {
                kinds[line - 1] = Kind.HEADING;
                kinds[line] = Kind.HEADING;
                breaks[line] = Break.WRAPPED;
            }
        }
    }

    private void classify() {
        for (int first = 0; first < count; ) {
            int after = first + 1;
            while (after < count && before(after) == Break.LINE && kind(after) == Kind.TEXT) {
                after++;
            }
            boolean running = kind(first) == Kind.TEXT || kind(first) == Kind.ITEM;
            if (running && after - first > 1) {
                markWrapped(first, after);
            }
            first = after;
        }
        for (int line = 1; line < count; line++) {
            if (before(line) == Break.WRAPPED) {
                continue;
            }
            if (kind(line - 1) == Kind.HEADING || kind(line - 1) == Kind.OPENING || kind(line) == Kind.CLOSING) {
                breaks[line] = Break.HELD;
            } else if (kind(line) == Kind.HEADING) {
                breaks[line] = Break.SECTION;
            }
        }
    }

    private void markWrapped(int first, int after) {
        int width = 0;
        for (int line = first; line < after; line++) {
            width = Math.max(width, width(line));
        }
        if (width < LEAST_WRAP_WIDTH || width > MOST_WRAP_WIDTH) {
            return;
        }
        for (int line = first + 1; line < after; line++) {
            if (width(line - 1) + 1 + firstWord(line) > width || goesOn(line, width)) {
                breaks[line] = Break.WRAPPED;
            }
        }
    }

    /** A line of some length that ends in no mark, before one that begins small. */
    private boolean goesOn(int line, int width) {
        return Character.isLowerCase(text.charAt(content(line)))
                && 2 * width(line - 1) > width
                && ".!?:;".indexOf(text.charAt(ends[line - 1] - 1)) < 0;
    }

    private int width(int line) {
        int start = starts[line];
        while (start > 0 && (text.charAt(start - 1) == ' ' || text.charAt(start - 1) == '\t')) {
            start--;
        }
        return ends[line] - start;
    }

    private int firstWord(int line) {
        int at = content(line);
        while (at < ends[line] && !Character.isWhitespace(text.charAt(at))) {
            at++;
        }
        return at - starts[line];
    }

    /** After the signs of a quotation, but before the end of the line. */
    private int content(int line) {
        int at = starts[line];
        while (at + 1 < ends[line] && (text.charAt(at) == '>' || text.charAt(at) == ' ')) {
            at++;
        }
        return at;
    }
}
