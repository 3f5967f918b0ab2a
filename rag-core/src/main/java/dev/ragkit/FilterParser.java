package dev.ragkit;

import dev.ragkit.FilterTokens.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Reads a filter expression by recursive descent; the grammar is at {@link Filter#parse}. Takes linear time, and a bounded depth
 * of the stack. For use by one thread, once.
 */
final class FilterParser {
    /** A tree of the deepest kind has at most a bracket and a NOT for each of its levels. */
    private static final int MAX_OPEN = 2 * Filter.MAX_DEPTH;

    private final FilterTokens tokens;
    private int nodes;
    private int open;

    private FilterParser(FilterTokens tokens) {
        this.tokens = tokens;
    }

    static Filter parse(String expression) {
        FilterParser parser = new FilterParser(new FilterTokens(expression));
        Filter filter = parser.disjunction();
        if (!parser.tokens.is(Kind.END)) {
            throw parser.tokens.expected("AND, OR or the end");
        }
        return filter;
    }

    private Filter disjunction() {
        return chain("OR", this::conjunction, Filter.Or::new);
    }

    private Filter conjunction() {
        return chain("AND", this::negation, Filter.And::new);
    }

    private Filter chain(String word, Supplier<Filter> part, Function<List<Filter>, Filter> node) {
        int at = tokens.at();
        Filter first = part.get();
        if (!tokens.is(word)) {
            return first;
        }
        List<Filter> parts = new ArrayList<>();
        parts.add(first);
        while (tokens.accept(word)) {
            parts.add(part.get());
        }
        return node(at, () -> node.apply(parts));
    }

    private Filter negation() {
        int at = tokens.at();
        if (!tokens.accept("NOT")) {
            return condition();
        }
        enter(at);
        Filter filter = negation();
        open--;
        return node(at, () -> new Filter.Not(filter));
    }

    private Filter condition() {
        int at = tokens.at();
        if (tokens.accept("(")) {
            enter(at);
            Filter filter = disjunction();
            tokens.require(")");
            open--;
            return filter;
        }
        if (tokens.accept("EXISTS")) {
            tokens.require("(");
            String key = key("a key");
            tokens.require(")");
            return node(at, () -> new Filter.Exists(key));
        }
        if (tokens.accept("ALL")) {
            return list(at, Filter.And::new);
        }
        return tokens.accept("ANY") ? list(at, Filter.Or::new) : comparison();
    }

    private Filter list(int at, Function<List<Filter>, Filter> node) {
        enter(at);
        tokens.require("(");
        List<Filter> parts = new ArrayList<>();
        if (!tokens.is(")")) {
            do {
                parts.add(disjunction());
            } while (tokens.accept(","));
        }
        tokens.require(")");
        open--;
        return node(at, () -> node.apply(parts));
    }

    private Filter comparison() {
        int at = tokens.at();
        String key = key("a condition, such as key = 'text', EXISTS(key) or (...)");
        if (tokens.accept("NOT")) {
            Filter negated = membership(key, at, "IN or CONTAINS after NOT");
            return node(at, () -> new Filter.Not(negated));
        }
        if (!tokens.is(Kind.SIGN)) {
            return membership(key, at, "a comparison, IN, CONTAINS or NOT after the key");
        }
        if (tokens.accept("!=") || tokens.accept("<>")) {
            Filter equal = compare(key, Filter.Operator.EQ);
            return node(at, () -> new Filter.Not(equal));
        }
        return compare(key, operator());
    }

    private Filter.Operator operator() {
        for (Filter.Operator operator : Filter.Operator.values()) {
            if (tokens.accept(operator.toString())) {
                return operator;
            }
        }
        if (tokens.accept("==")) {
            return Filter.Operator.EQ;
        }
        throw tokens.expected("a comparison, IN, CONTAINS or NOT after the key");
    }

    private Filter compare(String key, Filter.Operator operator) {
        int at = tokens.at();
        Object value = value();
        return node(at, () -> new Filter.Compare(key, operator, value));
    }

    private Filter membership(String key, int at, String wanted) {
        if (tokens.accept("CONTAINS")) {
            if (!tokens.is(Kind.STRING)) {
                throw tokens.expected("a string in single quotes");
            }
            String element = tokens.take();
            return node(at, () -> new Filter.Contains(key, element));
        }
        if (!tokens.accept("IN")) {
            throw tokens.expected(wanted);
        }
        List<Object> values = values();
        return node(at, () -> new Filter.In(key, values));
    }

    private List<Object> values() {
        tokens.require("(");
        List<Object> values = new ArrayList<>();
        if (!tokens.is(")")) {
            do {
                if (values.size() == Filter.MAX_IN) {
                    throw new FilterException("IN must have at most " + Filter.MAX_IN + " values", tokens.at());
                }
                values.add(value());
            } while (tokens.accept(","));
        }
        tokens.require(")");
        return values;
    }

    private String key(String wanted) {
        if (!tokens.is(Kind.WORD) && !tokens.is(Kind.QUOTED)) {
            throw tokens.expected(wanted);
        }
        return tokens.take();
    }

    private Object value() {
        if (tokens.is(Kind.NUMBER)) {
            int at = tokens.at();
            return number(tokens.take(), at);
        }
        if (tokens.is(Kind.STRING)) {
            return tokens.take();
        }
        if (tokens.accept("TRUE")) {
            return true;
        }
        if (tokens.accept("FALSE")) {
            return false;
        }
        throw tokens.expected("a value: a string in single quotes, a number, TRUE or FALSE");
    }

    private static Object number(String text, int at) {
        boolean whole = text.chars().allMatch(c -> c == '-' || (c >= '0' && c <= '9'));
        if (!whole) {
            return decimal(text, at);
        }
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new FilterException(
                    "a whole number must lie between -2^63 and 2^63 - 1; write a larger one with an exponent", at);
        }
    }

    private static double decimal(String text, int at) {
        double number = Double.parseDouble(text);
        boolean vanished = number == 0 && hasDigit(text);
        if (vanished || Double.isInfinite(number)) {
            throw new FilterException("the number is too " + (vanished ? "small" : "large") + " for a double", at);
        }
        return number;
    }

    /** Whether a digit before the exponent is not zero. */
    private static boolean hasDigit(String text) {
        return text.chars().takeWhile(c -> c != 'e' && c != 'E').anyMatch(c -> c >= '1' && c <= '9');
    }

    private void enter(int at) {
        open++;
        if (open > MAX_OPEN) {
            throw new FilterException("at most " + MAX_OPEN + " brackets and NOTs may be open at once", at);
        }
    }

    /** Counts as it goes, so that a long text is refused where it becomes too large. */
    private Filter node(int at, Supplier<Filter> node) {
        nodes++;
        if (nodes > Filter.MAX_NODES) {
            throw new FilterException(
                    "a filter must have at most " + Filter.MAX_NODES + " nodes; use IN for many values", at);
        }
        try {
            return node.get();
        } catch (IllegalArgumentException e) {
            throw new FilterException(e, at);
        }
    }
}
