package dev.ragkit.pgvector;

import java.lang.reflect.Method;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import javax.sql.DataSource;

/**
 * Loses its connection at one statement, counted from 1 over all connections, commits among them: either before the server
 * gets the statement, or after the server has done it and before the caller hears of that. For one thread.
 */
final class LostConnection {
    private static final Set<String> COUNTED = Set.of("execute", "executeQuery", "executeUpdate", "commit");

    /** When the connection is lost. */
    enum Moment {
        BEFORE,
        AFTER
    }

    private final DataSource target;
    private final Predicate<String> isCounted;
    private final int fatal;
    private final Moment moment;
    private final List<String> statements = new ArrayList<>();

    LostConnection(DataSource target, Predicate<String> isCounted, int fatal, Moment moment) {
        this.target = target;
        this.isCounted = isCounted;
        this.fatal = fatal;
        this.moment = moment;
    }

    /** What was sent, the fatal statement included. */
    List<String> statements() {
        return List.copyOf(statements);
    }

    /** Whether the connection was lost. */
    boolean struck() {
        return statements.size() >= fatal;
    }

    DataSource source() {
        return Standin.of(DataSource.class, (method, arguments) -> {
            Object result = method.invoke(target, arguments);
            return result instanceof Connection connection ? watched(connection) : result;
        });
    }

    private Connection watched(Connection connection) {
        return Standin.of(Connection.class, (method, arguments) -> {
            if (method.getName().equals("prepareStatement")) {
                PreparedStatement statement = (PreparedStatement) method.invoke(connection, arguments);
                return watched(connection, statement, (String) arguments[0]);
            }
            return watched(connection, "commit", () -> method.invoke(connection, arguments), method);
        });
    }

    private PreparedStatement watched(Connection connection, PreparedStatement statement, String text) {
        return Standin.of(
                PreparedStatement.class,
                (method, arguments) -> watched(connection, text, () -> method.invoke(statement, arguments), method));
    }

    private interface Call {
        Object run() throws ReflectiveOperationException;
    }

    private Object watched(Connection connection, String text, Call call, Method method)
            throws ReflectiveOperationException, SQLException {
        if (!COUNTED.contains(method.getName()) || !isCounted.test(text)) {
            return call.run();
        }
        statements.add(text);
        if (statements.size() != fatal) {
            return call.run();
        }
        if (moment == Moment.AFTER) {
            call.run();
        }
        connection.unwrap(Connection.class).close();
        throw new SQLException("the connection was lost by the test at: " + text, "08006");
    }
}
