package dev.ragkit;

import java.util.ArrayList;
import java.util.List;

/**
 * Finds the sentences of a text by rules, in one pass: a full stop, exclamation or question mark ends one where what follows
 * can begin one and the word before is no {@link Abbreviations abbreviation}; a paragraph, heading, list item, row or line of
 * code ends one always, and a line break that only wraps the text never.
 *
 * <p>Rules instead of {@link java.text.BreakIterator}, which knows no abbreviation and no paragraph, and differs from one Java
 * version to the next.
 */
final class Sentences {
    /**
     * Where a sentence lies, without the white space around it.
     *
     * @param start where it begins
     * @param end where it ends, exclusive
     */
    record Span(int start, int end) {}

    /** These end a sentence without white space after them. */
    private static final String FULL_STOPS = "。！？｡．‼⁇⁈⁉؟۔।॥։።፧။។៕᠃᠉";

    private static final String CLOSERS = "\"')]}»”’›」』）】〉》*_";
    private static final String OPENERS = "\"'([{«“‘‹¿¡„*_`";
    private static final int MOST_OPENERS = 6;
    private static final int MOST_NOTE_DIGITS = 3;

    /** Takes one sentence after the other. */
    @FunctionalInterface
    interface Visitor {
        void sentence(int start, int end);
    }

    private final String text;
    private final Visitor visitor;
    private int end;
    private boolean caseless;

    private Sentences(String text, Visitor visitor) {
        this.text = text;
        this.visitor = visitor;
    }

    /**
     * The sentences of a text, in order; together they hold every character that is not white space.
     *
     * @return the spans, none for a blank text
     */
    static List<Span> of(String text) {
        List<Span> found = new ArrayList<>();
        visit(text, Lines.of(text), (start, end) -> found.add(new Span(start, end)));
        return found;
    }

    static void visit(String text, Lines lines, Visitor visitor) {
        Sentences sentences = new Sentences(text, visitor);
        for (int first = 0; first < lines.count(); ) {
            int after = first + 1;
            while (after < lines.count() && lines.before(after) == Lines.Break.WRAPPED) {
                after++;
            }
            if (lines.isCode(first)) {
                visitor.sentence(lines.start(first), lines.end(first));
            } else {
                sentences.block(lines.start(first), lines.end(after - 1));
            }
            first = after;
        }
    }

    private void block(int blockStart, int blockEnd) {
        end = blockEnd;
        caseless = !hasUpperCase(blockStart);
        int start = blockStart;
        for (int at = blockStart; at < end; ) {
            if (!isTerminator(text.charAt(at))) {
                at++;
                continue;
            }
            int after = skipClosers(at + 1);
            int next = skipSpace(after);
            if (next < end && endsSentence(start, at, after, next)) {
                visitor.sentence(start, after);
                start = next;
                after = next;
            }
            at = after;
        }
        visitor.sentence(start, end);
    }

    private boolean hasUpperCase(int from) {
        for (int at = from; at < end; at++) {
            if (Character.isUpperCase(text.charAt(at))) {
                return true;
            }
        }
        return false;
    }

    private static boolean isTerminator(char c) {
        return c < 0x80 ? c == '.' || c == '!' || c == '?' : c == '…' || FULL_STOPS.indexOf(c) >= 0;
    }

    private int skipSpace(int from) {
        int at = from;
        while (at < end && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
        return at;
    }

    /** Skips what belongs to the end of a sentence: more marks, quotes, brackets, footnote numbers such as {@code [12]}. */
    private int skipClosers(int from) {
        int at = from;
        while (at < end) {
            char c = text.charAt(at);
            int after = c == '[' ? skipNote(at) : isTerminator(c) || isCloser(c) ? at + 1 : at;
            if (after == at) {
                return at;
            }
            at = after;
        }
        return at;
    }

    private static boolean isCloser(char c) {
        return CLOSERS.indexOf(c) >= 0 || (c > 0x7f && Graphemes.extendsCluster(c));
    }

    private int skipNote(int bracket) {
        int at = bracket + 1;
        while (at < end && at - bracket <= MOST_NOTE_DIGITS && Character.isDigit(text.charAt(at))) {
            at++;
        }
        return at > bracket + 1 && at < end && text.charAt(at) == ']' ? at + 1 : bracket;
    }

    private boolean endsSentence(int start, int mark, int after, int next) {
        char c = text.charAt(mark);
        if (FULL_STOPS.indexOf(c) >= 0) {
            return true;
        }
        int word = skipOpeners(next);
        if (after == next) {
            return (c == '!' || c == '?') && Graphemes.isUnspaced(text.codePointAt(next));
        }
        boolean bare = after == mark + 1;
        if (!caseless && Character.isLowerCase(text.codePointAt(word))) {
            return c != '.' && c != '…' && bare;
        }
        boolean dots = !bare && text.charAt(after - 1) == '.';
        return c != '.' || dots || !Abbreviations.goesOn(text, start, mark, word);
    }

    private int skipOpeners(int from) {
        int at = from;
        while (at + 1 < end && at - from < MOST_OPENERS && OPENERS.indexOf(text.charAt(at)) >= 0) {
            at++;
        }
        return at;
    }
}
