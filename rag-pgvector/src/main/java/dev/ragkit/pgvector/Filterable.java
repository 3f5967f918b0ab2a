package dev.ragkit.pgvector;

import java.util.List;

/**
 * A statement in the texts that a filter calls for: one for all rows, one with the filter bound, and one for each key with an index
 * over its numbers, with the bounds that the filter sets them bound beside it.
 */
record Filterable(String all, String filtered, List<String> ranged) {
    Filterable(String all, String filtered) {
        this(all, filtered, List.of());
    }

    String text(BoundFilter filter) {
        if (filter.range().isPresent()) {
            return ranged.get(filter.range().get().key());
        }
        return filter.isPresent() ? filtered : all;
    }
}
