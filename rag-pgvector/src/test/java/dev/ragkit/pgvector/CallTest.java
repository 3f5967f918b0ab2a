package dev.ragkit.pgvector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Either a call comes to its end, or it is stopped; never both. */
class CallTest {
    private static final Deadline FAR = Deadline.after(Duration.ofDays(1));

    private static long later() {
        return System.nanoTime() + TimeUnit.DAYS.toNanos(2);
    }

    private static Connection connect() throws SQLException {
        return TestPostgres.shared().dataSource().getConnection();
    }

    private static String sleep(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT pg_sleep(0.2)::text || 'done'")) {
            row.next();
            return row.getString(1);
        }
    }

    @Test
    void aCallThatHasEndedIsNotStoppedAnyMore() throws SQLException {
        try (Connection connection = connect()) {
            Call call = new Call(connection, FAR);
            call.end();
            call.look(later());
            call.look(later() + Call.GRACE_NANOS);
            assertThat(sleep(connection)).isEqualTo("done");
        }
    }

    @Test
    void theConnectionOfACallThatWasStoppedIsNeverUsedAgain() throws SQLException {
        try (Connection connection = connect()) {
            Call call = new Call(connection, FAR);
            call.look(later());
            call.end();
            assertThat(connection.isClosed()).isTrue();
        }
    }

    @Test
    void aCallThatIsNotDueIsLeftAlone() throws SQLException {
        try (Connection connection = connect()) {
            Call call = new Call(connection, FAR);
            call.look(System.nanoTime());
            assertThat(sleep(connection)).isEqualTo("done");
            call.end();
            assertThat(connection.isClosed()).isFalse();
        }
    }

    @Test
    void aStatementIsCancelledAndTheNextOneCutOff() throws SQLException {
        try (Connection connection = connect()) {
            Call call = new Call(connection, FAR);
            CompletableFuture<String> first = sleepLong(connection);
            call.look(later());
            assertThatThrownBy(first::join)
                    .hasRootCauseInstanceOf(SQLException.class)
                    .hasMessageContaining("57014");
            CompletableFuture<String> second = sleepLong(connection);
            call.look(later() + Call.GRACE_NANOS);
            assertThatThrownBy(second::join).hasMessageMatching("(?s).*(57014|08006).*");
            Eventually.holds(() -> isClosed(connection));
            Eventually.holds(() -> !isSleeping());
            call.end();
        }
    }

    /** A statement that the server has begun with. */
    private static CompletableFuture<String> sleepLong(Connection connection) {
        CompletableFuture<String> sleep = CompletableFuture.supplyAsync(() -> {
            try (Statement statement = connection.createStatement()) {
                return "ended: " + statement.execute("SELECT pg_sleep(30) AS of_call_test");
            } catch (SQLException e) {
                throw new IllegalStateException(e.getSQLState(), e);
            }
        });
        Eventually.holds(CallTest::isSleeping);
        return sleep;
    }

    private static boolean isSleeping() {
        return !TestCollection.query(
                        TestPostgres.shared().dataSource(),
                        "SELECT pid FROM pg_stat_activity WHERE state = 'active' AND pid <> pg_backend_pid()"
                                + " AND query LIKE '%of_call_test%'")
                .isEmpty();
    }

    private static boolean isClosed(Connection connection) {
        try {
            return connection.isClosed();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
