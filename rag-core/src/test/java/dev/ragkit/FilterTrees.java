package dev.ragkit;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** Random filters of all kinds of nodes, with the keys and values that are easily got wrong in text. For use by one thread. */
final class FilterTrees {
    private static final List<String> KEYS = List.of(
            "k",
            "_",
            "a.b",
            "a.",
            "x1",
            "\u00fc\u65e5",
            "\ud835\udd38",
            "and",
            "Or",
            "NOT",
            "in",
            "exists",
            "Contains",
            "all",
            "any",
            "true",
            "FALSE",
            "\u0131n",
            "like",
            "null",
            "1a",
            ".a",
            "a-b",
            "with space",
            "o'key",
            "\"",
            "\"\"q\"",
            "'",
            "--",
            "/*",
            ";",
            "$1",
            "?",
            "{fn x}",
            "\\",
            "\n",
            " ",
            "\u00a0",
            "\u2019",
            "\ud83d\ude00",
            "\u0661",
            "a\u0301");

    private static final List<String> STRINGS = List.of(
            "",
            "a",
            "'",
            "''",
            "O'Brien",
            "'' OR 1 = 1 --",
            "\"",
            "\\",
            "\\'",
            "%_",
            "TRUE",
            "1",
            "(",
            ")",
            ",",
            "AND",
            "\n",
            "\u0001",
            "\u2019",
            "\ud83d\ude00",
            "$$",
            "?",
            "{d '2020'}",
            "\u2028");

    private static final List<Number> NUMBERS = List.of(
            0L,
            1L,
            -1L,
            Long.MAX_VALUE,
            Long.MIN_VALUE,
            0.0,
            1.0,
            -0.5,
            0.1,
            1e7,
            1e-7,
            1e20,
            Double.MIN_VALUE,
            Double.MAX_VALUE,
            -Double.MAX_VALUE,
            9_007_199_254_740_993L,
            9_007_199_254_740_992.0);

    private final RandomGenerator random;
    private int nodesLeft;

    FilterTrees(RandomGenerator random) {
        this.random = random;
    }

    /** Up to 32 levels and 256 nodes; most are small. */
    Filter next() {
        nodesLeft = random.nextInt(4) == 0 ? Filter.MAX_NODES : 20;
        return tree(random.nextInt(4) == 0 ? Filter.MAX_DEPTH : 6);
    }

    private Filter tree(int levels) {
        nodesLeft--;
        int kind = random.nextInt(9);
        if (levels <= 2 || nodesLeft < 2 || kind < 3) {
            return leaf();
        }
        if (kind < 5) {
            return Filter.not(tree(levels - 1));
        }
        List<Filter> children = new ArrayList<>();
        int most = Math.min(random.nextInt(4), nodesLeft / 2);
        nodesLeft -= most;
        for (int i = 0; i < most; i++) {
            nodesLeft++;
            children.add(tree(levels - 1));
        }
        return kind < 7 ? new Filter.And(children) : new Filter.Or(children);
    }

    /** Takes two nodes at the most. */
    private Filter leaf() {
        String key = pick(KEYS);
        return switch (random.nextInt(8)) {
            case 0 -> Filter.exists(key);
            case 1 -> Filter.contains(key, pick(STRINGS));
            case 2 -> Filter.in(key, values());
            case 3 -> Filter.gt(key, pick(NUMBERS));
            case 4 -> Filter.lte(key, pick(STRINGS));
            case 5 -> Filter.gte(key, pick(NUMBERS));
            case 6 -> Filter.lt(key, pick(STRINGS));
            default -> Filter.eq(key, value());
        };
    }

    private List<Object> values() {
        List<Object> values = new ArrayList<>();
        for (int i = random.nextInt(5); i > 0; i--) {
            values.add(value());
        }
        return values;
    }

    private Object value() {
        return switch (random.nextInt(5)) {
            case 0 -> random.nextBoolean();
            case 1, 2 -> pick(NUMBERS);
            default -> pick(STRINGS);
        };
    }

    private <T> T pick(List<T> values) {
        return values.get(random.nextInt(values.size()));
    }
}
