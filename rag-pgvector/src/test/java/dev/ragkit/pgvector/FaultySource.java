package dev.ragkit.pgvector;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Set;
import java.util.concurrent.Callable;
import javax.sql.DataSource;
import org.postgresql.copy.CopyIn;
import org.postgresql.copy.CopyManager;
import org.postgresql.core.BaseConnection;
import org.postgresql.util.PSQLException;
import org.postgresql.util.PSQLState;

/**
 * Stands between a pool and the driver: counts each statement, copy and end of a transaction, and lets the n-th one fail. Everything
 * else passes. For use by one thread, but for what a pool does by itself.
 */
final class FaultySource {
    /** What happens at the call. */
    enum Fault {
        /** It fails without having been made. */
        BEFORE,
        /** It is made, and what it gave is lost. */
        AFTER,
        /** The connection breaks under it. */
        CUT
    }

    private static final Set<String> COUNTED = Set.of(
            "setAutoCommit",
            "commit",
            "rollback",
            "execute",
            "executeQuery",
            "executeUpdate",
            "copyIn",
            "writeToCopy",
            "endCopy",
            "cancelCopy");

    private final DataSource target;
    private Thread watched = Thread.currentThread();
    private Fault fault = Fault.BEFORE;
    private int left;
    private boolean fired;

    FaultySource(DataSource target) {
        this.target = target;
    }

    /** Makes the n-th call from now on fail, if this thread makes it. */
    synchronized void arm(Fault fault, int n) {
        this.watched = Thread.currentThread();
        this.fault = fault;
        this.left = n;
        this.fired = false;
    }

    /** Lets everything pass again; tells whether the fault came. */
    synchronized boolean disarm() {
        left = 0;
        return fired;
    }

    private synchronized boolean isDue(String call) {
        if (left == 0 || !COUNTED.contains(call) || Thread.currentThread() != watched) {
            return false;
        }
        left--;
        fired = left == 0;
        return fired;
    }

    DataSource source() {
        return proxy(DataSource.class, target, null);
    }

    private <T> T proxy(Class<T> type, T real, Connection connection) {
        return Standin.of(type, (method, arguments) -> {
            Connection on = real instanceof Connection it ? it : connection;
            Object result = call(method.getName(), on, () -> method.invoke(real, arguments));
            return watched(result, on);
        });
    }

    private <T> T call(String name, Connection connection, Callable<T> real) throws Exception {
        if (!isDue(name)) {
            return real.call();
        }
        if (fault == Fault.BEFORE) {
            throw failure(name);
        }
        if (fault == Fault.CUT) {
            connection.abort(Runnable::run);
            real.call();
            throw new PSQLException("cut at " + name, PSQLState.CONNECTION_FAILURE);
        }
        T lost = real.call();
        if (lost instanceof CopyIn copy) {
            copy.cancelCopy(); // as the driver does with a copy that it does not hand out
        }
        throw failure(name);
    }

    private static SQLException failure(String call) {
        return new PSQLException("a fault at " + call, PSQLState.SYSTEM_ERROR);
    }

    /** What comes back is watched too; a connection that somebody unwraps as the driver's own interface keeps its copy calls. */
    private Object watched(Object result, Connection connection) {
        if (result instanceof ResultSet rows) {
            return proxy(ResultSet.class, rows, connection);
        } else if (result instanceof PreparedStatement statement) {
            return proxy(PreparedStatement.class, statement, connection);
        } else if (result instanceof CopyManager) {
            return copies(connection);
        } else if (result instanceof BaseConnection base && connection != null) {
            return proxy(BaseConnection.class, base, connection);
        } else if (result instanceof Connection opened) {
            return proxy(Connection.class, opened, opened);
        }
        return result;
    }

    private CopyManager copies(Connection connection) {
        try {
            return new CopyManager((BaseConnection) connection) {
                @Override
                public CopyIn copyIn(String sql) throws SQLException {
                    try {
                        CopyIn copy = call("copyIn", connection, () -> super.copyIn(sql));
                        return proxy(CopyIn.class, copy, connection);
                    } catch (SQLException e) {
                        throw e;
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                }
            };
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
