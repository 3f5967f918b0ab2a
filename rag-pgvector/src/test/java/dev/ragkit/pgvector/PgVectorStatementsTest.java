package dev.ragkit.pgvector;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** The SQL of a collection is a small fixed set of texts, and a session is afterwards what it was before. */
class PgVectorStatementsTest {
    private static final long SEED = Long.getLong("seed", 20_261_122);
    private static final int MIXED = Boolean.getBoolean("rag.deep") ? 100_000 : 20_000;
    private static final int MOST_TEXTS = 60;
    private static final int CONNECTIONS = 4;

    /** Not those that come with a library of the server once it is used, nor the source of what each transaction begins with anew. */
    private static final String SETTINGS = """
            SELECT name || ' = ' || coalesce(setting, '')
                || CASE WHEN name = 'transaction_isolation' THEN '' ELSE ' by ' || source END
            FROM pg_settings WHERE name NOT LIKE 'plpgsql.%' OR source <> 'default' ORDER BY 1""";

    /** What else a session may keep. */
    private static final String LEFT_BEHIND = """
            SELECT 'channel ' || c FROM pg_listening_channels() c
            UNION ALL SELECT 'lock ' || locktype FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()
            UNION ALL SELECT 'cursor ' || name FROM pg_cursors WHERE name <> '' AND is_holdable
            UNION ALL SELECT 'table ' || relname FROM pg_class
                WHERE relpersistence = 't' AND relnamespace = pg_my_temp_schema()""";

    private final MixedCalls calls = new MixedCalls(SEED);

    private static PgVectorSchema schema() {
        return PgVectorSchema.builder(MixedCalls.SPACE, "docs").build();
    }

    private PgVectorStore filled(HikariDataSource pool) {
        PgVectorStore store = PgVectorStore.builder(pool, MixedCalls.SPACE, "docs")
                .plan(SearchPlan.alwaysIndex())
                .build();
        calls.fill(store);
        return store;
    }

    @Test
    void theNumberOfTextsDoesNotDependOnTheInput() {
        System.out.println("SQL texts: replay with -Dseed=" + SEED);
        try (HikariDataSource pool = TestCollection.pool(TestPostgres.shared().freshDatabase(), 2)) {
            StatementTexts texts = StatementTexts.of(pool);
            schema().apply(pool);
            PgVectorStore store = filled(pool);
            PgVectorStore planned =
                    PgVectorStore.builder(pool, MixedCalls.SPACE, "docs").build();
            for (int i = 0; i < 400; i++) {
                calls.call(i % 2 == 0 ? store : planned, i);
            }
            schema().apply(pool);
            schema().buildIndex(pool);
            List<String> some = texts.list();

            for (int i = 400; i < 1_200; i++) {
                calls.call(i % 2 == 0 ? store : planned, i);
            }
            schema().drop(pool);
            schema().apply(pool);
            List<String> all = texts.list();

            System.out.printf(
                    "SQL texts of one collection: %d after 400 operations and DDL, %d after 1,200, at most %d%n",
                    some.size(), all.size(), MOST_TEXTS);
            assertThat(all).hasSizeLessThanOrEqualTo(MOST_TEXTS).containsAll(some);
            assertThat(all).filteredOn(text -> !some.contains(text)).allMatch(text -> text.matches("(DROP|DELETE) .*"));
        }
    }

    @Test
    void sessionsAreAtTheirDefaultsAfterMixedQueriesOnAPoolOfFour() throws Exception {
        System.out.println("session settings: replay with -Dseed=" + SEED);
        String url = TestPostgres.shared().freshDatabase();
        schema().apply(TestPostgres.dataSource(url));
        try (HikariDataSource pool = TestCollection.pool(url, CONNECTIONS)) {
            PgVectorStore store = filled(pool);
            run(store);
            List<String> fresh = fresh(url);
            List<Connection> held = new ArrayList<>();
            for (int i = 0; i < CONNECTIONS; i++) {
                held.add(pool.getConnection());
            }
            for (Connection connection : held) {
                assertThat(query(connection, "SELECT CAST('[1]' AS vector)::text"))
                        .hasSize(1);
                assertThat(query(connection, SETTINGS)).isEqualTo(fresh);
                assertThat(query(connection, LEFT_BEHIND)).isEmpty();
                connection.close();
            }
            System.out.printf(
                    "session settings: %,d mixed operations on %d connections, %d settings of each equal to those of a"
                            + " fresh connection%n",
                    MIXED, CONNECTIONS, fresh.size());
            assertThat(fresh).contains("hnsw.ef_search = 40 by default", "enable_sort = on by default");
        }
    }

    /** From as many threads as there are connections; a failure of one fails the test. */
    private void run(PgVectorStore store) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(CONNECTIONS);
        try {
            List<Callable<Integer>> tasks = new ArrayList<>();
            for (int thread = 0; thread < CONNECTIONS; thread++) {
                int first = thread;
                tasks.add(() -> {
                    int done = 0;
                    for (int i = first; i < MIXED; i += CONNECTIONS) {
                        calls.call(store, i);
                        done++;
                    }
                    return done;
                });
            }
            int done = 0;
            for (Future<Integer> task : threads.invokeAll(tasks)) {
                done += task.get();
            }
            assertThat(done).isEqualTo(MIXED);
        } finally {
            threads.shutdownNow();
        }
    }

    /** From a pool of the same kind. The library is loaded first: before that a session does not have its settings at all. */
    private static List<String> fresh(String url) throws SQLException {
        try (HikariDataSource pool = TestCollection.pool(url, 1);
                Connection connection = pool.getConnection()) {
            assertThat(query(connection, "SELECT CAST('[1]' AS vector)::text")).hasSize(1);
            return query(connection, SETTINGS);
        }
    }

    private static List<String> query(Connection connection, String text) throws SQLException {
        List<String> values = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(text)) {
            while (rows.next()) {
                values.add(rows.getString(1));
            }
        }
        return values;
    }
}
