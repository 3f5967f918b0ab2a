package dev.ragkit.pgvector;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.ragkit.Embedding;
import dev.ragkit.EmbeddingSpace;
import dev.ragkit.Filter;
import dev.ragkit.Metric;
import dev.ragkit.SearchOptions;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each statement uses the index it is meant to use, at the server's stock settings, with enough rows to make it matter. */
class PgVectorPlanTest {
    private static final int DIMENSIONS = 384;
    private static final EmbeddingSpace SPACE =
            EmbeddingSpace.builder("test", "plans", DIMENSIONS).normalized().build();
    private static final String PATH = FilterPath.of(Filter.eq("one_of_300", 7));

    private static String url;
    private static HikariDataSource pool;
    private static Session session;
    private static Sql sql;
    private static SearchSql searchSql;
    private static VectorParameter query;

    @BeforeAll
    static void fill() {
        url = TestPostgres.shared().freshDatabase();
        pool = TestCollection.pool(url, 1);
        PgVectorSchema schema =
                PgVectorSchema.builder(SPACE, "plans").deferIndex().build();
        schema.apply(pool);
        session = new Session(pool, "the test");
        session.write("filling", connection -> {
            try (Statement statement = connection.createStatement()) {
                for (String text : FILL.split(";\n")) {
                    statement.execute(text);
                }
            }
            return true;
        });
        schema.buildIndex(pool);
        analyze();
        Tables tables = new Tables("public", "plans");
        Extension extension = new Extension("public", TestPostgres.shared().extensionVersion());
        sql = new Sql(tables, definition(), extension);
        searchSql = new SearchSql(tables, definition(), extension);
        Embedding embedding = TestCollection.direction(new Random(1), DIMENSIONS);
        query = new VectorParameter(embedding, VectorType.VECTOR, searchSql.vectorType);
    }

    private static final String EACH = "force_custom_plan";

    /** 3,000 documents of two chunks; a word of 1 % of the chunks. */
    private static final String FILL = """
            INSERT INTO plans_document (tenant, id, version, fingerprint, source, metadata, text, chunk_count)
            SELECT 'default', 'd' || i, 1, 'f', '', '{}', repeat('text ', 100), 2 FROM generate_series(1, 3000) i;
            INSERT INTO plans_chunk
                (tenant, document_id, version, ordinal, start_offset, words, text, source, metadata, embedding)
            SELECT 'default', 'd' || i, 1, o, 0, 100,
                'common text ' || md5(i::text) || CASE WHEN i % 100 = 0 THEN ' seldom' ELSE '' END || repeat(' word', 60), '',
                jsonb_build_object('one_of_300', i % 300, 'i', i),
                (SELECT array_agg(sin(i * 2.0 + o + d * 1.7 + i * d)) FROM generate_series(1, 384) d)::real[]::vector
            FROM generate_series(1, 3000) i, generate_series(0, 1) o;
            INSERT INTO plans_term SELECT 'default', lexeme, ndoc
            FROM ts_stat('SELECT tsv FROM plans_chunk') AS s(lexeme, ndoc, nentry);
            INSERT INTO plans_stats VALUES ('default', 6000, 600000)""";

    private static void analyze() {
        session.read("analysing", connection -> {
            try (Statement statement = connection.createStatement()) {
                return statement.execute("ANALYZE");
            }
        });
    }

    @AfterAll
    static void close() {
        pool.close();
    }

    @Test
    void aSearchThroughTheIndexUsesIt() {
        String plan = plan(searchSql.index, 40, 80.0, 10.0, "default", query, "default", 10);
        assertThat(plan).contains("Index Scan using plans_chunk_vector").doesNotContain("Seq Scan on plans_chunk");
    }

    @Test
    void aFilteredSearchThroughTheIndexUsesIt() {
        String plan = plan(
                indexAlone(searchSql.any.filtered()),
                40,
                path(PATH),
                0.0,
                10.0,
                "default",
                query,
                "default",
                path(PATH),
                10,
                10);
        assertThat(plan).contains("Index Scan using plans_chunk_vector").doesNotContain("Seq Scan on plans_chunk");
    }

    @Test
    void aSearchOfOneThousandStillUsesTheIndex() {
        String plan = plan(searchSql.index, 1_000, 0.0, 1_000.0, "default", query, "default", 1_000);
        assertThat(plan).contains("Index Scan using plans_chunk_vector");
    }

    /** EXPLAIN plans for the values it is given; a plan for any value shows only in what the server counts. */
    @ParameterizedTest
    @ValueSource(strings = {"auto", "force_generic_plan", "force_custom_plan"})
    void theIndexIsUsedHoweverTheServerPreparesTheStatement(String mode) {
        String settings = "&prepareThreshold=1&options=-c%20plan_cache_mode=" + mode;
        try (HikariDataSource prepared = TestCollection.pool(url + settings, 1)) {
            VectorSearch search = search(new Session(prepared, "the test"), SearchPlan.alwaysIndex());
            long before = scans(prepared);
            for (int i = 0; i < 10; i++) {
                assertThat(path(search, Filter.all())).isEqualTo("INDEX");
                assertThat(path(search, Filter.gt("i", 600))).isEqualTo("INDEX");
            }
            assertThat(scans(prepared) - before).isEqualTo(20);
        }
    }

    private static long scans(HikariDataSource prepared) {
        TestCollection.query(prepared, "SELECT pg_stat_force_next_flush()::text");
        return Long.parseLong(TestCollection.query(
                        prepared, "SELECT idx_scan FROM pg_stat_user_indexes WHERE indexrelname = 'plans_chunk_vector'")
                .get(0));
    }

    @Test
    void anExactSearchDoesNotUseTheApproximateIndex() {
        assertThat(plan(searchSql.exact.all(), EACH, query, "default", 10, "default", 10))
                .doesNotContain("plans_chunk_vector");
        assertThat(plan(searchSql.exact.filtered(), EACH, query, "default", path(PATH), 10, "default", 10))
                .doesNotContain("plans_chunk_vector");
    }

    @Test
    void anExactSearchWithAFilterUsesTheIndexOverMetadata() {
        for (Filter filter : new Filter[] {
            Filter.eq("one_of_300", 7),
            Filter.eq("one_of_300", 7.0),
            Filter.or(Filter.eq("one_of_300", 7), Filter.eq("one_of_300", 8)),
            Filter.in("one_of_300", List.of(7, 8, 9)),
            Filter.and(Filter.eq("one_of_300", 7), Filter.gt("i", 100), Filter.not(Filter.exists("absent")))
        }) {
            assertThat(plan(
                            searchSql.exact.filtered(),
                            EACH,
                            query,
                            "default",
                            path(FilterPath.of(filter)),
                            10,
                            "default",
                            10))
                    .as("%s", filter)
                    .contains("Bitmap Index Scan on plans_chunk_metadata");
        }
    }

    @Test
    void aSearchByWordsUsesTheIndexOverWords() {
        Object[] words = {new String[] {"'seldom'"}, new Double[] {5.0}, 0.01, path("'seldom'"), "default"};
        assertThat(plan(searchSql.rank.all(), words[0], words[1], words[2], words[3], words[4], 10, "default", 10))
                .contains("Bitmap Index Scan on plans_chunk_tsv");
        assertThat(plan(
                        searchSql.rank.filtered(),
                        words[0],
                        words[1],
                        words[2],
                        words[3],
                        words[4],
                        path(PATH),
                        10,
                        "default",
                        10))
                .containsAnyOf("Bitmap Index Scan on plans_chunk_tsv", "Bitmap Index Scan on plans_chunk_metadata");
    }

    @Test
    void wordsAreLookedUpByTheirKey() {
        assertThat(plan(searchSql.terms, "what is seldom", "default")).contains("plans_term_pkey");
    }

    @Test
    void documentsAreLookedUpByTheirKey() {
        String[] ids = {"d1", "d2", "d3"};
        assertThat(plan(sql.versions, "default", ids))
                .contains("plans_document_pkey")
                .contains("plans_chunk_pkey");
        assertThat(plan(sql.documentIds.all(), "default", "d2", 10)).contains("plans_document_pkey");
        assertThat(plan(sql.lockDocuments, "default", ids)).contains("plans_document_pkey");
        assertThat(plan(sql.deleteDocuments, "default", ids)).contains("plans_document_pkey");
        assertThat(plan(sql.dropTerms, "default", ids)).contains("plans_term_pkey");
    }

    @Test
    void aReplacementFindsOldAndNewChunksByTheirKey() {
        String[] ids = {"d1", "d2", "d3"};
        Long[] versions = {2L, 2L, 2L};
        assertThat(plan(
                        sql.swapChunks,
                        ids,
                        versions,
                        "default",
                        "default",
                        "default",
                        "default",
                        "default",
                        "default"))
                .contains("plans_chunk_pkey")
                .contains("plans_term_pkey")
                .contains("plans_stats_pkey")
                .doesNotContain("Seq Scan on plans_chunk");
        String[] texts = {"", "", ""};
        Integer[] counts = {0, 0, 0};
        assertThat(plan(sql.upsertDocuments, "default", ids, texts, texts, texts, texts, counts))
                .contains("plans_document_pkey");
    }

    @Test
    void theEstimateOfAFilterIsOfTheRightSize() {
        VectorSearch search = search(session, SearchPlan.ofDefaults());
        assertThat(path(search, Filter.eq("one_of_300", 7))).isEqualTo("EXACT");
        assertThat(path(search, Filter.gt("i", 600))).isEqualTo("INDEX");
        assertThat(path(search, Filter.all())).isEqualTo("INDEX");
    }

    /** Without the statement that follows where the index gave too few. */
    private static String indexAlone(String text) {
        return text.substring(0, text.lastIndexOf(";\n"));
    }

    private static VectorSearch search(Session on, SearchPlan plan) {
        return new VectorSearch(Routing.toPrimary(on), searchSql, definition(), plan);
    }

    private static Definition definition() {
        Definition.Vectors vectors = new Definition.Vectors(Metric.COSINE, VectorType.VECTOR, VectorIndex.hnsw());
        return new Definition(SPACE, vectors, "pg_catalog.english");
    }

    private static String path(VectorSearch search, Filter filter) {
        Embedding embedding = TestCollection.direction(new Random(2), DIMENSIONS);
        return search.search(
                        "default",
                        embedding,
                        SearchOptions.builder().filter(filter).build())
                .path()
                .name();
    }

    /** A parameter of no type of its own. */
    private record Untyped(String value) {}

    private static Untyped path(String value) {
        return new Untyped(value);
    }

    /** The plan of a text's last statement, after the settings that those before it make. */
    private static String plan(String text, Object... parameters) {
        int last = text.lastIndexOf(";\n") + 1;
        String explained = text.substring(0, last) + "\nEXPLAIN " + text.substring(last);
        return session.write("explaining", connection -> {
            VectorParameter.register(connection, searchSql.vectorType);
            try (PreparedStatement statement = connection.prepareStatement(explained)) {
                for (int i = 0; i < parameters.length; i++) {
                    bind(statement, i + 1, parameters[i]);
                }
                statement.execute();
                if (last > 0) {
                    statement.getMoreResults();
                }
                return lines(statement.getResultSet());
            }
        });
    }

    private static void bind(PreparedStatement statement, int parameter, Object value) throws SQLException {
        if (value instanceof Untyped untyped) {
            statement.setObject(parameter, untyped.value(), Types.OTHER);
        } else if (value instanceof Object[] array) {
            String type = array instanceof String[] ? "text" : array instanceof Long[] ? "int8" : "float8";
            statement.setArray(
                    parameter,
                    statement.getConnection().createArrayOf(array instanceof Integer[] ? "int4" : type, array));
        } else {
            statement.setObject(parameter, value);
        }
    }

    private static String lines(ResultSet rows) throws SQLException {
        StringBuilder plan = new StringBuilder();
        while (rows.next()) {
            plan.append(rows.getString(1)).append('\n');
        }
        return plan.toString();
    }
}
