package dev.ragkit.testkit;

import dev.ragkit.Filter;
import dev.ragkit.Metadata;

/** What a filter becomes where SQL's unknown is not guarded against: a condition on an absent key is neither true nor false. */
final class SqlLogic implements Filter.Visitor<SqlLogic.Truth> {
    enum Truth {
        FALSE,
        UNKNOWN,
        TRUE
    }

    private final Metadata metadata;

    private SqlLogic(Metadata metadata) {
        this.metadata = metadata;
    }

    static boolean matches(Filter filter, Metadata metadata) {
        return filter.accept(new SqlLogic(metadata)) == Truth.TRUE;
    }

    @Override
    public Truth compare(Filter.Compare node) {
        return leaf(node.key(), node);
    }

    @Override
    public Truth in(Filter.In node) {
        return leaf(node.key(), node);
    }

    @Override
    public Truth exists(Filter.Exists node) {
        return node.matches(metadata) ? Truth.TRUE : Truth.FALSE;
    }

    @Override
    public Truth contains(Filter.Contains node) {
        return leaf(node.key(), node);
    }

    @Override
    public Truth and(Filter.And node) {
        return node.filters().stream()
                .map(each -> each.accept(this))
                .min(Truth::compareTo)
                .orElse(Truth.TRUE);
    }

    @Override
    public Truth or(Filter.Or node) {
        return node.filters().stream()
                .map(each -> each.accept(this))
                .max(Truth::compareTo)
                .orElse(Truth.FALSE);
    }

    @Override
    public Truth not(Filter.Not node) {
        return Truth.values()[2 - node.filter().accept(this).ordinal()];
    }

    private Truth leaf(String key, Filter node) {
        if (metadata.value(key) == null) {
            return Truth.UNKNOWN;
        }
        return node.matches(metadata) ? Truth.TRUE : Truth.FALSE;
    }
}
