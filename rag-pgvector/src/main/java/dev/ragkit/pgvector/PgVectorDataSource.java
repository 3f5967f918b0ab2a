package dev.ragkit.pgvector;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.ragkit.StoreException;
import java.io.Closeable;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Properties;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.Driver;

/**
 * A pool of connections, set up for those who have none. A host that has a pool uses that: nothing in this module needs this
 * one.
 *
 * <p>The pool's settings are those of the {@link Builder}. What concerns one connection is set in the JDBC URL, by the driver's
 * names; what the URL says wins. Where it says nothing, these hold instead of the driver's own defaults:
 *
 * <table>
 * <caption>URL parameters</caption>
 * <tr><th>name</th><th>meaning</th><th>default here</th><th>the driver's</th></tr>
 * <tr><td>{@code connectTimeout}</td><td>seconds for reaching one host</td><td>3</td><td>10</td></tr>
 * <tr><td>{@code loginTimeout}</td><td>seconds for a connection altogether, all hosts tried</td><td>10</td><td>none</td></tr>
 * <tr><td>{@code socketTimeout}</td><td>seconds without a byte until a connection is given up: more than the longest
 *     statement</td><td>300</td><td>none</td></tr>
 * <tr><td>{@code cancelSignalTimeout}</td><td>seconds for telling the server to cancel</td><td>2</td><td>10</td></tr>
 * <tr><td>{@code tcpKeepAlive}</td><td>whether the system looks if an idle peer is there</td><td>true</td><td>false</td></tr>
 * <tr><td>{@code ApplicationName}</td><td>as which the server lists the connections</td><td>the pool's name</td><td>{@code
 *     PostgreSQL JDBC Driver}</td></tr>
 * <tr><td>{@code logServerErrorDetail}</td><td>whether exceptions repeat values of rows</td><td>false</td><td>true</td></tr>
 * <tr><td>{@code targetServerType}</td><td>which of several hosts to connect to</td><td>{@code primary} with several
 *     hosts</td><td>{@code any}</td></tr>
 * <tr><td>{@code hostRecheckSeconds}</td><td>how long it is remembered which host is the primary</td><td>2 with several
 *     hosts</td><td>10</td></tr>
 * <tr><td>{@code prepareThreshold}</td><td>at which use the server is to keep a statement; 0 for never</td><td>0 behind a
 *     pooler such as PgBouncer</td><td>5</td></tr>
 * </table>
 *
 * <p>After a failover a server may go on answering and refuse to write (SQLSTATE 25006). The pool then drops all its
 * connections, so that the next ones look for the primary again; but not where the role or the database is set to read only and
 * the server is no standby, for new connections would be no other.
 *
 * <p>Safe for use by several threads. It is to be closed by its owner, after the stores that use it are no longer used.
 */
public final class PgVectorDataSource implements DataSource, Closeable {
    /** The name of a pool, unless told otherwise: {@value}. */
    public static final String DEFAULT_NAME = "ragkit";

    /**
     * The connections of a pool, unless told otherwise: {@value}. A search keeps one core of the server busy for about a
     * millisecond, so more connections than twice the cores wait for each other on the server instead of here; and several
     * processes with a pool each stay below the 100 connections that a server takes at its stock settings.
     */
    public static final int DEFAULT_MAXIMUM_POOL_SIZE = 10;

    /** The wait for a connection, unless told otherwise: 5 seconds, less than the time that a store has for a call. */
    public static final Duration DEFAULT_CONNECTION_TIMEOUT = Duration.ofSeconds(5);

    /** The life of a connection, unless told otherwise: 30 minutes. */
    public static final Duration DEFAULT_MAX_LIFETIME = Duration.ofMinutes(30);

    /** How often an idle connection is used, unless told otherwise: 2 minutes, below what firewalls take for the end. */
    public static final Duration DEFAULT_KEEPALIVE_TIME = Duration.ofMinutes(2);

    private final HikariDataSource pool;
    private final String shown;

    private PgVectorDataSource(HikariDataSource pool, String shown) {
        this.pool = pool;
        this.shown = shown;
    }

    /**
     * Starts a pool.
     *
     * @param jdbcUrl {@code jdbc:postgresql://host:port/database}, several hosts parted by commas, with any parameters of the
     *     driver
     * @return the builder
     * @throws IllegalArgumentException if the driver cannot read the URL
     */
    public static Builder builder(String jdbcUrl) {
        Properties url = Driver.parseURL(jdbcUrl, null);
        if (url == null) {
            throw new IllegalArgumentException(
                    "the URL must look like jdbc:postgresql://host:port/database?name=value&name=value");
        }
        return new Builder(jdbcUrl, url);
    }

    /**
     * Gives a connection of the pool, which goes back to it when it is closed.
     *
     * @return the connection
     * @throws SQLException if none is free, or can be made, in the time to wait; the message says how many are in use
     */
    @Override
    public Connection getConnection() throws SQLException {
        return pool.getConnection();
    }

    /**
     * Not supported: all connections have the login of the pool.
     *
     * @throws java.sql.SQLFeatureNotSupportedException always
     */
    @Override
    public Connection getConnection(String user, String password) throws SQLException {
        return pool.getConnection(user, password);
    }

    @Override
    public @Nullable PrintWriter getLogWriter() throws SQLException {
        return pool.getLogWriter();
    }

    @Override
    public void setLogWriter(@Nullable PrintWriter out) throws SQLException {
        pool.setLogWriter(out);
    }

    @Override
    public void setLoginTimeout(int seconds) throws SQLException {
        pool.setLoginTimeout(seconds);
    }

    @Override
    public int getLoginTimeout() throws SQLException {
        return pool.getLoginTimeout();
    }

    @Override
    public Logger getParentLogger() {
        return Logger.getLogger("org.postgresql");
    }

    /** Gives what is inside, such as the pool for its metrics; which library that is may change. */
    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        return type.isInstance(this) ? type.cast(this) : pool.unwrap(type);
    }

    @Override
    public boolean isWrapperFor(Class<?> type) throws SQLException {
        return type.isInstance(this) || pool.isWrapperFor(type);
    }

    /** Closes all connections; those in use are broken off. Closing it again does nothing. */
    @Override
    public void close() {
        pool.close();
    }

    /** Shows name, hosts, database and size; no login. */
    @Override
    public String toString() {
        return shown;
    }

    /** Collects the settings of a pool. For use by one thread. */
    public static final class Builder {
        private static final int MOST_CONNECTIONS = 1_000;
        private static final Duration SHORTEST_WAIT = Duration.ofMillis(250);
        private static final Duration LONGEST_WAIT = Duration.ofMinutes(10);
        private static final Duration SHORTEST_LIFE = Duration.ofSeconds(30);
        private static final Duration LONGEST_LIFE = Duration.ofDays(1);

        private final String jdbcUrl;
        private final Properties url;
        private String user = "";
        private String password = "";
        private String name = DEFAULT_NAME;
        private int maximumPoolSize = DEFAULT_MAXIMUM_POOL_SIZE;
        private Duration connectionTimeout = DEFAULT_CONNECTION_TIMEOUT;
        private Duration maxLifetime = DEFAULT_MAX_LIFETIME;
        private Duration keepaliveTime = DEFAULT_KEEPALIVE_TIME;

        private Builder(String jdbcUrl, Properties url) {
            this.jdbcUrl = jdbcUrl;
            this.url = url;
        }

        /**
         * Sets the user. Default: the URL's, which wins, or the system's.
         *
         * @param user the role to log in as
         * @return this
         */
        public Builder user(String user) {
            this.user = user;
            return this;
        }

        /**
         * Sets the password. Default: the URL's, which wins, or what the driver finds in its password file.
         *
         * @param password shown nowhere
         * @return this
         */
        public Builder password(String password) {
            this.password = password;
            return this;
        }

        /**
         * Sets the name by which the pool's threads, its log lines and, unless the URL has another, the server's list of
         * connections are known. Default: {@value PgVectorDataSource#DEFAULT_NAME}.
         *
         * @param name not blank
         * @return this
         * @throws IllegalArgumentException if it is blank
         */
        public Builder name(String name) {
            if (name.isBlank()) {
                throw new IllegalArgumentException("the pool's name must not be blank");
            }
            this.name = name;
            return this;
        }

        /**
         * Sets how many connections there are. Default: {@value PgVectorDataSource#DEFAULT_MAXIMUM_POOL_SIZE}. They are made at
         * once and kept, so no call waits for a login.
         *
         * @param connections 1 to 1,000
         * @return this
         * @throws IllegalArgumentException if it is out of bounds
         */
        public Builder maximumPoolSize(int connections) {
            if (connections < 1 || connections > MOST_CONNECTIONS) {
                throw new IllegalArgumentException(
                        "maximumPoolSize must be between 1 and " + MOST_CONNECTIONS + ", was " + connections);
            }
            this.maximumPoolSize = connections;
            return this;
        }

        /**
         * Sets how long a call waits for a connection. Default: {@link PgVectorDataSource#DEFAULT_CONNECTION_TIMEOUT}, 5 s. For a
         * replica, in whose place the primary can answer, 500 ms is better.
         *
         * @param timeout 250 ms to 10 minutes
         * @return this
         * @throws IllegalArgumentException if it is out of bounds
         */
        public Builder connectionTimeout(Duration timeout) {
            this.connectionTimeout = within("connectionTimeout", timeout, SHORTEST_WAIT, LONGEST_WAIT);
            return this;
        }

        /**
         * Sets after how long a connection is exchanged for a new one. Default: {@link PgVectorDataSource#DEFAULT_MAX_LIFETIME}, 30
         * minutes. Take less than what proxies between allow.
         *
         * @param lifetime 30 s to 1 day
         * @return this
         * @throws IllegalArgumentException if it is out of bounds
         */
        public Builder maxLifetime(Duration lifetime) {
            this.maxLifetime = within("maxLifetime", lifetime, SHORTEST_LIFE, LONGEST_LIFE);
            return this;
        }

        /**
         * Sets how often an idle connection is used, so that nothing between takes it for dead. Default: {@link
         * PgVectorDataSource#DEFAULT_KEEPALIVE_TIME}, 2 minutes. There is none where connections do not live that long.
         *
         * @param interval 30 s to 1 day
         * @return this
         * @throws IllegalArgumentException if it is out of bounds
         */
        public Builder keepaliveTime(Duration interval) {
            this.keepaliveTime = within("keepaliveTime", interval, SHORTEST_LIFE, LONGEST_LIFE);
            return this;
        }

        private static Duration within(String what, Duration value, Duration least, Duration most) {
            if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
                throw new IllegalArgumentException(
                        what + " must be between " + least + " and " + most + ", was " + value);
            }
            return value;
        }

        /**
         * Makes the pool. It logs in once, so that a login or a database that is refused is known at once; a server that cannot be
         * reached yet is left to the calls.
         *
         * @return the pool
         * @throws StoreException if the login, the database or a parameter of the URL is refused
         */
        public PgVectorDataSource build() {
            TunedDriver driver = new TunedDriver(jdbcUrl, url);
            driver.logIn(user, password, name);
            HikariConfig config = new HikariConfig();
            config.setPoolName(name);
            config.setDataSource(driver);
            config.setMaximumPoolSize(maximumPoolSize);
            config.setConnectionTimeout(connectionTimeout.toMillis());
            config.setMaxLifetime(maxLifetime.toMillis());
            config.setKeepaliveTime(keepaliveTime.compareTo(maxLifetime) < 0 ? keepaliveTime.toMillis() : 0);
            config.setInitializationFailTimeout(-1);
            ReadOnlyServers readOnlyServers = new ReadOnlyServers(driver);
            config.setExceptionOverride(readOnlyServers);
            HikariDataSource pool = new HikariDataSource(config);
            readOnlyServers.watch(pool);
            return new PgVectorDataSource(
                    pool,
                    "PgVectorDataSource[" + name + ", " + driver.where() + ", at most " + maximumPoolSize
                            + " connections]");
        }
    }
}
