package dev.ragkit;

import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The tokens of a filter expression, one after the other. Looks at each character a bounded number of times. For use by one
 * thread.
 */
final class FilterTokens {
    /** What a token is; the words are for messages. */
    enum Kind {
        WORD("a word"),
        QUOTED("a key in double quotes"),
        RESERVED(""),
        STRING("a string"),
        NUMBER("a number"),
        SIGN(""),
        END("the end");

        private final String name;

        Kind(String name) {
            this.name = name;
        }
    }

    private static final Set<String> RESERVED =
            Set.of("AND", "OR", "NOT", "IN", "EXISTS", "CONTAINS", "ALL", "ANY", "TRUE", "FALSE");
    private static final int LONGEST_RESERVED = 8;
    private static final List<String> SIGNS = List.of("<=", ">=", "<>", "!=", "==", "=", "<", ">", "(", ")", ",");

    private final String expression;
    private int next;
    private int start;
    private Kind kind = Kind.END;
    private String text = "";

    FilterTokens(String expression) {
        this.expression = expression;
        advance();
    }

    /** Whether a key can stand without quotes. */
    static boolean isBare(String key) {
        return wordEnd(key, 0) == key.length()
                && !key.isEmpty()
                && reserved(key).isEmpty();
    }

    /** Where the token begins. */
    int at() {
        return start;
    }

    boolean is(Kind wanted) {
        return kind == wanted;
    }

    /** Whether this is the sign, or the word that is not a key. */
    boolean is(String signOrReserved) {
        return (kind == Kind.SIGN || kind == Kind.RESERVED) && text.equals(signOrReserved);
    }

    /** Passes over the sign or word if it is there. */
    boolean accept(String signOrReserved) {
        boolean there = is(signOrReserved);
        if (there) {
            advance();
        }
        return there;
    }

    void require(String sign) {
        if (!accept(sign)) {
            throw expected("'" + sign + "'");
        }
    }

    /** What the token says, without quotes; goes on to the next one. */
    String take() {
        String taken = text;
        advance();
        return taken;
    }

    FilterException expected(String what) {
        String found = kind.name.isEmpty() ? "'" + text + "'" : kind.name;
        return new FilterException("expected " + what + ", found " + found, start);
    }

    private void advance() {
        while (next < expression.length() && Character.isWhitespace(expression.charAt(next))) {
            next++;
        }
        start = next;
        if (start == expression.length()) {
            kind = Kind.END;
            text = "";
            return;
        }
        char c = expression.charAt(start);
        if (c == '\'') {
            quoted(Kind.STRING, '\'');
        } else if (c == '"') {
            quoted(Kind.QUOTED, '"');
        } else if (isDigit(start) || c == '-') {
            number();
        } else if (!word()) {
            sign(c);
        }
    }

    /** The quote twice stands for itself. */
    private void quoted(Kind kind, char quote) {
        StringBuilder content = new StringBuilder();
        int from = start + 1;
        while (true) {
            int end = expression.indexOf(quote, from);
            if (end < 0) {
                throw new FilterException("a quotation mark begins here that nothing ends; add " + quote, start);
            }
            content.append(expression, from, end);
            if (end + 1 == expression.length() || expression.charAt(end + 1) != quote) {
                token(kind, content.toString(), end + 1);
                return;
            }
            content.append(quote);
            from = end + 2;
        }
    }

    private boolean word() {
        int end = wordEnd(expression, start);
        if (end == start) {
            return false;
        }
        String word = expression.substring(start, end);
        String reserved = reserved(word);
        token(reserved.isEmpty() ? Kind.WORD : Kind.RESERVED, reserved.isEmpty() ? word : reserved, end);
        return true;
    }

    /** Letters, digits, underscores and full stops, not beginning with a digit or full stop. */
    private static int wordEnd(String text, int from) {
        int at = from;
        while (at < text.length()) {
            int codePoint = text.codePointAt(at);
            boolean begins = Character.isLetter(codePoint) || codePoint == '_';
            if (!begins && (at == from || !(Character.isDigit(codePoint) || codePoint == '.'))) {
                return at;
            }
            at += Character.charCount(codePoint);
        }
        return at;
    }

    /** The word in capitals, if it has a meaning; else nothing. Only ASCII has two cases here: a dotless i makes no IN. */
    private static String reserved(String word) {
        if (word.length() > LONGEST_RESERVED || word.chars().anyMatch(c -> c >= 0x80)) {
            return "";
        }
        String capitals = word.toUpperCase(Locale.ROOT);
        return RESERVED.contains(capitals) ? capitals : "";
    }

    /** As in JSON, but zeros may lead. */
    private void number() {
        int at = digits(expression.charAt(start) == '-' ? start + 1 : start);
        if (at < expression.length() && expression.charAt(at) == '.') {
            at = digits(at + 1);
        }
        if (at < expression.length() && (expression.charAt(at) == 'e' || expression.charAt(at) == 'E')) {
            at++;
            boolean signed = at < expression.length() && (expression.charAt(at) == '+' || expression.charAt(at) == '-');
            at = digits(signed ? at + 1 : at);
        }
        if (at < expression.length() && (expression.charAt(at) == '.' || wordEnd(expression, at) > at)) {
            throw new FilterException("a number must end here; put strings in single quotes", at);
        }
        token(Kind.NUMBER, expression.substring(start, at), at);
    }

    private int digits(int from) {
        int at = from;
        while (at < expression.length() && isDigit(at)) {
            at++;
        }
        if (at == from) {
            throw new FilterException("expected a digit", from);
        }
        return at;
    }

    private boolean isDigit(int at) {
        return expression.charAt(at) >= '0' && expression.charAt(at) <= '9';
    }

    private void sign(char c) {
        for (String sign : SIGNS) {
            if (expression.startsWith(sign, start)) {
                token(Kind.SIGN, sign, start + sign.length());
                return;
            }
        }
        throw new FilterException(
                String.format(
                        Locale.ROOT,
                        "U+%04X has no meaning here; put strings in single quotes and unusual keys in double quotes",
                        (int) c),
                start);
    }

    private void token(Kind kind, String text, int end) {
        this.kind = kind;
        this.text = text;
        this.next = end;
    }
}
