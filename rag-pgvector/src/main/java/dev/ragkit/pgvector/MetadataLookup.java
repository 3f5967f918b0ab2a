package dev.ragkit.pgvector;

import dev.ragkit.Filter;

/**
 * Whether the index over metadata can look up the rows of a filter. For any other one it would be read from end to end, for the rows
 * of all tenants, which the planner takes for less than it is.
 */
final class MetadataLookup implements Filter.Visitor<Boolean> {
    private static final MetadataLookup OF = new MetadataLookup();

    private MetadataLookup() {}

    static boolean canFind(Filter filter) {
        return filter.accept(OF);
    }

    @Override
    public Boolean compare(Filter.Compare node) {
        return node.operator() == Filter.Operator.EQ;
    }

    @Override
    public Boolean in(Filter.In node) {
        return !node.values().isEmpty() && node.values().size() <= FilterPath.MAX_EQUALITIES;
    }

    @Override
    public Boolean exists(Filter.Exists node) {
        return false;
    }

    @Override
    public Boolean contains(Filter.Contains node) {
        return true;
    }

    /** One condition is enough. */
    @Override
    public Boolean and(Filter.And node) {
        return node.filters().stream().anyMatch(filter -> filter.accept(this));
    }

    /** Every alternative has to be looked up. */
    @Override
    public Boolean or(Filter.Or node) {
        return !node.filters().isEmpty() && node.filters().stream().allMatch(filter -> filter.accept(this));
    }

    @Override
    public Boolean not(Filter.Not node) {
        return false;
    }
}
