package dev.ragkit.pgvector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
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
    void aStatementThatDoesNotEndByItselfIsCancelledAndThenCutOff() throws SQLException {
        try (Connection connection = connect()) {
            Call call = new Call(connection, FAR);
            call.look(later());
            assertThatThrownBy(() -> sleep(connection).concat(sleep(connection)))
                    .isInstanceOf(SQLException.class)
                    .satisfies(e -> assertThat(((SQLException) e).getSQLState()).isEqualTo("57014"));
            call.look(later() + Call.GRACE_NANOS);
            Eventually.holds(() -> isClosed(connection));
            call.end();
        }
    }

    private static boolean isClosed(Connection connection) {
        try {
            return connection.isClosed();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
