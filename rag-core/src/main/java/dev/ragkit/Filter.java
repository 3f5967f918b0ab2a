package dev.ragkit;

import java.util.Collection;
import java.util.List;

/**
 * Which chunks a search looks at, by their metadata. A tree of conditions; {@link #matches} is the specification that every
 * store agrees with.
 *
 * <p>The logic has two values: a condition on a key that is absent, or that holds a value of another kind, is false, and
 * {@link #not} of it is true. Numbers compare as numbers, whatever their type: 1 equals 1.0, and {@code gte("price", 10)}
 * matches 12.5. Strings are compared by code point, whatever their case. Strings never equal numbers. {@link #eq} looks at
 * single values, {@link #contains} at lists.
 *
 * <p>Bounds: {@value #MAX_DEPTH} levels, {@value #MAX_NODES} nodes, {@value #MAX_IN} values in one {@link #in}.
 *
 * <p>Immutable and safe for use by several threads.
 *
 * <p>The nodes stand here with the factories, so that the whole language is on one page.
 */
public sealed interface Filter {
    /** The deepest tree: {@value} levels. */
    int MAX_DEPTH = 32;

    /** The largest tree: {@value} nodes. */
    int MAX_NODES = 256;

    /** The longest list of values in one {@link #in}: {@value}. */
    int MAX_IN = 10_000;

    /**
     * Whether metadata fulfils this filter.
     *
     * @param metadata of a chunk
     * @return true if it does
     */
    boolean matches(Metadata metadata);

    /**
     * Calls the visitor's method for this kind of node.
     *
     * @param visitor has one method a kind of node
     * @param <R> what the visitor returns
     * @return what the method returned
     */
    <R> R accept(Visitor<R> visitor);

    /**
     * Reads an expression, such as one that a user typed or a request carried:
     *
     * <pre>{@code
     * lang = 'en' AND (year >= 2020 OR tags CONTAINS 'java') AND NOT EXISTS(draft)
     *
     * filter    = conjunct { "OR" conjunct }
     * conjunct  = negation { "AND" negation }
     * negation  = { "NOT" } condition
     * condition = "(" filter ")"
     *           | "EXISTS" "(" key ")"
     *           | ( "ALL" | "ANY" ) "(" [ filter { "," filter } ] ")"
     *           | key ( "=" | "==" | "!=" | "<>" | "<" | "<=" | ">" | ">=" ) value
     *           | key [ "NOT" ] "IN" "(" [ value { "," value } ] ")"
     *           | key [ "NOT" ] "CONTAINS" string
     * key       = word | '"' any text, each " twice '"'
     * value     = string | number | "TRUE" | "FALSE"
     * string    = "'" any text, each ' twice "'"
     * }</pre>
     *
     * <p>A word consists of letters, digits, underscores and full stops and begins with a letter or an underscore; the words above,
     * in any case, are no keys unless quoted. A number is whole if it has neither a fraction nor an exponent, and a double
     * otherwise; {@code -}, but not {@code +}, may stand before it. {@code ALL} holds where all of its conditions do, as with
     * {@code AND}, and {@code ANY} as with {@code OR}; both take any number of them, also none.
     *
     * <p>Takes linear time. Brackets and {@code NOT}s may be nested {@code 2 *} {@value #MAX_DEPTH} deep. Nothing of the text
     * reaches a database but as a bound value, yet an expression can name any key: what a user must not ask for has to be kept
     * out by the tenant, or by a filter added with {@link #and}.
     *
     * @param expression the text
     * @return the filter
     * @throws FilterException if the text is not an expression, or the filter breaks a bound; it tells the position
     */
    static Filter parse(String expression) {
        return FilterParser.parse(expression);
    }

    /**
     * This filter as an expression, values and all: {@link #parse} makes an equal filter of it. {@code toString} shows no values.
     *
     * @return the text
     */
    default String expression() {
        return accept(FilterWriter.INSTANCE);
    }

    /**
     * Matches everything.
     *
     * @return the filter
     */
    static Filter all() {
        return And.ALL;
    }

    /**
     * Matches where the key holds this one value.
     *
     * @param key the metadata key
     * @param value a string, number or boolean
     * @return the filter
     * @throws IllegalArgumentException if the key or the value is not one that metadata holds
     */
    static Filter eq(String key, Object value) {
        return new Compare(key, Operator.EQ, value);
    }

    /**
     * Matches where the key does not hold this value, or is absent: the opposite of {@link #eq}.
     *
     * @param key the metadata key
     * @param value a string, number or boolean
     * @return the filter
     * @throws IllegalArgumentException if the key or the value is not one that metadata holds
     */
    static Filter ne(String key, Object value) {
        return not(eq(key, value));
    }

    /**
     * Matches where the key holds a greater value of the same kind.
     *
     * @param key the metadata key
     * @param value a string or number
     * @return the filter
     * @throws IllegalArgumentException if the key or the value is not one that metadata holds in order
     */
    static Filter gt(String key, Object value) {
        return new Compare(key, Operator.GT, value);
    }

    /**
     * Matches where the key holds a greater or equal value of the same kind.
     *
     * @param key the metadata key
     * @param value a string or number
     * @return the filter
     * @throws IllegalArgumentException if the key or the value is not one that metadata holds in order
     */
    static Filter gte(String key, Object value) {
        return new Compare(key, Operator.GTE, value);
    }

    /**
     * Matches where the key holds a smaller value of the same kind.
     *
     * @param key the metadata key
     * @param value a string or number
     * @return the filter
     * @throws IllegalArgumentException if the key or the value is not one that metadata holds in order
     */
    static Filter lt(String key, Object value) {
        return new Compare(key, Operator.LT, value);
    }

    /**
     * Matches where the key holds a smaller or equal value of the same kind.
     *
     * @param key the metadata key
     * @param value a string or number
     * @return the filter
     * @throws IllegalArgumentException if the key or the value is not one that metadata holds in order
     */
    static Filter lte(String key, Object value) {
        return new Compare(key, Operator.LTE, value);
    }

    /**
     * Matches where the key holds one of these values; nothing, if there are none.
     *
     * @param key the metadata key
     * @param values strings, numbers or booleans, at most {@value #MAX_IN}
     * @return the filter
     * @throws IllegalArgumentException if the key or a value is not one that metadata holds, or there are too many
     */
    static Filter in(String key, Collection<?> values) {
        return new In(key, List.copyOf(values));
    }

    /**
     * Matches where the key is present, whatever it holds.
     *
     * @param key the metadata key
     * @return the filter
     * @throws IllegalArgumentException if the key is not one that metadata holds
     */
    static Filter exists(String key) {
        return new Exists(key);
    }

    /**
     * Matches where the key holds a list with this element.
     *
     * @param key the metadata key
     * @param element the string that the list contains
     * @return the filter
     * @throws IllegalArgumentException if the key or the element is not one that metadata holds
     */
    static Filter contains(String key, String element) {
        return new Contains(key, element);
    }

    /**
     * Matches where all of these do; everything, if there are none.
     *
     * @param filters the conditions
     * @return the filter
     * @throws IllegalArgumentException if the tree becomes too deep or too large
     */
    static Filter and(Filter... filters) {
        return new And(List.of(filters));
    }

    /**
     * Matches where any of these does; nothing, if there are none.
     *
     * @param filters the conditions
     * @return the filter
     * @throws IllegalArgumentException if the tree becomes too deep or too large
     */
    static Filter or(Filter... filters) {
        return new Or(List.of(filters));
    }

    /**
     * Matches where the other does not.
     *
     * @param filter the condition
     * @return the filter
     * @throws IllegalArgumentException if the tree becomes too deep or too large
     */
    static Filter not(Filter filter) {
        return new Not(filter);
    }

    /** How a {@link Compare} compares what the key holds with its value. */
    enum Operator {
        /** Equal. */
        EQ("="),
        /** Greater. */
        GT(">"),
        /** Greater or equal. */
        GTE(">="),
        /** Smaller. */
        LT("<"),
        /** Smaller or equal. */
        LTE("<=");

        private final String sign;

        Operator(String sign) {
            this.sign = sign;
        }

        boolean holds(int comparison) {
            return switch (this) {
                case EQ -> comparison == 0;
                case GT -> comparison > 0;
                case GTE -> comparison >= 0;
                case LT -> comparison < 0;
                case LTE -> comparison <= 0;
            };
        }

        @Override
        public String toString() {
            return sign;
        }
    }

    /**
     * One comparison.
     *
     * @param key the metadata key
     * @param operator how to compare
     * @param value a String, Long, Double or Boolean; a Boolean only with {@link Operator#EQ}
     */
    record Compare(String key, Operator operator, Object value) implements Filter {
        /**
         * Checks the key and widens the value.
         *
         * @param key the metadata key
         * @param operator how to compare
         * @param value a String
         * @throws IllegalArgumentException if the key or the value is not one that metadata holds in that order
         */
        public Compare {
            Metadata.checkKey(key);
            value = FilterRules.scalar(key, value);
            if (operator != Operator.EQ && value instanceof Boolean) {
                throw new IllegalArgumentException(
                        "booleans have no order: '" + key + "' can be compared with eq only");
            }
        }

        @Override
        public boolean matches(Metadata metadata) {
            return FilterRules.compare(metadata.value(key), value, operator);
        }

        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.compare(this);
        }

        /** Shows the key and the operator, not the value. */
        @Override
        public String toString() {
            return key + " " + operator + " ?";
        }
    }

    /**
     * One of several values.
     *
     * @param key the metadata key
     * @param values String, Long, Double or Boolean each; unmodifiable
     */
    record In(String key, List<Object> values) implements Filter {
        /**
         * Checks the key, and copies and widens the values.
         *
         * @param key the metadata key
         * @param values String
         * @throws IllegalArgumentException if the key or a value is not one that metadata holds, or there are too many
         */
        public In {
            Metadata.checkKey(key);
            if (values.size() > MAX_IN) {
                throw new IllegalArgumentException(
                        "in('" + key + "') must have at most " + MAX_IN + " values, had " + values.size());
            }
            values =
                    values.stream().map(value -> FilterRules.scalar(key, value)).toList();
        }

        @Override
        public boolean matches(Metadata metadata) {
            Object held = metadata.value(key);
            return values.stream().anyMatch(value -> FilterRules.compare(held, value, Operator.EQ));
        }

        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.in(this);
        }

        /** Shows the key and the number of values. */
        @Override
        public String toString() {
            return key + " in (" + values.size() + " values)";
        }
    }

    /**
     * The key is present.
     *
     * @param key the metadata key
     */
    record Exists(String key) implements Filter {
        /**
         * Checks the key.
         *
         * @param key the metadata key
         * @throws IllegalArgumentException if the key is not one that metadata holds
         */
        public Exists {
            Metadata.checkKey(key);
        }

        @Override
        public boolean matches(Metadata metadata) {
            return metadata.value(key) != null;
        }

        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.exists(this);
        }

        @Override
        public String toString() {
            return "exists " + key;
        }
    }

    /**
     * A list with an element.
     *
     * @param key the metadata key
     * @param element the string that the list contains
     */
    record Contains(String key, String element) implements Filter {
        /**
         * Checks the key and the element.
         *
         * @param key the metadata key
         * @param element the string that the list contains
         * @throws IllegalArgumentException if one is not what metadata holds
         */
        public Contains {
            Metadata.checkKey(key);
            Require.storable(element, "filter value of '" + key + "'");
        }

        @Override
        public boolean matches(Metadata metadata) {
            return metadata.value(key) instanceof List<?> list && list.contains(element);
        }

        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.contains(this);
        }

        /** Shows the key, not the element. */
        @Override
        public String toString() {
            return key + " contains ?";
        }
    }

    /**
     * All of several conditions; true if there are none.
     *
     * @param filters the conditions; unmodifiable
     */
    record And(List<Filter> filters) implements Filter {
        private static final And ALL = new And(List.of());

        /**
         * Copies the conditions and checks the bounds.
         *
         * @param filters the conditions
         * @throws IllegalArgumentException if the tree is too deep or too large
         */
        public And {
            filters = FilterRules.children(filters);
        }

        @Override
        public boolean matches(Metadata metadata) {
            return filters.stream().allMatch(filter -> filter.matches(metadata));
        }

        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.and(this);
        }

        @Override
        public String toString() {
            return FilterRules.join("and", filters);
        }
    }

    /**
     * Any of several conditions; false if there are none.
     *
     * @param filters the conditions; unmodifiable
     */
    record Or(List<Filter> filters) implements Filter {
        /**
         * Copies the conditions and checks the bounds.
         *
         * @param filters the conditions
         * @throws IllegalArgumentException if the tree is too deep or too large
         */
        public Or {
            filters = FilterRules.children(filters);
        }

        @Override
        public boolean matches(Metadata metadata) {
            return filters.stream().anyMatch(filter -> filter.matches(metadata));
        }

        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.or(this);
        }

        @Override
        public String toString() {
            return FilterRules.join("or", filters);
        }
    }

    /**
     * The opposite of a condition.
     *
     * @param filter the condition
     */
    record Not(Filter filter) implements Filter {
        /**
         * Checks the bounds.
         *
         * @param filter the condition
         * @throws IllegalArgumentException if the tree is too deep or too large
         */
        public Not {
            FilterRules.children(List.of(filter));
        }

        @Override
        public boolean matches(Metadata metadata) {
            return !filter.matches(metadata);
        }

        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.not(this);
        }

        @Override
        public String toString() {
            return "not (" + filter + ")";
        }
    }

    /**
     * One method a kind of node, so that a new kind breaks every translator at compile time.
     *
     * @param <R> what the methods return
     */
    interface Visitor<R> {
        /**
         * For a comparison.
         *
         * @param node the node
         * @return what the visitor makes of it
         */
        R compare(Compare node);

        /**
         * For one of several values.
         *
         * @param node the node
         * @return what the visitor makes of it
         */
        R in(In node);

        /**
         * For the presence of a key.
         *
         * @param node the node
         * @return what the visitor makes of it
         */
        R exists(Exists node);

        /**
         * For a list with an element.
         *
         * @param node the node
         * @return what the visitor makes of it
         */
        R contains(Contains node);

        /**
         * For all of several conditions.
         *
         * @param node the node
         * @return what the visitor makes of it
         */
        R and(And node);

        /**
         * For any of several conditions.
         *
         * @param node the node
         * @return what the visitor makes of it
         */
        R or(Or node);

        /**
         * For the opposite of a condition.
         *
         * @param node the node
         * @return what the visitor makes of it
         */
        R not(Not node);
    }
}
