package dev.ragkit.pgvector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchService;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class TestPostgresTest {

    private static final int PATIENCE_SECONDS = 30;

    private final TestPostgres postgres = TestPostgres.shared();

    @Test
    void theSharedServerIsStartedOnce() {
        assertThat(TestPostgres.shared()).isSameAs(postgres);
        assertThat(postgres.serverVersion()).matches("\\d+\\.\\d+.*");
        assertThat(postgres.extensionVersion()).matches("\\d+\\.\\d+\\.\\d+");
    }

    @Test
    void theSharedServerIsNotClosed() {
        assertThatThrownBy(postgres::close)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("close only what start returned");
    }

    @Test
    void aFreshDatabaseIsEmptyAndHasTheExtension() throws SQLException {
        String first = postgres.freshDatabase();
        query(first, "CREATE TABLE t (v vector(2)); INSERT INTO t VALUES ('[1,2]'); SELECT v FROM t");
        String second = postgres.freshDatabase();
        assertThat(second).isNotEqualTo(first);
        assertThat(query(second, "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace"))
                .containsExactly("0");
        assertThat(query(second, "SELECT '[1,2]'::vector <-> '[1,4]'")).containsExactly("2");
    }

    @Test
    void aFreshDatabaseKeepsEveryCharacterAndKnowsItsCase() throws SQLException {
        String url = postgres.freshDatabase();
        assertThat(query(url, "SHOW server_encoding")).containsExactly("UTF8");
        assertThat(query(url, "SELECT lower('ÄÖÜ Ж')")).containsExactly("äöü ж");
    }

    @Test
    void aFreshDatabaseCanBeWithoutTheExtension() throws SQLException {
        String url = postgres.freshDatabaseWithoutExtension();
        assertThat(query(url, "SELECT extname FROM pg_extension WHERE extname = 'vector'"))
                .isEmpty();
    }

    @Test
    void aRoleLogsInAndHasNoOtherRight() throws SQLException {
        String database = postgres.freshDatabaseWithoutExtension();
        String role = postgres.createRole("reader");
        String url = postgres.jdbcUrl(database, role);
        assertThat(query(url, "SELECT current_user")).containsExactly(role);
        assertThatThrownBy(() -> query(url, "CREATE SCHEMA mine"))
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("permission denied");
    }

    @Test
    void aRoleNameIsNoSql() {
        assertThatThrownBy(() -> postgres.createRole("x LOGIN SUPERUSER; --"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("prefix must be a lower-case letter");
    }

    @Test
    void anOwnClusterHasStockSettingsButForThoseNamed() throws SQLException {
        try (TestPostgres own = TestPostgres.start(Map.of("max_connections", "20"))) {
            assertThat(query(own.jdbcUrl(), "SHOW max_connections")).containsExactly("20");
            assertThat(query(own.jdbcUrl(), "SHOW listen_addresses")).containsExactly("127.0.0.1");
            assertThat(query(own.jdbcUrl(), """
                            SELECT name FROM pg_settings
                            WHERE setting IS DISTINCT FROM boot_val
                              AND (category LIKE 'Query Tuning%' OR name IN ('work_mem', 'maintenance_work_mem', 'jit',
                                   'synchronous_commit', 'track_io_timing', 'max_parallel_workers_per_gather'))
                            """)).isEmpty();
        }
    }

    @Test
    void aSettingThatTheServerRefusesIsNamed() {
        assertThatThrownBy(() -> TestPostgres.start(Map.of("no_such_setting", "1")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("no_such_setting");
    }

    @Test
    void aClosedClusterLeavesNothing() {
        TestPostgres own = TestPostgres.start(Map.of());
        ProcessHandle process = ProcessHandle.of(own.pid()).orElseThrow();
        own.close();
        own.close();
        assertThat(process.isAlive()).isFalse();
        assertThat(own.dataDirectory().getParent()).doesNotExist();
    }

    @Test
    void aKilledClusterIsCleanedUpToo() throws Exception {
        TestPostgres own = TestPostgres.start(Map.of());
        ProcessHandle process = ProcessHandle.of(own.pid()).orElseThrow();
        process.destroyForcibly();
        process.onExit().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        own.close();
        assertThat(own.dataDirectory().getParent()).doesNotExist();
    }

    @Test
    void aGivenServerIsLeftAsItWas() throws SQLException {
        String databases = "SELECT datname FROM pg_database ORDER BY 1";
        String roles = "SELECT rolname FROM pg_roles ORDER BY 1";
        try (TestPostgres given = TestPostgres.start(Map.of())) {
            List<String> databasesBefore = query(given.jdbcUrl(), databases);
            List<String> rolesBefore = query(given.jdbcUrl(), roles);
            ProcessBuilder jvm = jvm(Guest.class);
            jvm.environment().put(ServerSearch.URL_VARIABLE, given.jdbcUrl());
            assertThat(Command.output(jvm))
                    .contains("the server of RAG_TEST_JDBC_URL")
                    .contains(given.jdbcUrl().replaceAll("/postgres\\?.*", "/rag_"));
            assertThat(query(given.jdbcUrl(), databases)).isEqualTo(databasesBefore);
            assertThat(query(given.jdbcUrl(), roles)).isEqualTo(rolesBefore);
        }
    }

    @Test
    void aGivenUrlOfAnotherFormIsRefused() {
        ProcessBuilder jvm = jvm(Guest.class);
        jvm.environment().put(ServerSearch.URL_VARIABLE, "postgresql://example.org/db");
        assertThatThrownBy(() -> Command.output(jvm))
                .hasMessageContaining("the URL must look like jdbc:postgresql://host:port/database");
    }

    @Test
    void aMachineWithoutAnyWayIsToldAllOfThem() {
        assertThat(ServerSearch.ways(List.of("no Docker engine answers")))
                .contains("1. set the environment variable RAG_TEST_JDBC_URL")
                .contains("2. start a Docker engine")
                .contains("3. install the PostgreSQL server programs and pgvector")
                .contains("4. on Debian or Ubuntu run scripts/install-test-postgres as root")
                .endsWith("no Docker engine answers");
    }

    @Test
    void aClusterEndsWhenItsJvmIsKilled() throws Exception {
        Process jvm =
                jvm(Victim.class).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        try (BufferedReader output =
                        new BufferedReader(new InputStreamReader(jvm.getInputStream(), StandardCharsets.UTF_8));
                WatchService deletions = Path.of("/").getFileSystem().newWatchService()) {
            String url = output.readLine();
            Path folder = Path.of(output.readLine());
            folder.getParent().register(deletions, StandardWatchEventKinds.ENTRY_DELETE);
            assertThat(query(url, "SELECT 1")).containsExactly("1");
            jvm.destroyForcibly();
            awaitDeletion(folder, deletions);
            assertThatThrownBy(() -> query(url, "SELECT 1"))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("refused");
        } finally {
            jvm.destroyForcibly();
        }
    }

    private static void awaitDeletion(Path folder, WatchService deletions) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (Files.exists(folder) && System.nanoTime() < deadline) {
            var key = deletions.poll(1, TimeUnit.SECONDS);
            if (key != null) {
                key.pollEvents();
                key.reset();
            }
        }
        assertThat(folder).doesNotExist();
    }

    private static List<String> query(String url, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement()) {
            boolean rows = statement.execute(sql);
            while (!rows && statement.getUpdateCount() >= 0) {
                rows = statement.getMoreResults();
            }
            List<String> values = new ArrayList<>();
            try (ResultSet result = statement.getResultSet()) {
                while (result != null && result.next()) {
                    values.add(result.getString(1));
                }
            }
            return values;
        }
    }

    private static ProcessBuilder jvm(Class<?> program) {
        return new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                program.getName());
    }

    /** Makes databases and a role in the shared server and leaves them there. */
    static final class Guest {

        private Guest() {}

        public static void main(String[] arguments) {
            TestPostgres shared = TestPostgres.shared();
            System.out.println(shared.freshDatabase());
            System.out.println(shared.freshDatabaseWithoutExtension());
            System.out.println(shared.createRole("guest"));
        }
    }

    /** Starts a cluster, says where it is, and waits to be killed. */
    static final class Victim {

        private Victim() {}

        public static void main(String[] arguments) {
            TestPostgres own = TestPostgres.start(Map.of());
            System.out.println(own.jdbcUrl());
            System.out.println(own.dataDirectory().getParent());
            try {
                System.in.read();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
