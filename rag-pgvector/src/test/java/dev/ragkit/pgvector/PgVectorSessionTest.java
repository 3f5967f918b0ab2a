package dev.ragkit.pgvector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.ragkit.Document;
import dev.ragkit.EmbeddedDocument;
import dev.ragkit.EmbeddingSpace;
import dev.ragkit.Filter;
import dev.ragkit.Metadata;
import dev.ragkit.SearchOptions;
import dev.ragkit.SearchResult;
import dev.ragkit.StoreException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A connection goes back as it came: its settings, its mode, its types. */
class PgVectorSessionTest {
    private static final EmbeddingSpace SPACE =
            EmbeddingSpace.builder("test", "sessions", 8).build();

    /** Everything that somebody has set, and what searches set. */
    private static final String SETTINGS = """
            SELECT name || ' = ' || setting || ' by ' || source FROM pg_settings
            WHERE source = 'session' OR name LIKE 'hnsw.%' OR name LIKE 'ivfflat.%'
                OR name IN ('enable_sort', 'enable_seqscan', 'jit', 'plan_cache_mode')
            ORDER BY 1""";

    private static List<EmbeddedDocument> documents(int count) {
        Random random = new Random(3);
        return IntStream.range(0, count)
                .mapToObj(i -> TestCollection.document(
                        Document.of("d" + i, "some text " + i).withMetadata(Metadata.of("n", i)),
                        TestCollection.direction(random, 8)))
                .toList();
    }

    private static PgVectorStore filled(DataSource dataSource) {
        PgVectorSchema.builder(SPACE, "docs").build().apply(dataSource);
        PgVectorStore store = PgVectorStore.builder(dataSource, SPACE, "docs")
                .plan(SearchPlan.alwaysIndex())
                .build();
        store.replace(documents(200));
        return store;
    }

    private static void useEverything(PgVectorStore store) {
        var query = TestCollection.direction(new Random(4), 8);
        for (int i = 0; i < 8; i++) {
            assertThat(store.search(query, SearchOptions.ofLimit(10)).path()).isEqualTo(SearchResult.Path.INDEX);
            SearchOptions few =
                    SearchOptions.builder().filter(Filter.eq("n", i)).build();
            assertThat(store.search(query, few).path()).isEqualTo(SearchResult.Path.INDEX_THEN_EXACT);
            assertThat(store.search("some text", SearchOptions.ofDefaults()).hits())
                    .hasSize(10);
            assertThat(store.search("text 7", few).hits()).hasSize(1);
            assertThat(store.versions(List.of("d1", "d2"))).hasSize(2);
            assertThat(store.documentIds(Filter.gt("n", 5), "", 5)).hasSize(5);
            store.replace(documents(3));
            assertThat(store.delete(List.of("d199"))).isEqualTo(i == 0 ? 1 : 0);
        }
        assertThatThrownBy(() -> store.tenant("t").replace(List.of(unfit())))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("too large for the keyword index");
    }

    /** More different words than a tsvector holds. */
    private static EmbeddedDocument unfit() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 150_000; i++) {
            text.append("word").append(i).append(' ');
        }
        return TestCollection.document("large", text.toString(), TestCollection.direction(new Random(5), 8));
    }

    @Test
    void noSettingIsLeftBehind() {
        try (HikariDataSource pool = TestCollection.pool(TestPostgres.shared().freshDatabase(), 1)) {
            PgVectorStore store = filled(pool);
            List<String> before = TestCollection.query(pool, SETTINGS);
            useEverything(store);
            assertThat(TestCollection.query(pool, SETTINGS)).isEqualTo(before);
            assertThat(before).contains("hnsw.ef_search = 40 by default", "enable_sort = on by default");
        }
    }

    @Test
    void whatTheHostHasSetIsKeptAndALargerEfSearchRespected() {
        String url = TestPostgres.shared().freshDatabase();
        try (HikariDataSource pool = TestCollection.pool(url, 1)) {
            PgVectorStore store = filled(pool);
            TestCollection.execute(pool, "SET hnsw.ef_search = 333");
            TestCollection.execute(pool, "SET plan_cache_mode = 'force_generic_plan'");
            List<String> before = TestCollection.query(pool, SETTINGS);
            useEverything(store);
            assertThat(TestCollection.query(pool, SETTINGS)).isEqualTo(before);
            assertThat(before).contains("hnsw.ef_search = 333 by session");
        }
    }

    @Test
    void aPoolWithoutAutoCommitWorksAndHasNoTransactionLeftOpen() {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(TestPostgres.shared().freshDatabase());
        config.setMaximumPoolSize(1);
        config.setAutoCommit(false);
        try (HikariDataSource pool = new HikariDataSource(config)) {
            useEverything(filled(pool));
            assertThat(TestCollection.query(pool, "SELECT count(*) FROM docs_chunk"))
                    .containsExactly("199");
            new Session(pool, "the test").read("looking", connection -> {
                assertThat(connection.getAutoCommit()).isFalse();
                return true;
            });
        }
    }

    @Test
    void aTransactionThatThePoolLeftOpenIsInNobodysWay() {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(
                TestPostgres.shared().freshDatabase() + "&options=-c%20default_transaction_isolation=serializable");
        config.setMaximumPoolSize(1);
        config.setAutoCommit(false);
        try (HikariDataSource pool = new HikariDataSource(config)) {
            PgVectorStore store = filled(testing(pool));
            store.replace(documents(3));
            assertThat(store.delete(List.of("d1"))).isEqualTo(1);
        }
    }

    /** Tests each connection by a query that is left in a transaction. */
    private static DataSource testing(DataSource dataSource) {
        return Standin.of(DataSource.class, (method, arguments) -> {
            Object result = method.invoke(dataSource, arguments);
            if (result instanceof Connection connection) {
                try (Statement statement = connection.createStatement()) {
                    statement.execute("SELECT count(*) FROM pg_class");
                }
            }
            return result;
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "preferQueryMode=simple",
                "preferQueryMode=extended",
                "preferQueryMode=extendedForPrepared",
                "preferQueryMode=extendedCacheEverything",
                "prepareThreshold=0",
                "prepareThreshold=1",
                "binaryTransfer=false",
                "defaultRowFetchSize=3",
                "stringtype=unspecified",
                "currentSchema=pg_catalog",
                "readOnly=false",
                "options=-c%20standard_conforming_strings=off",
                "options=-c%20search_path=",
                "options=-c%20default_transaction_isolation=serializable",
                "options=-c%20jit_above_cost=0%20-c%20row_security=on"
            })
    void theDriverMayBeSetUpAsTheHostLikes(String parameter) {
        String url = TestPostgres.shared().freshDatabase();
        try (HikariDataSource pool = TestCollection.pool(url + "&" + parameter, 2)) {
            useEverything(filled(pool));
        }
    }

    /** The driver does so in simple mode, and to a text of two statements once it has described the second. */
    @Test
    void settingsThatAreLostBetweenTwoStatementsAreMadeInATransactionFromThenOn() {
        try (HikariDataSource pool = TestCollection.pool(TestPostgres.shared().freshDatabase(), 1)) {
            filled(pool);
            List<String> before = TestCollection.query(pool, SETTINGS);
            AtomicInteger torn = new AtomicInteger();
            PgVectorStore store = PgVectorStore.builder(tearing(pool, torn), SPACE, "docs")
                    .plan(SearchPlan.alwaysIndex())
                    .build();
            useEverything(store);
            assertThat(torn.get()).isEqualTo(1);
            assertThat(TestCollection.query(pool, SETTINGS)).isEqualTo(before);
            SearchResult many = store.search(TestCollection.direction(new Random(4), 8), SearchOptions.ofLimit(150));
            assertThat(many.path()).isEqualTo(SearchResult.Path.INDEX);
            assertThat(many.hits()).hasSize(150);
        }
    }

    /**
     * Without a transaction the setting is never made, which is what the second statement sees when it runs in another. The others
     * stay, as where the session has them anyway.
     */
    private static DataSource tearing(DataSource dataSource, AtomicInteger torn) {
        return Standin.of(DataSource.class, (method, arguments) -> {
            Object result = method.invoke(dataSource, arguments);
            if (!(result instanceof Connection connection)) {
                return result;
            }
            return Standin.of(Connection.class, (called, given) -> {
                String setting = "set_config('rag.search', 'tuned', true)";
                if (called.getName().equals("prepareStatement")
                        && given[0].toString().contains(setting)
                        && connection.getAutoCommit()) {
                    torn.incrementAndGet();
                    return connection.prepareStatement(given[0].toString().replace(setting, "'lost'"));
                }
                return called.invoke(connection, given);
            });
        });
    }

    @Test
    void theHostReadsItsOwnVectorsAsBefore() {
        try (HikariDataSource pool = TestCollection.pool(TestPostgres.shared().freshDatabase(), 1)) {
            useEverything(filled(pool));
            for (int i = 0; i < 8; i++) {
                new Session(pool, "the test").read("reading", connection -> {
                    try (PreparedStatement statement =
                                    connection.prepareStatement("SELECT '[1,2,3]'::vector, '[1,2,3]'::vector");
                            ResultSet row = statement.executeQuery()) {
                        row.next();
                        assertThat(row.getString(1)).isEqualTo("[1,2,3]");
                        assertThat(row.getObject(2)).hasToString("[1,2,3]");
                    }
                    return true;
                });
            }
        }
    }

    @Test
    void anExtensionOutsideTheSearchPathIsFound() {
        String url = TestPostgres.shared().freshDatabaseWithoutExtension();
        try (HikariDataSource pool = TestCollection.pool(url, 2)) {
            TestCollection.execute(pool, "CREATE SCHEMA extensions");
            TestCollection.execute(pool, "CREATE EXTENSION vector SCHEMA extensions");
            useEverything(filled(pool));
        }
    }

    @Test
    void anotherExtensionSchemaWorksForHalfvecAndIvfFlat() {
        String url = TestPostgres.shared().freshDatabaseWithoutExtension();
        try (HikariDataSource pool = TestCollection.pool(url, 2)) {
            TestCollection.execute(pool, "CREATE SCHEMA extensions");
            TestCollection.execute(pool, "CREATE EXTENSION vector SCHEMA extensions");
            PgVectorSchema schema = PgVectorSchema.builder(SPACE, "docs")
                    .vectorType(VectorType.HALFVEC)
                    .index(VectorIndex.ivfFlat(3))
                    .build();
            schema.apply(pool);
            PgVectorStore store = PgVectorStore.builder(pool, SPACE, "docs")
                    .plan(SearchPlan.alwaysIndex())
                    .build();
            store.replace(documents(200));
            schema.buildIndex(pool);
            useEverything(store);
        }
    }

    @Test
    void anInterruptEndsACallBeforeItTakesAConnection() {
        try (HikariDataSource pool = TestCollection.pool(TestPostgres.shared().freshDatabase(), 1)) {
            PgVectorStore store = filled(pool);
            Thread.currentThread().interrupt();
            try {
                assertThatThrownBy(() -> store.delete(List.of("d1")))
                        .isInstanceOf(CancellationException.class)
                        .hasMessageContaining("interrupted while deleting documents in collection 'docs'");
                assertThat(Thread.currentThread().isInterrupted()).isTrue();
            } finally {
                assertThat(Thread.interrupted()).isTrue();
            }
            assertThat(store.versions(List.of("d1"))).hasSize(1);
            assertThat(pool.getHikariPoolMXBean().getActiveConnections()).isZero();
        }
    }
}
