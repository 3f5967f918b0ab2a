package dev.ragkit.pgvector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.ragkit.EmbeddingSpace;
import dev.ragkit.Metric;
import dev.ragkit.SearchOptions;
import dev.ragkit.StoreException;
import dev.ragkit.VectorStore;
import dev.ragkit.testkit.KeywordIndexContract;
import dev.ragkit.testkit.VectorStoreContract;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.ClassOrderer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestClassOrder;
import org.postgresql.PGConnection;

/**
 * Everything works behind PgBouncer in transaction mode, where each transaction may run on another connection of the server, and
 * leaves nothing on those connections. The server logs every statement. What it logs for connections that do nothing is what
 * the driver and PgBouncer say by themselves, and does not count.
 */
@TestClassOrder(ClassOrderer.OrderAnnotation.class)
class R23_PgBouncerTest {
    private static final EmbeddingSpace SPACE =
            EmbeddingSpace.builder("test", "pooled", 8).build();
    private static final int CLIENTS = 6;

    private static final List<AutoCloseable> OPEN = new ArrayList<>();
    private static final Map<String, HikariDataSource> POOLS = new ConcurrentHashMap<>();
    private static TestPostgres server;
    private static PgBouncer one;
    private static PgBouncer five;
    private static StatementLog log;
    private static int bare;

    @BeforeAll
    static void start() throws SQLException {
        server = open(TestPostgres.start(Map.of("log_statement", "all")));
        one = open(PgBouncer.start(server, "transaction", 1));
        five = open(PgBouncer.start(server, "transaction", 5));
        log = new StatementLog(server.log());
        for (PgBouncer each : List.of(one, five)) {
            String url = each.jdbcUrl(server.freshDatabase()) + "&prepareThreshold=0";
            try (HikariDataSource pool = TestCollection.pool(url, CLIENTS)) {
                doNothing(pool, each == one ? 1 : 5);
            }
        }
        bare = log.statements().size();
    }

    /** In a transaction of each of so many clients at once, so on as many connections of the server. */
    private static void doNothing(DataSource pool, int connections) throws SQLException {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("SELECT 'nothing'");
            if (connections > 1) {
                doNothing(pool, connections - 1);
            }
            connection.commit();
        }
    }

    @AfterAll
    static void stop() throws Exception {
        POOLS.clear();
        for (int i = OPEN.size() - 1; i >= 0; i--) {
            OPEN.get(i).close();
        }
        OPEN.clear();
    }

    private static <T extends AutoCloseable> T open(T resource) {
        OPEN.add(resource);
        return resource;
    }

    private static HikariDataSource pool(PgBouncer bouncer, String parameter) {
        return POOLS.computeIfAbsent(
                (bouncer == one ? "one" : "five") + parameter,
                key -> open(TestCollection.pool(bouncer.jdbcUrl(server.freshDatabase()) + parameter, CLIENTS)));
    }

    private static PgVectorStore store(HikariDataSource pool, EmbeddingSpace space, Metric metric) {
        String name = TestCollection.name();
        PgVectorSchema schema =
                PgVectorSchema.builder(space, name).metric(metric).deferIndex().build();
        schema.apply(pool);
        schema.buildIndex(pool);
        return PgVectorStore.builder(pool, space, name)
                .plan(SearchPlan.alwaysIndex())
                .build();
    }

    /** Uses each statement more often than it takes the driver to have it prepared, from several threads at once. */
    private static void use(PgVectorStore store, int rounds) {
        Random random = new Random(23);
        IntConsumer round = i -> {
            store.replace(List.of(
                    TestCollection.document("d" + i % 7, "some words " + i, TestCollection.direction(random, 8))));
            assertThat(store.search(TestCollection.direction(random, 8), SearchOptions.ofLimit(3))
                            .hits())
                    .isNotEmpty();
            assertThat(store.search("words", SearchOptions.ofLimit(3)).hits()).isNotEmpty();
            assertThat(store.versions(List.of("d" + i % 7))).hasSize(1);
        };
        IntStream.range(0, rounds).parallel().forEach(round);
    }

    @Nested
    @Order(1)
    class VectorsThroughOneConnection extends Vectors {
        @Override
        HikariDataSource pool() {
            return R23_PgBouncerTest.pool(one, "&prepareThreshold=0");
        }
    }

    @Nested
    @Order(1)
    class VectorsThroughFiveConnectionsWithTheDriverAsItComes extends Vectors {
        @Override
        HikariDataSource pool() {
            return R23_PgBouncerTest.pool(five, "");
        }
    }

    @Nested
    @Order(1)
    class WordsThroughFiveConnections extends Words {
        @Override
        HikariDataSource pool() {
            return R23_PgBouncerTest.pool(five, "&prepareThreshold=0");
        }
    }

    @Nested
    @Order(1)
    class WordsThroughOneConnectionWithTheDriverAsItComes extends Words {
        @Override
        HikariDataSource pool() {
            return R23_PgBouncerTest.pool(one, "");
        }
    }

    private abstract static class Vectors extends VectorStoreContract {
        abstract HikariDataSource pool();

        @Override
        protected VectorStore create(EmbeddingSpace space, Metric metric) {
            return store(pool(), space, metric);
        }

        @Override
        protected boolean exact() {
            return false;
        }
    }

    private abstract static class Words extends KeywordIndexContract {
        abstract HikariDataSource pool();

        @Override
        protected VectorStore create(EmbeddingSpace space) {
            return store(pool(), space, Metric.COSINE);
        }
    }

    @Nested
    @Order(2)
    class TheLogOfTheServer {
        @Test
        void R23_namesNoStateOfASessionThatWeMade() {
            for (String parameter : List.of("", "&prepareThreshold=0")) {
                use(store(pool(five, parameter), SPACE, Metric.COSINE), 100);
                use(store(pool(one, parameter), SPACE, Metric.COSINE), 20);
            }
            List<String> all = log.statements();
            List<String> ours = all.subList(bare, all.size());
            List<String> state = new ArrayList<>(whatIsSet(ours));
            state.removeAll(whatIsSet(all.subList(0, bare)));
            List<String> prepared =
                    ours.stream().filter(StatementLog::isPrepared).toList();
            System.out.printf(
                    "R-23: %d statements through PgBouncer in transaction mode, %d of session state, %d prepared%n",
                    ours.size(), state.size(), prepared.size());
            assertThat(ours).hasSizeGreaterThan(1_000).anyMatch(text -> text.contains("COPY "));
            assertThat(state).isEmpty();
            assertThat(prepared).isEmpty();
        }

        /** The driver and PgBouncer set the same settings in several ways. */
        private static List<String> whatIsSet(List<String> statements) {
            return StatementLog.ofSessionState(statements).stream()
                    .map(text -> text.replaceFirst("(?i)^(SET\\s+\\w+).*", "$1"))
                    .toList();
        }

        @Test
        void leavesTheSettingsOfTheServersConnectionsAlone() {
            String changed =
                    "SELECT name || ' = ' || setting FROM pg_settings WHERE setting IS DISTINCT FROM reset_val ORDER BY 1";
            List<String> after = TestCollection.query(pool(one, ""), changed);
            try (PgBouncer fresh = PgBouncer.start(server, "transaction", 1);
                    HikariDataSource pool = TestCollection.pool(fresh.jdbcUrl(server.freshDatabase()), CLIENTS)) {
                assertThat(after).isEqualTo(TestCollection.query(pool, changed));
            }
        }
    }

    @Nested
    @Order(3)
    class APoolOfOurs {
        @Test
        void preparesNothingForAnybodyBehindAPooler() throws SQLException {
            String url = five.jdbcUrl(server.freshDatabase());
            try (PgVectorDataSource pool = PgVectorDataSource.builder(url).build();
                    PgVectorDataSource told = PgVectorDataSource.builder(url + "&prepareThreshold=3")
                            .build();
                    PgVectorDataSource direct =
                            PgVectorDataSource.builder(server.freshDatabase()).build()) {
                assertThat(threshold(pool)).isZero();
                assertThat(threshold(told)).isEqualTo(3);
                assertThat(threshold(direct)).isEqualTo(5);
            }
        }

        private static int threshold(DataSource pool) throws SQLException {
            try (Connection connection = pool.getConnection()) {
                return connection.unwrap(PGConnection.class).getPrepareThreshold();
            }
        }
    }

    @Nested
    @Order(3)
    class AThresholdOfTheHostsOwn {
        @Test
        void isObeyedAndTheFailureSaysWhatToDo() {
            String url = five.jdbcUrl(server.freshDatabase()) + "&prepareThreshold=1";
            try (HikariDataSource pool = TestCollection.pool(url, CLIENTS)) {
                assertThatThrownBy(() -> use(store(pool, SPACE, Metric.COSINE), 100))
                        .isInstanceOf(StoreException.class)
                        .hasMessageContaining("a pooler such as PgBouncer, which does not keep prepared statements")
                        .hasMessageContaining("add prepareThreshold=0 to the JDBC URL");
            }
        }

        @Test
        void isObeyedWhereEachClientHasAConnectionOfTheServer() {
            int before = log.statements().size();
            try (PgBouncer session = PgBouncer.start(server, "session", CLIENTS);
                    HikariDataSource pool = TestCollection.pool(
                            session.jdbcUrl(server.freshDatabase()) + "&prepareThreshold=2", CLIENTS)) {
                use(store(pool, SPACE, Metric.COSINE), 100);
            }
            List<String> all = log.statements();
            assertThat(all.subList(before, all.size())).anyMatch(StatementLog::isPrepared);
        }
    }
}
