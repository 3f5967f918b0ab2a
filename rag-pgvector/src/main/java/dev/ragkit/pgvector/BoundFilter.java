package dev.ragkit.pgvector;

import dev.ragkit.Filter;
import java.sql.PreparedStatement;
import java.sql.SQLException;

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

    /** Binds the filter if there is one; returns the number of the parameter after it. */
    int bind(PreparedStatement statement, int parameter) throws SQLException {
        if (!isPresent()) {
            return parameter;
        }
        statement.setObject(parameter, Typed.of("jsonpath", path));
        return parameter + 1;
    }
}
