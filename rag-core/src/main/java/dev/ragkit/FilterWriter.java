package dev.ragkit;

import java.util.List;
import java.util.stream.Collectors;

/** Writes a filter as the expression that {@link Filter#parse} makes an equal filter of. Safe for use by several threads. */
final class FilterWriter implements Filter.Visitor<String> {
    static final FilterWriter INSTANCE = new FilterWriter();

    private FilterWriter() {}

    @Override
    public String compare(Filter.Compare node) {
        return comparison(node, node.operator().toString());
    }

    private static String comparison(Filter.Compare node, String sign) {
        return key(node.key()) + " " + sign + " " + value(node.value());
    }

    @Override
    public String in(Filter.In node) {
        return membership(node.key(), " IN ", node.values());
    }

    private static String membership(String key, String word, List<Object> values) {
        return key(key) + word + values.stream().map(FilterWriter::value).collect(Collectors.joining(", ", "(", ")"));
    }

    @Override
    public String exists(Filter.Exists node) {
        return "EXISTS(" + key(node.key()) + ")";
    }

    @Override
    public String contains(Filter.Contains node) {
        return key(node.key()) + " CONTAINS " + value(node.element());
    }

    @Override
    public String and(Filter.And node) {
        return chain(node.filters(), " AND ", "ALL");
    }

    @Override
    public String or(Filter.Or node) {
        return chain(node.filters(), " OR ", "ANY");
    }

    /** A sign between them takes two; fewer are written as a list. */
    private String chain(List<Filter> filters, String sign, String list) {
        return filters.size() < 2
                ? filters.stream().map(each -> each.accept(this)).collect(Collectors.joining("", list + "(", ")"))
                : filters.stream().map(this::operand).collect(Collectors.joining(sign));
    }

    @Override
    public String not(Filter.Not node) {
        Filter opposite = node.filter();
        if (opposite instanceof Filter.Compare compare && compare.operator() == Filter.Operator.EQ) {
            return comparison(compare, "!=");
        }
        if (opposite instanceof Filter.In in) {
            return membership(in.key(), " NOT IN ", in.values());
        }
        if (opposite instanceof Filter.Contains contains) {
            return key(contains.key()) + " NOT CONTAINS " + value(contains.element());
        }
        return "NOT " + operand(opposite);
    }

    /** In brackets if it would be taken apart without them. */
    private String operand(Filter filter) {
        boolean chain = (filter instanceof Filter.And and && and.filters().size() > 1)
                || (filter instanceof Filter.Or or && or.filters().size() > 1);
        String text = filter.accept(this);
        return chain ? "(" + text + ")" : text;
    }

    private static String key(String key) {
        return FilterTokens.isBare(key) ? key : quoted(key, "\"");
    }

    private static String value(Object value) {
        if (value instanceof String text) {
            return quoted(text, "'");
        }
        return value instanceof Boolean truth ? (truth ? "TRUE" : "FALSE") : value.toString();
    }

    private static String quoted(String text, String quote) {
        return quote + text.replace(quote, quote + quote) + quote;
    }
}
