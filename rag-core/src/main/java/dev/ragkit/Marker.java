package dev.ragkit;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A citation as a reply writes it: {@code [1]}, {@code [1, 2]} or {@code [1: "exact words"]}, where white space may stand between
 * the parts, also a line break. A quote of more than 2,000 characters makes no marker: it is text.
 *
 * @param start where it begins in the reply
 * @param end where it ends, exclusive
 * @param numbers the sources it names
 * @param quote the words it quotes, empty if it quotes none
 */
record Marker(int start, int end, List<Integer> numbers, String quote) {
    private static final int MAX_DIGITS = 4;
    private static final int MAX_QUOTE = 2_000;
    private static final String CODE = "`";

    /** Returns all markers in order; those inside code, between backticks, are text like any other. */
    static List<Marker> all(String reply) {
        List<Marker> markers = new ArrayList<>();
        int at = 0;
        while (at < reply.length()) {
            char c = reply.charAt(at);
            Marker marker = c == '[' ? new Scan(reply, at).marker() : null;
            if (marker != null) {
                markers.add(marker);
                at = marker.end;
            } else {
                at = c == '`' ? afterCode(reply, at) : at + 1;
            }
        }
        return markers;
    }

    /** Passes over code that is closed by as many backticks as opened it; a run that nothing closes is text. */
    private static int afterCode(String reply, int at) {
        int open = at;
        while (open < reply.length() && reply.charAt(open) == '`') {
            open++;
        }
        String run = CODE.repeat(open - at);
        int close = reply.indexOf(run, open);
        return close < 0 ? open : close + run.length();
    }

    /** Reads one marker from an opening bracket on. */
    private static final class Scan {
        private final String reply;
        private final int start;
        private final List<Integer> numbers = new ArrayList<>();
        private int at;

        Scan(String reply, int start) {
            this.reply = reply;
            this.start = start;
            this.at = start + 1;
        }

        @Nullable
        Marker marker() {
            do {
                if (!number()) {
                    return null;
                }
            } while (accept(','));
            String quote = "";
            if (accept(':')) {
                quote = quote();
                if (quote.isEmpty()) {
                    return null;
                }
            }
            return accept(']') ? new Marker(start, at, numbers, quote) : null;
        }

        private boolean number() {
            skipSpaces();
            int from = at;
            while (at < reply.length()
                    && at - from <= MAX_DIGITS
                    && reply.charAt(at) >= '0'
                    && reply.charAt(at) <= '9') {
                at++;
            }
            if (at == from || at - from > MAX_DIGITS) {
                return false;
            }
            numbers.add(Integer.parseInt(reply.substring(from, at)));
            return true;
        }

        /** The words up to the last quotation mark before a closing bracket. */
        private String quote() {
            skipSpaces();
            if (at >= reply.length() || !isQuotationMark(reply.charAt(at))) {
                return "";
            }
            int from = at + 1;
            int last = Math.min(reply.length(), from + MAX_QUOTE);
            for (int i = from; i < last; i++) {
                if (isQuotationMark(reply.charAt(i)) && closes(i + 1)) {
                    at = i + 1;
                    return reply.substring(from, i);
                }
            }
            return "";
        }

        private boolean closes(int i) {
            int next = i;
            while (next < reply.length() && Character.isWhitespace(reply.charAt(next))) {
                next++;
            }
            return next < reply.length() && reply.charAt(next) == ']';
        }

        private boolean accept(char expected) {
            skipSpaces();
            if (at < reply.length() && reply.charAt(at) == expected) {
                at++;
                return true;
            }
            return false;
        }

        private void skipSpaces() {
            while (at < reply.length() && Character.isWhitespace(reply.charAt(at))) {
                at++;
            }
        }
    }

    static boolean isQuotationMark(char c) {
        return c == '"' || c == '\u201c' || c == '\u201d' || c == '\u201e' || c == '\u00ab' || c == '\u00bb';
    }
}
