package dev.ragkit.pgvector;

import dev.ragkit.Filter;
import java.util.List;
import java.util.Optional;

/** A filter ready to be bound, with the range that an index is to be asked for; or the lack of one. */
record BoundFilter(String path, Optional<NumberRange> range) {
    private static final BoundFilter NONE = new BoundFilter("", Optional.empty());

    /** For statements that ask no index for a range. */
    static BoundFilter of(Filter filter) {
        return of(filter, List.of());
    }

    static BoundFilter of(Filter filter, List<String> rangeKeys) {
        return filter.equals(Filter.all())
                ? NONE
                : new BoundFilter(FilterPath.of(filter), NumberRange.of(filter, rangeKeys));
    }

    boolean isPresent() {
        return !path.isEmpty();
    }
}
