package dev.ragkit.testkit;

import dev.ragkit.Filter;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Writes a filter as the Java expression that makes it, values included: {@link Filter} itself shows no values. */
final class FilterSource implements Filter.Visitor<String> {
    private static final FilterSource INSTANCE = new FilterSource();

    private FilterSource() {}

    static String of(Filter filter) {
        return filter.accept(INSTANCE);
    }

    @Override
    public String compare(Filter.Compare node) {
        String name = node.operator().name().toLowerCase(Locale.ROOT);
        return "Filter." + name + "(" + literal(node.key()) + ", " + literal(node.value()) + ")";
    }

    @Override
    public String in(Filter.In node) {
        return "Filter.in(" + literal(node.key()) + ", " + literal(node.values()) + ")";
    }

    @Override
    public String exists(Filter.Exists node) {
        return "Filter.exists(" + literal(node.key()) + ")";
    }

    @Override
    public String contains(Filter.Contains node) {
        return "Filter.contains(" + literal(node.key()) + ", " + literal(node.element()) + ")";
    }

    @Override
    public String and(Filter.And node) {
        return "Filter.and(" + joined(node.filters()) + ")";
    }

    @Override
    public String or(Filter.Or node) {
        return "Filter.or(" + joined(node.filters()) + ")";
    }

    @Override
    public String not(Filter.Not node) {
        return "Filter.not(" + of(node.filter()) + ")";
    }

    private static String joined(List<Filter> filters) {
        return filters.stream().map(FilterSource::of).collect(Collectors.joining(", "));
    }

    /** A value of metadata or of a filter as a Java literal. */
    static String literal(Object value) {
        if (value instanceof List<?> list) {
            return list.stream().map(FilterSource::literal).collect(Collectors.joining(", ", "List.of(", ")"));
        }
        if (value instanceof Long) {
            return value + "L";
        }
        return value instanceof String text ? quoted(text) : value.toString();
    }

    private static String quoted(String text) {
        StringBuilder source = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                source.append('\\').append(c);
            } else if (c >= ' ' && c < 0x7f) {
                source.append(c);
            } else {
                // Java replaces a Unicode escape before it reads the literal, so a control character needs an octal
                // one.
                source.append(String.format(Locale.ROOT, c < ' ' ? "\\%03o" : "\\u%04x", (int) c));
            }
        }
        return source.append('"').toString();
    }
}
