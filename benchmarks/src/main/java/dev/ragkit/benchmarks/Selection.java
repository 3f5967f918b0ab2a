package dev.ragkit.benchmarks;

import dev.ragkit.Filter;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * A filter, as the library has it and as it is written by hand.
 *
 * @param name for the tables
 * @param filter what a search of the library gets
 * @param matches whether a row matches
 * @param conditions SQL conditions that say the same, each with one parameter; none for all rows
 */
record Selection(String name, Filter filter, IntPredicate matches, List<Condition> conditions) {
    /**
     * A condition in SQL.
     *
     * @param sql with one parameter
     * @param value of the parameter, a String or an Integer
     */
    record Condition(String sql, Object value) {}

    /** B-tree indexes that the conditions need, as expressions on the chunks. */
    static final List<String> INDEXES = List.of(
            "((metadata ->> 'bucket')::int)",
            "(metadata ->> 'tenth')",
            "(metadata ->> 'hundredth')",
            "(metadata ->> 'thousandth')",
            "(metadata ->> 'label')");

    static Selection all() {
        return new Selection("none", Filter.all(), row -> true, List.of());
    }

    /** One value of a key. */
    static Selection equal(String name, String key, String value, IntPredicate matches) {
        return new Selection(
                name,
                Filter.eq(key, value),
                matches,
                List.of(
                        new Condition("c.metadata @> CAST(? AS jsonb)", "{\"" + key + "\": \"" + value + "\"}"),
                        new Condition("c.metadata ->> '" + key + "' = ?", value)));
    }

    /** Numbers below a bound. */
    static Selection below(String name, int bound) {
        return new Selection(
                name,
                Filter.lt("bucket", bound),
                row -> Passages.bucket(row) < bound,
                List.of(new Condition("(c.metadata ->> 'bucket')::int < ?", bound)));
    }

    /** What the issue asks for: 10, 1 and 0.1 % of the rows, by a value and by a range, and one that goes with the vectors. */
    static List<Selection> ofIssue(Corpus corpus) {
        int label = corpus.label(corpus.rows() / 2);
        return List.of(
                all(),
                equal("10 % by value", "tenth", "t3", row -> Passages.bucket(row) % 10 == 3),
                equal("1 % by value", "hundredth", "h3", row -> Passages.bucket(row) % 100 == 3),
                equal("0.1 % by value", "thousandth", "k3", row -> Passages.bucket(row) % 1_000 == 3),
                below("10 % by range", 1_000),
                below("1 % by range", 100),
                below("0.1 % by range", 10),
                equal("one label", "label", "l" + label, row -> corpus.label(row) == label));
    }
}
