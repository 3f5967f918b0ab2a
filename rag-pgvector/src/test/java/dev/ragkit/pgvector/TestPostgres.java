package dev.ragkit.pgvector;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A real PostgreSQL with pgvector for tests. The first of these ways that is open is taken:
 *
 * <ol>
 *   <li>the server that the environment variable {@code RAG_TEST_JDBC_URL} names, with the login of a superuser
 *   <li>a container, if a Docker engine answers
 *   <li>server programs on this machine that have the extension: a cluster in a temporary folder, on a free port of the
 *       loopback address, run as an ordinary user
 *   <li>on Debian and Ubuntu as root, {@code scripts/install-test-postgres}, and then the way before
 * </ol>
 *
 * <p>Otherwise it throws and names the ways; a test that needs a database is never skipped. The settings of the server are
 * the stock ones, but for {@code fsync = off}, {@code max_connections = 200} and {@code pg_stat_statements} preloaded where
 * it is there. What was started ends with this JVM, also when the JVM is killed.
 *
 * <p>Safe for use by many threads.
 */
public final class TestPostgres implements AutoCloseable {

    private static final FutureTask<TestPostgres> SHARED = new FutureTask<>(TestPostgres::startShared);

    private static final Pattern ROLE_PREFIX = Pattern.compile("[a-z][a-z0-9_]{0,30}");
    private static final String PASSWORD = "x";

    private final TestServer server;
    private final boolean shared;
    private final FutureTask<String> template = new FutureTask<>(this::createTemplate);
    private final Queue<String> databases = new ConcurrentLinkedQueue<>();
    private final Queue<String> roles = new ConcurrentLinkedQueue<>();

    private TestPostgres(TestServer server, boolean shared) {
        this(server, shared, "CREATE EXTENSION IF NOT EXISTS vector");
    }

    private TestPostgres(TestServer server, boolean shared, String first) {
        this.server = server;
        this.shared = shared;
        execute(jdbcUrl(), first);
        if (server.outlivesTheTests()) {
            Runtime.getRuntime().addShutdownHook(new Thread(this::dropAll, "drop-test-databases"));
        }
    }

    /**
     * Returns the one server of this JVM, which is started by the first call.
     *
     * @return the server; it ends with the JVM
     * @throws IllegalStateException if no way to a server is open; every call gives the same reason
     */
    public static TestPostgres shared() {
        return result(SHARED);
    }

    private static TestPostgres startShared() {
        long start = System.nanoTime();
        TestPostgres postgres = new TestPostgres(new ServerSearch().server(), true);
        System.err.printf("the tests use %s, ready in %d ms%n", postgres, (System.nanoTime() - start) / 1_000_000);
        return postgres;
    }

    /**
     * Starts a cluster of its own, always as a process of this machine, so that a test can stop or kill it.
     *
     * @param settings PostgreSQL settings by name, on top of those that the shared server has
     * @return the server; it ends when it is closed, and at the latest with the JVM
     * @throws IllegalStateException if the machine has no server programs with pgvector and they cannot be installed, or
     *     if the server refuses the settings
     */
    public static TestPostgres start(Map<String, String> settings) {
        return new TestPostgres(ProcessCluster.start(new ServerSearch().binaries(), settings), false);
    }

    /**
     * Starts a standby: a server of its own that follows this one by streaming replication, and answers reads.
     *
     * @return the server, on another port, with the same databases and logins; it ends when it is closed
     * @throws IllegalStateException if this server is not a process that this JVM started
     */
    public TestPostgres startStandby() {
        return new TestPostgres(cluster().startStandby(), false, "SELECT 1");
    }

    /**
     * Makes a standby the primary and waits until it takes writes.
     *
     * @throws IllegalStateException if this server is no standby
     */
    public void promote() {
        execute(jdbcUrl(), "SELECT pg_promote()");
    }

    /**
     * Returns the file to which the server writes its log.
     *
     * @return the file, which grows while the server runs
     * @throws IllegalStateException if the server is not a process that this JVM started
     */
    public Path log() {
        return cluster().log();
    }

    /**
     * Returns the URL of the main database, in which the extension is created.
     *
     * @return a JDBC URL with the login of a superuser
     */
    public String jdbcUrl() {
        return server.url().toString();
    }

    /**
     * Returns the main database as a data source, as a superuser.
     *
     * @return a data source without a pool: each connection is a new one
     */
    public DataSource dataSource() {
        return dataSource(jdbcUrl());
    }

    /**
     * Returns a database as a data source.
     *
     * @param jdbcUrl a URL with a login, such as {@link #freshDatabase()} returns
     * @return a data source without a pool: each connection is a new one
     */
    public static DataSource dataSource(String jdbcUrl) {
        PGSimpleDataSource dataSource = new PGSimpleDataSource();
        dataSource.setUrl(jdbcUrl);
        return dataSource;
    }

    /**
     * Creates an empty database with the extension {@code vector}.
     *
     * @return its JDBC URL, with the login of a superuser
     */
    public String freshDatabase() {
        return url(createDatabase(result(template)));
    }

    /**
     * Creates an empty database without the extension.
     *
     * @return its JDBC URL, with the login of a superuser
     */
    public String freshDatabaseWithoutExtension() {
        return url(createDatabase("template0"));
    }

    /**
     * Creates a role that may log in and has no other right than those of every role.
     *
     * @param prefix how its name begins: a lower-case letter, then up to 30 of a-z, 0-9 and _
     * @return its name, which no other role of the server has
     */
    public String createRole(String prefix) {
        if (!ROLE_PREFIX.matcher(prefix).matches()) {
            throw new IllegalArgumentException(
                    "prefix must be a lower-case letter and up to 30 of a-z, 0-9 and _, was " + prefix);
        }
        String name = unique(prefix);
        execute(jdbcUrl(), "CREATE ROLE " + name + " LOGIN PASSWORD '" + PASSWORD + "'");
        roles.add(name);
        return name;
    }

    /**
     * Returns the URL of a database with another login.
     *
     * @param databaseUrl the URL of a database of this server
     * @param role a role that {@link #createRole} made
     * @return the URL of the same database, with the login of the role
     */
    public String jdbcUrl(String databaseUrl, String role) {
        return JdbcUrl.parse(databaseUrl).withLogin(role, PASSWORD).toString();
    }

    /**
     * Returns the version of the server.
     *
     * @return for example {@code 15.18}, possibly with the distribution's addition
     */
    public String serverVersion() {
        return text("SHOW server_version");
    }

    /**
     * Returns the version of pgvector.
     *
     * @return for example {@code 0.8.0}
     */
    public String extensionVersion() {
        return text("SELECT extversion FROM pg_extension WHERE extname = 'vector'");
    }

    /**
     * Returns the id of the server's first process, whose end is the server's end.
     *
     * @return the process id
     * @throws IllegalStateException if the server is not a process that this JVM started
     */
    public long pid() {
        return cluster().pid();
    }

    /**
     * Returns the folder of the cluster's files.
     *
     * @return the folder, owned by the user as whom the server runs
     * @throws IllegalStateException if the server is not a process that this JVM started
     */
    public Path dataDirectory() {
        return cluster().dataDirectory();
    }

    /**
     * Ends the server at once and deletes its folder. Closing it again does nothing.
     *
     * @throws IllegalStateException if this is the shared server, which other tests use
     */
    @Override
    public void close() {
        if (shared) {
            throw new IllegalStateException("the shared server ends with the JVM: close only what start returned");
        }
        server.close();
    }

    /**
     * Returns the versions of the server and of the extension, and where the server comes from.
     *
     * @return one line for people to read
     */
    @Override
    public String toString() {
        return "PostgreSQL " + serverVersion() + " with pgvector " + extensionVersion() + " from " + server.origin();
    }

    private ProcessCluster cluster() {
        if (server instanceof ProcessCluster cluster) {
            return cluster;
        }
        throw new IllegalStateException(
                server.origin() + " is not a process that this JVM started: use TestPostgres.start(settings)");
    }

    /** A copy takes a quarter of the time that creating the extension takes. */
    private String createTemplate() {
        String name = createDatabase("template0");
        execute(url(name), "CREATE EXTENSION vector");
        return name;
    }

    private String createDatabase(String original) {
        String name = unique("rag");
        execute(jdbcUrl(), "CREATE DATABASE " + name + " TEMPLATE " + original);
        databases.add(name);
        return name;
    }

    private String url(String database) {
        return server.url().withDatabase(database).toString();
    }

    private void dropAll() {
        Stream.concat(
                        databases.stream().map(name -> "DROP DATABASE " + name + " WITH (FORCE)"),
                        roles.stream().map(name -> "DROP ROLE " + name))
                .forEach(sql -> execute(jdbcUrl(), sql));
    }

    /** Runs the task unless another thread does or did; everyone gets its one result, or its one failure. */
    private static <T> T result(FutureTask<T> task) {
        task.run();
        try {
            return task.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause().getMessage(), e.getCause());
        } catch (InterruptedException e) {
            throw Command.interrupted(e);
        }
    }

    private static String unique(String prefix) {
        return prefix + "_" + UUID.randomUUID().toString().replace('-', '_').substring(0, 18);
    }

    private static void execute(String url, String sql) {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException("the test server refused: " + sql, e);
        }
    }

    private String text(String sql) {
        try (Connection connection = DriverManager.getConnection(jdbcUrl());
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        } catch (SQLException e) {
            throw new IllegalStateException("the test server refused: " + sql, e);
        }
    }
}
