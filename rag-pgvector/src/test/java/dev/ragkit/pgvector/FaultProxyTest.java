package dev.ragkit.pgvector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The faults that the scenarios rely on happen. */
class FaultProxyTest {
    private final String direct = TestPostgres.shared().freshDatabase();
    private final FaultProxy proxy = FaultProxy.to(direct);

    @AfterEach
    void close() {
        proxy.close();
    }

    private Connection connect() throws SQLException {
        return DriverManager.getConnection(proxy.jdbcUrl());
    }

    private static void run(Connection connection, String text) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(text);
        }
    }

    @Test
    void whatIsNotDisturbedPasses() throws SQLException {
        try (Connection connection = connect()) {
            run(connection, "CREATE TABLE t AS SELECT repeat('x', 100000) AS text FROM generate_series(1, 20)");
            assertThat(TestCollection.query(TestPostgres.dataSource(proxy.jdbcUrl()), "SELECT length(text) FROM t"))
                    .hasSize(20)
                    .containsOnly("100000");
            assertThat(proxy.cuts()).isZero();
        }
    }

    @Test
    void aCommitIsLostOrItsAnswerIs() throws SQLException {
        TestCollection.execute(TestPostgres.dataSource(direct), "CREATE TABLE t (n int)");
        for (FaultProxy.Moment moment : FaultProxy.Moment.values()) {
            for (int before : new int[] {0, 8}) {
                try (Connection connection = connect()) {
                    connection.setAutoCommit(false);
                    proxy.cutAt(moment, before + 1);
                    for (int i = 0; i < before; i++) {
                        run(connection, "INSERT INTO t VALUES (0)");
                        connection.commit();
                    }
                    run(connection, "INSERT INTO t VALUES (" + (moment.ordinal() * 100 + before + 1) + ")");
                    assertThatThrownBy(connection::commit)
                            .isInstanceOf(SQLException.class)
                            .satisfies(e ->
                                    assertThat(((SQLException) e).getSQLState()).isEqualTo("08006"));
                }
            }
        }
        assertThat(proxy.cuts()).isEqualTo(6);
        assertThat(TestCollection.query(TestPostgres.dataSource(direct), "SELECT n FROM t WHERE n > 0 ORDER BY n"))
                .isEqualTo(List.of("201", "209"));
    }

    @Test
    void connectionsAreCutAndReset() throws SQLException {
        for (Runnable fault : List.<Runnable>of(proxy::cut, proxy::reset)) {
            try (Connection connection = connect()) {
                run(connection, "SELECT 1");
                fault.run();
                assertThatThrownBy(() -> run(connection, "SELECT 1")).isInstanceOf(SQLException.class);
                assertThat(proxy.connections()).isZero();
            }
        }
    }

    @Test
    void trafficIsHeldBackLostAndDelayed() throws SQLException {
        try (Connection connection = connect()) {
            run(connection, "SELECT 1");
            proxy.delay(Duration.ofMillis(50));
            long start = System.nanoTime();
            run(connection, "SELECT 2");
            assertThat(System.nanoTime() - start)
                    .isGreaterThanOrEqualTo(Duration.ofMillis(100).toNanos());
            proxy.delay(Duration.ZERO);
            for (FaultProxy.Traffic bad : List.of(FaultProxy.Traffic.STALLS, FaultProxy.Traffic.IS_LOST)) {
                try (Connection other = connect()) {
                    other.setNetworkTimeout(Runnable::run, 200);
                    proxy.traffic(bad);
                    assertThatThrownBy(() -> run(other, "SELECT 3")).hasRootCauseMessage("Read timed out");
                    proxy.traffic(FaultProxy.Traffic.PASSES);
                }
            }
            run(connection, "SELECT 4");
        }
    }
}
