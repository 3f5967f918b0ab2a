package dev.ragkit.pgvector;

import dev.ragkit.Filter;
import java.util.List;
import java.util.Optional;

/** A filter ready to be bound, with the range that an index is to be asked for; or the lack of one. */
record BoundFilter(String path, Kind kind, Optional<NumberRange> range) {
    private static final BoundFilter NONE = new BoundFilter("", Kind.NONE, Optional.empty());

    /** What the index over metadata is for a filter. */
    enum Kind {
        /** There is no filter. */
        NONE,
        /** It finds the rows. */
        LOOKED_UP,
        /** It does not. */
        SCANNED
    }

    /** For statements that ask no index for a range. */
    static BoundFilter of(Filter filter) {
        return of(filter, List.of());
    }

    static BoundFilter of(Filter filter, List<String> rangeKeys) {
        if (filter.equals(Filter.all())) {
            return NONE;
        }
        Kind kind = MetadataLookup.canFind(filter) ? Kind.LOOKED_UP : Kind.SCANNED;
        return new BoundFilter(FilterPath.of(filter), kind, NumberRange.of(filter, rangeKeys));
    }

    boolean isPresent() {
        return kind != Kind.NONE;
    }
}
