package dev.ragkit.pgvector;

import java.io.PrintWriter;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.logging.Logger;
import javax.sql.DataSource;

/**
 * Loses its connection at one statement, counted from 1 over all connections, commits among them: either before the server
 * gets the statement, or after the server has done it and before the caller hears of that. For one thread.
 */
final class FaultyDataSource implements DataSource {
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

    FaultyDataSource(DataSource target, Predicate<String> isCounted, int fatal, Moment moment) {
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

    @Override
    public Connection getConnection() throws SQLException {
        Connection connection = target.getConnection();
        return proxy(Connection.class, (proxy, method, arguments) -> {
            if (method.getName().equals("prepareStatement")) {
                PreparedStatement statement = (PreparedStatement) invoke(connection, method, arguments);
                String text = (String) arguments[0];
                return proxy(
                        PreparedStatement.class,
                        (inner, call, values) ->
                                watched(connection, text, () -> invoke(statement, call, values), call));
            }
            return watched(connection, "commit", () -> invoke(connection, method, arguments), method);
        });
    }

    private interface Call {
        Object run() throws Throwable;
    }

    private Object watched(Connection connection, String text, Call call, Method method) throws Throwable {
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

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(
                Proxy.newProxyInstance(FaultyDataSource.class.getClassLoader(), new Class<?>[] {type}, handler));
    }

    private static Object invoke(Object target, Method method, Object[] arguments) throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    @Override
    public Connection getConnection(String user, String password) throws SQLException {
        throw new SQLException("not used here");
    }

    @Override
    public PrintWriter getLogWriter() throws SQLException {
        return target.getLogWriter();
    }

    @Override
    public void setLogWriter(PrintWriter out) throws SQLException {
        target.setLogWriter(out);
    }

    @Override
    public void setLoginTimeout(int seconds) throws SQLException {
        target.setLoginTimeout(seconds);
    }

    @Override
    public int getLoginTimeout() throws SQLException {
        return target.getLoginTimeout();
    }

    @Override
    public Logger getParentLogger() {
        return Logger.getLogger("test");
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        return target.unwrap(type);
    }

    @Override
    public boolean isWrapperFor(Class<?> type) throws SQLException {
        return target.isWrapperFor(type);
    }
}
