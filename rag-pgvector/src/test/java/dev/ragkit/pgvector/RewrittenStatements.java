package dev.ragkit.pgvector;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;

/** A data source on which every statement is another one than was asked for: a fault in our SQL, put in between the store and the driver. */
final class RewrittenStatements {
    private final UnaryOperator<String> rewriting;

    /** The texts that were changed, as they were sent. */
    final Set<String> changed = ConcurrentHashMap.newKeySet();

    /** The texts that were left as they are. */
    final Set<String> unchanged = ConcurrentHashMap.newKeySet();

    RewrittenStatements(UnaryOperator<String> rewriting) {
        this.rewriting = rewriting;
    }

    DataSource on(DataSource dataSource) {
        return proxy(DataSource.class, (method, arguments) -> {
            Object result = method.invoke(dataSource, arguments);
            return result instanceof Connection connection ? on(connection) : result;
        });
    }

    private Connection on(Connection connection) {
        return proxy(Connection.class, (method, arguments) -> {
            if (method.getName().equals("prepareStatement")) {
                arguments[0] = rewritten((String) arguments[0]);
            }
            return method.invoke(connection, arguments);
        });
    }

    private String rewritten(String text) {
        String other = rewriting.apply(text);
        (other.equals(text) ? unchanged : changed).add(other);
        return other;
    }

    private interface Instead {
        Object of(Method method, Object[] arguments) throws Throwable;
    }

    private static <T> T proxy(Class<T> type, Instead instead) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (self, method, arguments) -> {
                    try {
                        return instead.of(method, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                }));
    }
}
