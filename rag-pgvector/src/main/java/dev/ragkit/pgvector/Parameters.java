package dev.ragkit.pgvector;

import java.sql.PreparedStatement;
import java.sql.SQLException;

/** Binds the parameters of a statement in the order in which they stand in its text. For use by one thread. */
final class Parameters {
    private final PreparedStatement statement;
    private int last;

    Parameters(PreparedStatement statement) {
        this.statement = statement;
    }

    Parameters integer(int value) throws SQLException {
        statement.setInt(++last, value);
        return this;
    }

    Parameters number(double value) throws SQLException {
        statement.setDouble(++last, value);
        return this;
    }

    /** A text that says so: set as a plain string it would have no type where the host has asked for that (stringtype). */
    Parameters text(String value) throws SQLException {
        return typed("text", value);
    }

    Parameters vector(VectorParameter value) throws SQLException {
        statement.setObject(++last, value);
        return this;
    }

    /** An array of a type that the driver knows. */
    Parameters array(String type, Object[] values) throws SQLException {
        statement.setArray(++last, statement.getConnection().createArrayOf(type, values));
        return this;
    }

    /** A text of a type that JDBC does not know. */
    Parameters typed(String type, String value) throws SQLException {
        statement.setObject(++last, Typed.of(type, value));
        return this;
    }

    /** The filter, if there is one, and the range that an index is asked for, if there is one. */
    Parameters filterAndRange(BoundFilter filter) throws SQLException {
        filter(filter);
        if (filter.range().isPresent()) {
            statement.setBigDecimal(++last, filter.range().get().low());
            statement.setBigDecimal(++last, filter.range().get().high());
        }
        return this;
    }

    /** The filter, if there is one. */
    Parameters filter(BoundFilter filter) throws SQLException {
        return filter.isPresent() ? typed("jsonpath", filter.path()) : this;
    }
}
