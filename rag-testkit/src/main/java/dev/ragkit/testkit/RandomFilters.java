package dev.ragkit.testkit;

import dev.ragkit.Filter;
import dev.ragkit.Metadata;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * Random metadata, and random filters over the same keys and values, so that they meet. Keys and values are those that are
 * easily got wrong. For use by one thread.
 */
final class RandomFilters {
    private static final int MAX_DEPTH = 6;
    private static final int MAX_NODES = 40;
    private static final int LARGE_IN = 1_000;

    private static final List<String> KEYS = List.of(
            "k", "K", "price", "a.b", "o'key", "\"q\"", "with space", "$1", "\u00fc\u65e5", "?", "back\\slash", "%_");

    /** The first ones are picked most: they are what is easily taken for one another. */
    private static final List<String> STRINGS = List.of(
            "a",
            "A",
            "1",
            "true",
            "",
            "\ud83d\ude00",
            "\ue000",
            "1.0",
            "aa",
            " a",
            "e\u0301",
            "\u00e9",
            "b",
            "O'Brien",
            "%",
            "%_",
            "null",
            "\\",
            "\"",
            "$1",
            "{}",
            "[]",
            "z",
            "line\nbreak");

    /** As with the strings, the first ones are picked most. */
    private static final List<Number> NUMBERS = List.of(
            1L,
            1.0,
            9_007_199_254_740_993L,
            9_007_199_254_740_992L,
            9_007_199_254_740_992.0,
            0L,
            0.0,
            12.5,
            10L,
            -1L,
            0.1,
            1e7,
            10_000_000L,
            1e20,
            2L,
            3.0,
            -0.5,
            1e-7,
            Long.MAX_VALUE,
            Long.MIN_VALUE,
            Double.MAX_VALUE,
            Double.MIN_VALUE);

    private final RandomGenerator random;
    private int nodesLeft;

    RandomFilters(RandomGenerator random) {
        this.random = random;
    }

    /** Each key is there in about two of three; most hold their usual kind of value. */
    Metadata metadata() {
        Map<String, Object> values = new HashMap<>();
        for (int key = 0; key < KEYS.size(); key++) {
            if (random.nextInt(3) > 0) {
                values.put(KEYS.get(key), value(kind(key)));
            }
        }
        return Metadata.of(values);
    }

    Filter filter() {
        nodesLeft = MAX_NODES;
        return tree(1 + random.nextInt(MAX_DEPTH));
    }

    private Filter tree(int levels) {
        nodesLeft--;
        int kind = random.nextInt(10);
        if (levels == 1 || nodesLeft <= 0 || kind < 3) {
            return leaf();
        }
        if (kind < 5) {
            return Filter.not(tree(levels - 1));
        }
        Filter[] children = new Filter[random.nextInt(12) == 0 ? 0 : 1 + random.nextInt(3)];
        for (int i = 0; i < children.length; i++) {
            children[i] = tree(levels - 1);
        }
        return kind < 7 ? Filter.and(children) : Filter.or(children);
    }

    private Filter leaf() {
        int index = random.nextInt(KEYS.size());
        String key = random.nextInt(40) == 0 ? "absent" : KEYS.get(index);
        Kind kind = kind(index);
        return switch (random.nextInt(9)) {
            case 0 -> Filter.exists(key);
            case 1 -> Filter.contains(key, pick(STRINGS));
            case 2 -> Filter.in(key, values());
            case 3, 4, 5 -> Filter.eq(key, scalar(kind));
            default -> range(key, kind == Kind.NUMBER ? pick(NUMBERS) : pick(STRINGS));
        };
    }

    private Filter range(String key, Object value) {
        return switch (random.nextInt(4)) {
            case 0 -> Filter.gt(key, value);
            case 1 -> Filter.gte(key, value);
            case 2 -> Filter.lt(key, value);
            default -> Filter.lte(key, value);
        };
    }

    private List<Object> values() {
        List<Object> values = new ArrayList<>();
        for (int i = random.nextInt(6); i > 0; i--) {
            values.add(scalar(Kind.values()[random.nextInt(4)]));
        }
        if (random.nextInt(25) == 0) {
            for (int i = 0; i < LARGE_IN; i++) {
                values.add(i % 2 == 0 ? "value " + i : i + 0.5);
            }
        }
        return values;
    }

    private enum Kind {
        STRING,
        NUMBER,
        BOOLEAN,
        LIST
    }

    /** The kind that the key usually holds, or any other. */
    private Kind kind(int key) {
        return Kind.values()[(random.nextInt(4) == 0 ? random.nextInt(4) : key) % 4];
    }

    private Object value(Kind kind) {
        if (kind != Kind.LIST) {
            return scalar(kind);
        }
        List<String> elements = new ArrayList<>();
        for (int i = random.nextInt(5); i > 0; i--) {
            elements.add(pick(STRINGS));
        }
        return elements;
    }

    private Object scalar(Kind kind) {
        return switch (kind) {
            case STRING, LIST -> pick(STRINGS);
            case NUMBER -> pick(NUMBERS);
            case BOOLEAN -> random.nextBoolean();
        };
    }

    /** The smaller of two draws: the first values come up most. */
    private <T> T pick(List<T> values) {
        return values.get(Math.min(random.nextInt(values.size()), random.nextInt(values.size())));
    }
}
