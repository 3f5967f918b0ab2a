package dev.ragkit.pgvector;

import dev.ragkit.Filter;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A filter as one jsonpath predicate, to be bound as a parameter of {@code metadata @@ ?}.
 *
 * <p>Each leaf tests the type too, and what is unknown of another type is false with that, so a leaf is true or false; hence
 * {@code !}, {@code &&} and {@code ||} over leaves have two values, as {@link Filter#matches} has. Lax mode takes a list apart in
 * comparisons; the type test undoes that. Equality and {@code contains} are written so that a GIN index with jsonb_path_ops can look them up,
 * also below {@code ||}.
 *
 * <p>Keys and strings are written with every character outside {@code [A-Za-z0-9_]} as an escape sequence: nothing in them can
 * end the literal.
 */
final class FilterPath implements Filter.Visitor<String> {
    private static final String TRUE = "1 == 1";
    private static final String FALSE = "1 == 0";

    /**
     * Up to here a list of values is a row of equalities, which an index can look up one by one; a longer list becomes a search
     * tree, for the time of a row of n equalities is n for each row, and n squared in the index.
     */
    static final int MAX_EQUALITIES = 32;

    private static final FilterPath HOLDS = new FilterPath(false);
    private static final FilterPath HOLDS_NOT = new FilterPath(true);

    /** Whether this visitor writes the opposite of the nodes it sees. */
    private final boolean negated;

    private FilterPath(boolean negated) {
        this.negated = negated;
    }

    static String of(Filter filter) {
        return filter.accept(HOLDS);
    }

    /**
     * Negation is written at the leaves only. Above an {@code &&} it would mislead the index: GIN then demands what one side of the
     * {@code &&} looks for, although the other side may do (PostgreSQL 15, {@code !(!(a) && b)} finds rows with a only).
     */
    private String leaf(String condition) {
        return negated ? "!(" + condition + ")" : condition;
    }

    @Override
    public String compare(Filter.Compare node) {
        String member = member(node.key());
        String operator =
                node.operator() == Filter.Operator.EQ ? "==" : node.operator().toString();
        return leaf(checked(member + " " + operator + " " + literal(node.value()), member, typeOf(node.value())));
    }

    @Override
    public String in(Filter.In node) {
        String member = member(node.key());
        List<String> alternatives = new ArrayList<>();
        for (String type : List.of("string", "number", "boolean")) {
            List<String> literals = node.values().stream()
                    .filter(value -> typeOf(value).equals(type))
                    .sorted(FilterPath::order)
                    .map(FilterPath::literal)
                    .distinct()
                    .toList();
            if (!literals.isEmpty()) {
                alternatives.add(
                        literals.size() <= MAX_EQUALITIES
                                ? checked(equalities(member, literals), member, type)
                                : guarded(member, type, searchTree(member, literals)));
            }
        }
        return leaf(alternatives.isEmpty() ? FALSE : String.join(" || ", alternatives));
    }

    private static String equalities(String member, List<String> literals) {
        return literals.stream().map(value -> member + " == " + value).collect(Collectors.joining(" || "));
    }

    private static String searchTree(String member, List<String> ordered) {
        StringBuilder tree = new StringBuilder();
        searchTree(tree, member, ordered);
        return tree.toString();
    }

    /** Over ordered literals: halves until one is left. No equality: the index would look up every single one. */
    private static void searchTree(StringBuilder out, String member, List<String> ordered) {
        int size = ordered.size();
        if (size == 1) {
            String value = ordered.get(0);
            out.append(member).append(" >= ").append(value).append(" && ");
            out.append(member).append(" <= ").append(value);
            return;
        }
        String middle = ordered.get(size / 2);
        out.append('(').append(member).append(" < ").append(middle).append(" && (");
        searchTree(out, member, ordered.subList(0, size / 2));
        out.append(")) || (").append(member).append(" >= ").append(middle).append(" && (");
        searchTree(out, member, ordered.subList(size / 2, size));
        out.append("))");
    }

    @Override
    public String exists(Filter.Exists node) {
        return leaf("exists(" + member(node.key()) + ")");
    }

    @Override
    public String contains(Filter.Contains node) {
        String member = member(node.key());
        return leaf(guarded(member, "array", "exists(" + member + "[*] ? (@ == " + literal(node.element()) + "))"));
    }

    @Override
    public String and(Filter.And node) {
        return negated ? anyOf(node.filters()) : allOf(node.filters());
    }

    @Override
    public String or(Filter.Or node) {
        return negated ? allOf(node.filters()) : anyOf(node.filters());
    }

    @Override
    public String not(Filter.Not node) {
        return node.filter().accept(negated ? HOLDS : HOLDS_NOT);
    }

    private String allOf(List<Filter> filters) {
        return filters.isEmpty() ? TRUE : joined(filters, " && ");
    }

    private String anyOf(List<Filter> filters) {
        return filters.isEmpty() ? FALSE : joined(filters, " || ");
    }

    private String joined(List<Filter> filters, String operator) {
        return filters.stream().map(filter -> "(" + filter.accept(this) + ")").collect(Collectors.joining(operator));
    }

    /** For conditions that are quickly seen not to hold: then the type is not asked, and where it is another one it decides. */
    private static String checked(String condition, String member, String type) {
        return "(" + condition + ") && " + member + ".type() == \"" + type + "\"";
    }

    /** For conditions that take long. */
    private static String guarded(String member, String type, String condition) {
        return member + ".type() == \"" + type + "\" && (" + condition + ")";
    }

    private static String member(String key) {
        return "$." + quoted(key);
    }

    private static String typeOf(Object value) {
        if (value instanceof String) {
            return "string";
        }
        return value instanceof Number ? "number" : "boolean";
    }

    private static String literal(Object value) {
        if (value instanceof String text) {
            return quoted(text);
        }
        return value instanceof Double number ? MetadataJson.decimal(number) : value.toString();
    }

    private static String quoted(String text) {
        StringBuilder out = new StringBuilder(text.length() + 2).append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
            if (plain) {
                out.append(c);
            } else {
                out.append(MetadataJson.escaped(c));
            }
        }
        return out.append('"').toString();
    }

    /** The order jsonpath compares by: numbers by value, strings by code point, false before true. */
    private static int order(Object a, Object b) {
        if (a instanceof String x && b instanceof String y) {
            return Utf8.ORDER.compare(x, y);
        }
        if (a instanceof Boolean x && b instanceof Boolean y) {
            return x.compareTo(y);
        }
        Function<Object, BigDecimal> decimal = value -> new BigDecimal(literal(value));
        return decimal.apply(a).compareTo(decimal.apply(b));
    }
}
