package dev.ragkit.pgvector;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.SQLExceptionOverride;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * Drops the connections of a pool when a server takes no writes any more: it is not the primary now, and the driver finds the
 * primary when it makes new ones. The pool by itself keeps a connection on which a statement was refused in this way. Where it
 * is the role or the database that is set to read only, new connections would be as the old ones, and those are kept.
 */
final class ReadOnlyServers implements SQLExceptionOverride {
    private static final String READ_ONLY_TRANSACTION = "25006";

    private final TunedDriver driver;
    private volatile @Nullable HikariDataSource pool;

    ReadOnlyServers(TunedDriver driver) {
        this.driver = driver;
    }

    void watch(HikariDataSource watched) {
        pool = watched;
    }

    @java.lang.Override
    public Override adjudicate(SQLException error) {
        if (!READ_ONLY_TRANSACTION.equals(error.getSQLState()) || driver.isReadOnlyByChoice()) {
            return Override.CONTINUE_EVICT;
        }
        HikariDataSource watched = pool;
        if (watched != null) {
            watched.getHikariPoolMXBean().softEvictConnections();
        }
        return Override.MUST_EVICT;
    }
}
