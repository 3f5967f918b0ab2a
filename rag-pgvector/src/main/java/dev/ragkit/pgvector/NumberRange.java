package dev.ragkit.pgvector;

import dev.ragkit.Filter;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BinaryOperator;

/**
 * What a filter demands of the number under one key: whatever matches the filter has a number there, not below the one bound and not
 * above the other. More may be demanded; the range is for an index to find few rows, of which the filter then lets some through.
 *
 * @param key the place of the key among those that have an index
 */
record NumberRange(int key, BigDecimal low, BigDecimal high) {
    /** Beyond all numbers that metadata hold; infinity is no number before PostgreSQL 14. */
    private static final BigDecimal BEYOND = new BigDecimal("1e400");

    private static final BigDecimal BELOW = BEYOND.negate();

    /** Of the keys that the filter bounds: the first one that it bounds on both sides, or the first. */
    static Optional<NumberRange> of(Filter filter, List<String> keys) {
        List<NumberRange> ranges = new ArrayList<>();
        for (int key = 0; key < keys.size(); key++) {
            filter.accept(new Bounds(keys.get(key), key)).ifPresent(ranges::add);
        }
        return ranges.stream()
                .filter(NumberRange::isClosed)
                .findFirst()
                .or(() -> ranges.stream().findFirst());
    }

    private boolean isClosed() {
        return low.compareTo(BELOW) > 0 && high.compareTo(BEYOND) < 0;
    }

    /** The numbers in both. */
    private NumberRange and(NumberRange other) {
        return new NumberRange(key, low.max(other.low), high.min(other.high));
    }

    /** From the least number of both to the greatest. */
    private NumberRange or(NumberRange other) {
        return new NumberRange(key, low.min(other.low), high.max(other.high));
    }

    /** Finds the bounds of one key; empty where a row may match whatever it has there. */
    private record Bounds(String key, int place) implements Filter.Visitor<Optional<NumberRange>> {
        @Override
        public Optional<NumberRange> compare(Filter.Compare node) {
            if (!node.key().equals(key) || !(node.value() instanceof Number number)) {
                return Optional.empty();
            }
            BigDecimal value = decimal(number);
            return Optional.of(
                    switch (node.operator()) {
                        case EQ -> new NumberRange(place, value, value);
                        case LT, LTE -> new NumberRange(place, BELOW, value);
                        case GT, GTE -> new NumberRange(place, value, BEYOND);
                    });
        }

        @Override
        public Optional<NumberRange> in(Filter.In node) {
            if (!node.key().equals(key) || !node.values().stream().allMatch(Number.class::isInstance)) {
                return Optional.empty();
            }
            return node.values().stream()
                    .map(value -> decimal((Number) value))
                    .map(value -> new NumberRange(place, value, value))
                    .reduce(NumberRange::or);
        }

        @Override
        public Optional<NumberRange> exists(Filter.Exists node) {
            return Optional.empty();
        }

        @Override
        public Optional<NumberRange> contains(Filter.Contains node) {
            return Optional.empty();
        }

        /** One condition's bounds are enough. */
        @Override
        public Optional<NumberRange> and(Filter.And node) {
            return node.filters().stream()
                    .map(filter -> filter.accept(this))
                    .flatMap(Optional::stream)
                    .reduce(NumberRange::and);
        }

        /** Each alternative has to have bounds. */
        @Override
        public Optional<NumberRange> or(Filter.Or node) {
            BinaryOperator<Optional<NumberRange>> both = (a, b) -> a.flatMap(range -> b.map(range::or));
            return node.filters().stream()
                    .map(filter -> filter.accept(this))
                    .reduce(both)
                    .flatMap(range -> range);
        }

        /** What lacks a number matches too. */
        @Override
        public Optional<NumberRange> not(Filter.Not node) {
            return Optional.empty();
        }

        private static BigDecimal decimal(Number number) {
            return number instanceof Double real
                    ? new BigDecimal(MetadataJson.decimal(real))
                    : BigDecimal.valueOf(number.longValue());
        }
    }
}
