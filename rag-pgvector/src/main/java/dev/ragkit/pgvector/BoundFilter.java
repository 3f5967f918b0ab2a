package dev.ragkit.pgvector;

import dev.ragkit.Filter;

/** A filter ready to be bound, or the lack of one. */
record BoundFilter(String path) {
    private static final BoundFilter NONE = new BoundFilter("");

    static BoundFilter of(Filter filter) {
        return filter.equals(Filter.all()) ? NONE : new BoundFilter(FilterPath.of(filter));
    }

    boolean isPresent() {
        return !path.isEmpty();
    }

    String textOf(Sql.Filterable statement) {
        return statement.text(isPresent());
    }
}
