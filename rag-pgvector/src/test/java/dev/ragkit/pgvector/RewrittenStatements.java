package dev.ragkit.pgvector;

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
        return Standin.of(DataSource.class, (method, arguments) -> {
            Object result = method.invoke(dataSource, arguments);
            return result instanceof Connection connection ? on(connection) : result;
        });
    }

    private Connection on(Connection connection) {
        return Standin.of(Connection.class, (method, arguments) -> {
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
}
