package dev.ragkit.pgvector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import dev.ragkit.EmbeddingSpace;
import dev.ragkit.StoreException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import javax.sql.DataSource;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.postgresql.Driver;
import org.postgresql.PGProperty;
import org.slf4j.LoggerFactory;

class PgVectorDataSourceTest {
    private static final EmbeddingSpace SPACE =
            EmbeddingSpace.builder("test", "pooled", 4).build();
    private static final String SECRET = "sesame";

    private final TestPostgres postgres = TestPostgres.shared();

    @Test
    void aStoreWorksOnIt() {
        try (PgVectorDataSource pool = PgVectorDataSource.builder(postgres.freshDatabase())
                .maximumPoolSize(2)
                .build()) {
            PgVectorStore store = filled(pool);
            assertThat(store.versions(List.of("a"))).hasSize(1);
            assertThat(TestCollection.query(pool, "SHOW application_name")).containsExactly("ragkit");
        }
    }

    @Test
    void whatTheUrlDoesNotSayIsTuned() {
        TunedDriver one = driver("jdbc:postgresql://h1/db");
        assertThat(List.of(
                        value(one, PGProperty.CONNECT_TIMEOUT),
                        value(one, PGProperty.LOGIN_TIMEOUT),
                        value(one, PGProperty.SOCKET_TIMEOUT),
                        value(one, PGProperty.CANCEL_SIGNAL_TIMEOUT),
                        value(one, PGProperty.TCP_KEEP_ALIVE),
                        value(one, PGProperty.LOG_SERVER_ERROR_DETAIL),
                        value(one, PGProperty.TARGET_SERVER_TYPE),
                        value(one, PGProperty.HOST_RECHECK_SECONDS)))
                .containsExactly("3", "10", "300", "2", "true", "false", "any", "10");
        TunedDriver two = driver("jdbc:postgresql://h1,h2:5433/db");
        assertThat(value(two, PGProperty.TARGET_SERVER_TYPE)).isEqualTo("primary");
        assertThat(value(two, PGProperty.HOST_RECHECK_SECONDS)).isEqualTo("2");
    }

    @Test
    void whatTheUrlSaysWins() {
        TunedDriver driver = driver("jdbc:postgresql://h1,h2/db?connectTimeout=31&loginTimeout=32&socketTimeout=33"
                + "&cancelSignalTimeout=34&tcpKeepAlive=false&logServerErrorDetail=true"
                + "&targetServerType=preferSecondary&hostRecheckSeconds=35&prepareThreshold=36");
        assertThat(List.of(
                        value(driver, PGProperty.CONNECT_TIMEOUT),
                        value(driver, PGProperty.LOGIN_TIMEOUT),
                        value(driver, PGProperty.SOCKET_TIMEOUT),
                        value(driver, PGProperty.CANCEL_SIGNAL_TIMEOUT),
                        value(driver, PGProperty.TCP_KEEP_ALIVE),
                        value(driver, PGProperty.LOG_SERVER_ERROR_DETAIL),
                        value(driver, PGProperty.TARGET_SERVER_TYPE),
                        value(driver, PGProperty.HOST_RECHECK_SECONDS),
                        value(driver, PGProperty.PREPARE_THRESHOLD)))
                .containsExactly("31", "32", "33", "34", "false", "true", "preferSecondary", "35", "36");
        driver.setLoginTimeout(7); // as the pool does
        assertThat(value(driver, PGProperty.LOGIN_TIMEOUT)).isEqualTo("32");
    }

    @Test
    void theLoginMayBeInTheUrlOrGivenAndTheUrlWins() throws SQLException {
        String url = postgres.freshDatabase();
        String role = postgres.createRole("pooled");
        String bare = url.replaceFirst("\\?.*", "");
        try (PgVectorDataSource given = PgVectorDataSource.builder(bare)
                        .user(role)
                        .password("x")
                        .name("mine")
                        .maximumPoolSize(1)
                        .build();
                PgVectorDataSource both = PgVectorDataSource.builder(url + "&ApplicationName=theirs")
                        .user(role)
                        .password("x")
                        .maximumPoolSize(1)
                        .build()) {
            assertThat(TestCollection.query(given, "SELECT current_user")).containsExactly(role);
            assertThat(TestCollection.query(given, "SHOW application_name")).containsExactly("mine");
            assertThat(TestCollection.query(both, "SELECT current_user")).doesNotContain(role);
            assertThat(TestCollection.query(both, "SHOW application_name")).containsExactly("theirs");
            try (Connection connection = given.getConnection()) {
                assertThat(connection.getNetworkTimeout()).isEqualTo(300_000);
            }
        }
    }

    @Test
    void thePasswordIsShownNowhere() throws SQLException {
        Logger root = (Logger) LoggerFactory.getLogger("com.zaxxer.hikari");
        Level level = root.getLevel();
        ListAppender<ILoggingEvent> logged = new ListAppender<>();
        logged.start();
        root.addAppender(logged);
        root.setLevel(Level.TRACE);
        List<String> shown = new ArrayList<>();
        try {
            String url = postgres.freshDatabase().replaceFirst("password=[^&]*", "password=" + SECRET);
            PgVectorDataSource pool = PgVectorDataSource.builder(url)
                    .password(SECRET)
                    .maximumPoolSize(1)
                    .connectionTimeout(Duration.ofMillis(250))
                    .build();
            try (pool;
                    Connection held = pool.getConnection()) {
                shown.add(held.toString());
                shown.addAll(messages(pool::getConnection));
            }
            shown.addAll(messages(pool::getConnection));
            shown.add(pool.toString());
            shown.addAll(messages(() -> PgVectorDataSource.builder(url.replaceFirst("/rag_[^?]*", "/no_such"))
                    .password(SECRET)
                    .build()));
            shown.addAll(messages(() -> PgVectorDataSource.builder("jdbc:postgresql://h:x/db?password=" + SECRET)));
        } finally {
            root.detachAppender(logged);
            root.setLevel(level);
        }
        logged.list.forEach(event -> shown.add(event.getFormattedMessage()));
        assertThat(shown).hasSizeGreaterThan(20).noneMatch(text -> text.contains(SECRET));
    }

    private static List<String> messages(ThrowingCallable call) {
        List<String> messages = new ArrayList<>();
        assertThatThrownBy(call).satisfies(thrown -> {
            for (Throwable at = thrown; at != null; at = at.getCause()) {
                messages.add(at.toString());
            }
        });
        return messages;
    }

    @Test
    void aRefusedLoginIsKnownAtOnce() {
        String url = postgres.jdbcUrl().replaceFirst("user=[^&]*", "user=nobody_of_that_name");
        long start = System.nanoTime();
        assertThatThrownBy(() -> PgVectorDataSource.builder(url).build())
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("opening a pool to ")
                .hasMessageContaining("the login was refused; check user and password")
                .satisfies(e -> assertThat(((StoreException) e).isTransient()).isFalse());
        assertThat(System.nanoTime() - start).isLessThan(Duration.ofSeconds(4).toNanos());
    }

    @Test
    void aServerThatIsNotThereYetIsLeftToTheCalls() {
        try (PgVectorDataSource pool = PgVectorDataSource.builder("jdbc:postgresql://127.0.0.1:1/db?user=a")
                .connectionTimeout(Duration.ofMillis(250))
                .build()) {
            assertThatThrownBy(() -> PgVectorStore.builder(pool, SPACE, "docs").build())
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("the database cannot be reached")
                    .satisfies(
                            e -> assertThat(((StoreException) e).isTransient()).isTrue());
        }
    }

    @Test
    void aFullPoolSaysHowManyAreInUse() throws SQLException {
        try (PgVectorDataSource pool = PgVectorDataSource.builder(postgres.freshDatabase())
                        .name("small")
                        .maximumPoolSize(1)
                        .connectionTimeout(Duration.ofMillis(250))
                        .build();
                Connection held = pool.getConnection()) {
            assertThat(held.isValid(1)).isTrue();
            assertThatThrownBy(pool::getConnection)
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("small")
                    .hasMessageContaining("total=1, active=1, idle=0");
        }
    }

    @Test
    void itIsClosedOnceAndForAll() throws SQLException {
        PgVectorDataSource pool = PgVectorDataSource.builder(postgres.freshDatabase())
                .maximumPoolSize(1)
                .build();
        assertThat(pool)
                .hasToString("PgVectorDataSource[ragkit, "
                        + postgres.jdbcUrl().replaceFirst(".*//([^:]+):.*", "$1") + "/"
                        + TestCollection.query(pool, "SELECT current_database()")
                                .get(0) + ", at most 1 connections]");
        assertThat(pool.unwrap(HikariDataSource.class).getMaximumPoolSize()).isEqualTo(1);
        assertThat(pool.unwrap(PgVectorDataSource.class)).isSameAs(pool);
        assertThatThrownBy(() -> pool.getConnection("a", "b")).isInstanceOf(SQLFeatureNotSupportedException.class);
        pool.close();
        pool.close();
        assertThatThrownBy(pool::getConnection).isInstanceOf(SQLException.class);
    }

    @Test
    void settingsOutOfBoundsAreRefused() {
        PgVectorDataSource.Builder builder = PgVectorDataSource.builder("jdbc:postgresql://h/db");
        assertRefused(() -> builder.maximumPoolSize(0), "maximumPoolSize must be between 1 and 1000, was 0");
        assertRefused(() -> builder.maximumPoolSize(1_001), "was 1001");
        assertRefused(
                () -> builder.connectionTimeout(Duration.ofMillis(249)),
                "connectionTimeout must be between PT0.25S and PT10M, was PT0.249S");
        assertRefused(() -> builder.connectionTimeout(Duration.ofMinutes(11)), "was PT11M");
        assertRefused(() -> builder.maxLifetime(Duration.ofSeconds(29)), "maxLifetime must be between PT30S and PT24H");
        assertRefused(() -> builder.keepaliveTime(Duration.ofDays(2)), "keepaliveTime must be between PT30S");
        assertRefused(() -> builder.name(" "), "the pool's name must not be blank");
        assertRefused(() -> PgVectorDataSource.builder("jdbc:mysql://h/db"), "jdbc:postgresql://host:port/database");
    }

    private static void assertRefused(ThrowingCallable call, String message) {
        assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessageContaining(message);
    }

    @Test
    void aServerThatTakesNoWritesCostsOneCallAndNoConnectionToItIsKept() throws SQLException {
        try (PgVectorDataSource pool = PgVectorDataSource.builder(postgres.freshDatabase())
                .maximumPoolSize(3)
                .build()) {
            PgVectorStore store = filled(pool);
            demote(pool, 3);
            assertTakesNoWrites(store);
            replace(store);
            assertThat(TestCollection.query(pool, "SHOW default_transaction_read_only"))
                    .containsExactly("off");
        }
    }

    @Test
    void aRoleThatMayOnlyReadKeepsItsConnections() throws SQLException {
        String url = postgres.freshDatabase();
        PgVectorSchema.builder(SPACE, "docs").build().apply(TestPostgres.dataSource(url));
        String reader = postgres.createRole("reader");
        TestCollection.execute(
                postgres.dataSource(), "ALTER ROLE " + reader + " SET default_transaction_read_only = on");
        String pids =
                "SELECT string_agg(pid::text, ',' ORDER BY pid) FROM pg_stat_activity WHERE usename = '" + reader + "'";
        try (PgVectorDataSource pool = PgVectorDataSource.builder(postgres.jdbcUrl(url, reader))
                .maximumPoolSize(3)
                .build()) {
            HikariPoolMXBean connections = pool.unwrap(HikariDataSource.class).getHikariPoolMXBean();
            Eventually.holds(() -> connections.getIdleConnections() == 3);
            String before = TestCollection.query(postgres.dataSource(), pids).get(0);
            assertThatThrownBy(() -> TestCollection.execute(pool, "CREATE TABLE nowhere ()"))
                    .hasMessageContaining("25006");
            assertThat(TestCollection.query(postgres.dataSource(), pids)).containsExactly(before);
            assertThat(connections.getIdleConnections()).isEqualTo(3);
        }
    }

    /** Why the pool above has to be told. */
    @Test
    void aPoolThatIsNotToldKeepsSuchConnections() throws SQLException {
        try (HikariDataSource pool = TestCollection.pool(postgres.freshDatabase(), 1)) {
            PgVectorStore store = filled(pool);
            demote(pool, 1);
            assertTakesNoWrites(store);
            assertTakesNoWrites(store);
        }
    }

    private static void assertTakesNoWrites(PgVectorStore store) {
        assertThatThrownBy(() -> replace(store))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("25006")
                .satisfies(e -> assertThat(((StoreException) e).isTransient()).isTrue());
    }

    /** As connections are to a server that has stopped to take writes. */
    private static void demote(DataSource pool, int size) throws SQLException {
        List<Connection> all = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            all.add(pool.getConnection());
        }
        for (Connection each : all) {
            try (each;
                    var statement = each.createStatement()) {
                statement.execute("SET default_transaction_read_only = on");
            }
        }
    }

    private static PgVectorStore filled(DataSource pool) {
        PgVectorSchema.builder(SPACE, "docs").build().apply(pool);
        PgVectorStore store = PgVectorStore.builder(pool, SPACE, "docs").build();
        replace(store);
        return store;
    }

    private static void replace(PgVectorStore store) {
        store.replace(List.of(TestCollection.document("a", "text", TestCollection.direction(new Random(1), 4))));
    }

    private static TunedDriver driver(String url) {
        return new TunedDriver(url, Driver.parseURL(url, null));
    }

    private static String value(TunedDriver driver, PGProperty property) {
        return String.valueOf(driver.getProperty(property));
    }
}
