package dev.ragkit;

import java.math.BigDecimal;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What the nodes of {@link Filter} share: which values they take, how values compare, how large a tree may grow. */
final class FilterRules {
    private FilterRules() {}

    static Object scalar(String key, Object value) {
        if (value instanceof Collection<?>) {
            throw new IllegalArgumentException(
                    "filter value of '" + key + "' must be a single value; use contains for lists");
        }
        return Metadata.normalize(key, value);
    }

    static boolean compare(@Nullable Object held, Object value, Filter.Operator operator) {
        if (held instanceof Number a && value instanceof Number b) {
            return operator.holds(compareNumbers(a, b));
        }
        if (held instanceof String a && value instanceof String b) {
            return operator.holds(CodePointOrder.INSTANCE.compare(a, b));
        }
        return operator == Filter.Operator.EQ && value instanceof Boolean && value.equals(held);
    }

    private static int compareNumbers(Number a, Number b) {
        if (a instanceof Long x && b instanceof Long y) {
            return x.compareTo(y);
        }
        if (a instanceof Double x && b instanceof Double y) {
            return x.compareTo(y);
        }
        return decimal(a).compareTo(decimal(b));
    }

    /** By the shortest decimal form, which is also what JSON carries: 0.1 is 0.1, and a long keeps all its digits. */
    private static BigDecimal decimal(Number number) {
        return number instanceof Long whole ? BigDecimal.valueOf(whole) : BigDecimal.valueOf(number.doubleValue());
    }

    static List<Filter> children(List<Filter> filters) {
        List<Filter> copy = List.copyOf(filters);
        int nodes = 1 + copy.stream().mapToInt(FilterRules::nodes).sum();
        int depth = 1 + copy.stream().mapToInt(FilterRules::depth).max().orElse(0);
        if (nodes > Filter.MAX_NODES) {
            throw new IllegalArgumentException("a filter must have at most " + Filter.MAX_NODES + " nodes, had " + nodes
                    + "; use in() for many values");
        }
        if (depth > Filter.MAX_DEPTH) {
            throw new IllegalArgumentException(
                    "a filter must have at most " + Filter.MAX_DEPTH + " levels, had " + depth);
        }
        return copy;
    }

    private static int nodes(Filter filter) {
        return 1 + childrenOf(filter).stream().mapToInt(FilterRules::nodes).sum();
    }

    private static int depth(Filter filter) {
        return 1
                + childrenOf(filter).stream().mapToInt(FilterRules::depth).max().orElse(0);
    }

    private static List<Filter> childrenOf(Filter filter) {
        if (filter instanceof Filter.And and) {
            return and.filters();
        }
        if (filter instanceof Filter.Or or) {
            return or.filters();
        }
        return filter instanceof Filter.Not not ? List.of(not.filter()) : List.of();
    }

    static String join(String word, List<Filter> filters) {
        return filters.isEmpty()
                ? word + " ()"
                : filters.stream().map(Filter::toString).collect(Collectors.joining(" " + word + " ", "(", ")"));
    }
}
