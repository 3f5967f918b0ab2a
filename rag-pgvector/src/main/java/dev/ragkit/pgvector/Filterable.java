package dev.ragkit.pgvector;

import java.util.List;

/**
 * A statement in the texts that a filter calls for: one for all rows; one with a filter that the index over metadata can look up, and
 * one with any other, which is kept from that index; and the same two for each key with an index over its numbers, with the bounds
 * that the filter sets them.
 *
 * @param all without a filter
 * @param filtered with a filter that can be looked up
 * @param scanned with another one
 * @param ranged with a filter that can be looked up, by the place of the key
 * @param inRange with another one, by the place of the key
 */
record Filterable(String all, String filtered, String scanned, List<String> ranged, List<String> inRange) {
    /** For statements that the planner has no choice with. */
    Filterable(String all, String filtered) {
        this(all, filtered, filtered, List.of(), List.of());
    }

    String text(BoundFilter filter) {
        return switch (filter.kind()) {
            case NONE -> all;
            case LOOKED_UP ->
                filter.range().map(range -> ranged.get(range.key())).orElse(filtered);
            case SCANNED ->
                filter.range().map(range -> inRange.get(range.key())).orElse(scanned);
        };
    }

    /** With the rows from an index of which it is known that it finds them by one plan for all values. */
    String textByIndex(BoundFilter filter) {
        return filter.range().map(range -> inRange.get(range.key())).orElse(filtered);
    }
}
