package dev.ragkit.pgvector;

import dev.ragkit.Embedding;
import dev.ragkit.pgvector.Finding.Kind;
import java.sql.SQLException;
import java.util.List;

/** Whether statements use the index over the embeddings, by the planner's word and the settings of this session. */
final class PlanChecks {
    private static final String INDEX_VALID = """
            SELECT coalesce((SELECT i.indisvalid AND i.indisready FROM pg_catalog.pg_index i
                    WHERE i.indexrelid = to_regclass(?)), false)
                AND coalesce((SELECT c.reltuples FROM pg_catalog.pg_class c WHERE c.oid = to_regclass(?)), 0) >= ?""";

    private static final String EF_SEARCH =
            "SELECT setting::int, source FROM pg_catalog.pg_settings WHERE name = 'hnsw.ef_search'";

    private static final String SWITCHED_OFF = """
            SELECT name FROM pg_catalog.pg_settings
            WHERE name LIKE 'enable\\_%' AND vartype = 'bool' AND boot_val = 'on' AND setting = 'off'
            ORDER BY name""";

    private static final String PAGE_COST = "SELECT current_setting('random_page_cost')";

    private final Session session;
    private final int limit;

    PlanChecks(Session session, int limit) {
        this.session = session;
        this.limit = limit;
    }

    /** A setting, and where its value comes from. */
    private record Setting(int value, String source) {}

    void examine(Checkup checkup) throws SQLException {
        Tables tables = checkup.tables();
        boolean worthIt = checkup.one(
                INDEX_VALID, row -> row.getBoolean(1), tables.vectorIndex(), tables.chunk(), IndexChecks.MANY_CHUNKS);
        if (checkup.isHnsw()) {
            efSearch(checkup);
        }
        if (worthIt) {
            byHand(checkup);
            ofTheStore(checkup);
        }
    }

    /** The statement of the store, which makes settings for the rest of the transaction: so this comes last. */
    private void ofTheStore(Checkup checkup) throws SQLException {
        List<String> switchedOff = checkup.list(SWITCHED_OFF, row -> row.getString(1));
        SearchSql sql = new SearchSql(checkup.tables(), checkup.definition(), checkup.extension());
        VectorSearch search =
                new VectorSearch(Routing.toPrimary(session), sql, checkup.definition(), SearchPlan.ofDefaults());
        Embedding any = first(checkup.definition().space().dimensions());
        if (isIndexed(search.explain(checkup.connection(), any, limit))) {
            return;
        }
        String database = checkup.database();
        checkup.add(
                Kind.SEARCH_WITHOUT_INDEX,
                "the planner does not use the index for searches of the store; switched off: "
                        + (switchedOff.isEmpty() ? "nothing" : String.join(", ", switchedOff)),
                "A search looks at every chunk, or sorts them. What is said here holds for new sessions; set by the driver or"
                        + " the pool, it is to be taken out there.",
                switchedOff.stream()
                        .map(name -> "ALTER DATABASE " + database + " SET " + name + " = on")
                        .toArray(String[]::new));
    }

    /** The statement that one writes by hand, under the session's settings and then with a cheaper page. */
    private void byHand(Checkup checkup) throws SQLException {
        if (isIndexed(checkup)) {
            return;
        }
        String cost = checkup.one(PAGE_COST, row -> row.getString(1));
        checkup.one("SELECT set_config('random_page_cost', '1.1', true)", row -> row.getString(1));
        boolean mended = isIndexed(checkup);
        checkup.one("SELECT set_config('random_page_cost', ?, true)", row -> row.getString(1), cost);
        if (mended) {
            checkup.add(
                    Kind.PLANNER_PREFERS_SCAN,
                    "a statement by hand that orders by what the index is over, LIMIT " + limit
                            + ", scans the table: random_page_cost is " + cost,
                    "Searches of the store use the index all the same; statements of your own do not. On solid state disks, or"
                            + " where most is in memory, a page out of order costs hardly more than the next one. It holds for"
                            + " new sessions of this database.",
                    "ALTER DATABASE " + checkup.database() + " SET random_page_cost = 1.1");
        }
    }

    private boolean isIndexed(Checkup checkup) throws SQLException {
        Definition definition = checkup.definition();
        Extension extension = checkup.extension();
        String type = extension.type(definition.type());
        String text = "EXPLAIN SELECT c.document_id, c.ordinal, c.text FROM "
                + checkup.tables().chunk() + " c ORDER BY "
                + definition.indexDistance(extension, "c.embedding", "CAST(? AS " + type + ")") + " LIMIT ?";
        VectorParameter.register(checkup.connection(), type);
        VectorParameter query = new VectorParameter(first(definition.space().dimensions()), definition.type(), type);
        return isIndexed(checkup.list(text, row -> row.getString(1), query, limit));
    }

    /** Only an index that gives rows in an order says "Order By"; which one, there is no choice of. */
    private static boolean isIndexed(List<String> plan) {
        return plan.stream().anyMatch(line -> line.contains(" Order By: "));
    }

    private static Embedding first(int dimensions) {
        float[] values = new float[dimensions];
        values[0] = 1;
        return Embedding.of(values);
    }

    /** The setting is known once the library is loaded, which a vector does. */
    private void efSearch(Checkup checkup) throws SQLException {
        String type = checkup.extension().type(VectorType.VECTOR);
        checkup.one("SELECT CAST('[1]' AS " + type + ")", row -> true);
        for (Setting setting : checkup.list(EF_SEARCH, row -> new Setting(row.getInt(1), row.getString(2)))) {
            if (setting.value < limit) {
                checkup.add(
                        Kind.EF_SEARCH_BELOW_LIMIT,
                        "hnsw.ef_search is " + setting.value + " (source: " + setting.source
                                + "), and searches ask for " + limit,
                        "Searches of the store use their own value; statements of your own get at most that many rows. What is"
                                + " said here holds for new sessions; set by the driver or the pool, it is to be taken out"
                                + " there.",
                        reset(checkup, setting.source));
            }
        }
    }

    private String reset(Checkup checkup, String source) throws SQLException {
        return switch (source) {
            case "user" -> "ALTER ROLE " + checkup.role() + " RESET hnsw.ef_search";
            case "database user" ->
                "ALTER ROLE " + checkup.role() + " IN DATABASE " + checkup.database() + " RESET hnsw.ef_search";
            case "database" -> "ALTER DATABASE " + checkup.database() + " RESET hnsw.ef_search";
            default ->
                "ALTER ROLE " + checkup.role() + " IN DATABASE " + checkup.database() + " SET hnsw.ef_search = "
                        + Math.max(limit, SearchPlan.DEFAULT_EF_SEARCH);
        };
    }
}
