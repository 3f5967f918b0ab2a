package dev.ragkit.pgvector;

import dev.ragkit.KeywordIndex;
import java.util.List;

/**
 * Every statement that searches. The texts depend on the collection's names and definition alone and are fixed at
 * construction; whatever a caller gives is bound.
 *
 * <p>Statements of one text share a round trip and a transaction, so a setting that the first one makes for the transaction
 * holds when the next is planned, and is gone afterwards. The driver keeps them together as long as it knows the types of all
 * parameters, so none is left to the server to find out.
 *
 * <p>{@code OFFSET 0} and {@code MATERIALIZED} keep the planner from merging a subquery into the query around it: no approximate
 * index can then serve an exact search, and a filter stays above the count of the rows that it sees.
 */
final class SearchSql {
    private final Tables tables;
    private final Definition definition;
    private final Extension extension;

    /** The type of the embeddings, qualified; also the name by which the driver finds it. */
    final String vectorType;

    /** What reads the texts. */
    final TenantSetting tenantSetting;

    /** Through the index, or nothing. */
    final String index;

    /** How the planner would go through the index. */
    final String explain;

    /** Through the index, then exactly where that was not worth it or gave too few. */
    final Filterable any;

    /** Exactly. */
    final Filterable exact;

    /** The words of a question, with how many chunks hold them. */
    final String terms;

    /** The chunks with some of the words, ranked. */
    final Filterable rank;

    SearchSql(Tables tables, Definition definition, Extension extension) {
        this.tables = tables;
        this.definition = definition;
        this.extension = extension;
        vectorType = extension.type(definition.type());
        tenantSetting = new TenantSetting(definition.tenancy());
        String scan = definition.isRescored() ? SCAN_AND_RESCORE : SCAN;
        index = all(tune() + INDEX.replace("{scan}", scan));
        explain = all(tune() + "EXPLAIN " + INDEX.replace("{scan}", scan));
        any = filterable(tune().replaceFirst("SELECT ", "SELECT {pages} || ") + INDEX_OR_NEXT.replace("{scan}", scan)
                + ";\n" + EXACT.replace("{open}", OPEN));
        exact = filterable(PLAN_AS_BOUND + EXACT.replace("{open}", ""));
        terms = tenantSetting.naming(fill(TERMS));
        rank = filterable(PLAN_EACH + RANK);
    }

    /** The keys for which {@link Filterable#ranged} has texts. */
    List<String> rangeKeys() {
        return definition.rangeKeys();
    }

    private String all(String text) {
        return tenantSetting.naming(fill(text.replace("{estimated}", "NULL")
                .replace("{planning}", "'force_custom_plan'")
                .replace("{work}", "g.chunks * g.chunks")
                .replace("{exactly}", "0")
                .replace("{tuned}", "")
                .replace("{where}", "")
                .replace("{and}", "")));
    }

    private Filterable filterable(String text) {
        String some = text.replace("{exactly}", EXACTLY)
                .replace("{tuned}", tuneToFilter())
                .replace("{work}", WORK)
                .replace("{matching}", "g.estimated[1]")
                .replace("{where}", "WHERE " + MATCHES)
                .replace("{estimated}", ESTIMATED);
        String lookedUp = some.replace("{and}", "AND " + MATCHES + " {between}").replace("{lookup}", "true");
        String scanned =
                some.replace("{and}", "AND (" + MATCHES + ") IS TRUE {between}").replace("{lookup}", "false");
        return new Filterable(
                all(text),
                filtered(lookedUp.replace("{planning}", PLANNING)),
                filtered(scanned),
                definition.rangeKeys().stream()
                        .map(key -> ranged(lookedUp, key))
                        .toList(),
                definition.rangeKeys().stream().map(key -> ranged(scanned, key)).toList());
    }

    private String filtered(String text) {
        return tenantSetting.naming(fill(
                text.replace("{range}", "").replace("{between}", "").replace("{planning}", "'force_custom_plan'")));
    }

    private String ranged(String text, String key) {
        return tenantSetting.naming(fill(text.replace("{range}", IN_RANGE)
                .replace("{between}", BETWEEN)
                .replace("{planning}", "'force_custom_plan'")
                .replace("{key}", key)
                .replace("{number}", Definition.Lookup.number("c.metadata", key))));
    }

    private String fill(String text) {
        return text.replace("{pages}", RANDOM_PAGES)
                .replace("{columns}", "c.document_id, c.ordinal, c.start_offset, c.text, c.source, c.metadata")
                .replace("{distance}", definition.distance(extension, "c.embedding", parameter()))
                .replace("{order}", definition.indexDistance(extension, "c.embedding", parameter()))
                .replace("{chunk}", tables.chunk())
                .replace("{term}", tables.term())
                .replace("{stats}", tables.stats())
                .replace("{saturation}", Double.toString(KeywordIndex.K1 * (1 - KeywordIndex.B)))
                .replace("{rows}", tables.rows())
                .replace("{estimate}", tables.estimate())
                .replace("{lexemes}", definition.lexemesOf("?"))
                .replace("{counted}", Integer.toString(Sql.MAX_COUNTED_LEXEME));
    }

    private String parameter() {
        return "CAST(? AS " + vectorType + ")";
    }

    // ---- through the index -----------------------------------------------------------------------------------------

    /**
     * Only the index gives rows in the order asked for, so without sorting the planner has no other way; left to itself it takes
     * the table for cheaper than it is, because the vectors lie beside it. One plan serves all values, so it is made once a
     * connection. What little is sorted costs nothing but a high estimate, which would wake the compiler of expressions.
     * What the host has set is kept where it is more, unless it is what the extension itself sets.
     */
    private static final String TUNE = """
            SELECT set_config('enable_sort', 'off', true) || set_config('jit', 'off', true)
                || set_config('rag.search', 'tuned', true) || set_config('plan_cache_mode', 'force_generic_plan', true)
                || set_config('{breadth}', greatest(
                    CAST(nullif(nullif(current_setting('{breadth}', true), ''), '{default}') AS int), ?)::text,
                    true){iterative};
            """;

    /** From pgvector 0.8 on a scan goes on while rows are missing. */
    private String tune() {
        String method = definition.index().kind() == VectorIndex.Kind.IVFFLAT ? "ivfflat" : "hnsw";
        String iterative = extension.scansIteratively()
                ? "\n    || set_config('" + method + ".iterative_scan', 'relaxed_order', true)"
                : "";
        return TUNE.replace("{breadth}", method.equals("hnsw") ? "hnsw.ef_search" : "ivfflat.probes")
                .replace("{default}", method.equals("hnsw") ? "40" : "1")
                .replace("{iterative}", iterative);
    }

    /**
     * Whether to go through the index: its settings have to be in force, which they are not where the driver sent the statements one
     * by one; a setting of our own tells, as the host may make any other for its session. The index has to be there; and the rows
     * that match have to be so many that looking at each would take longer: an index scan of N rows that has to find k among the n
     * that match takes about k * N / n steps.
     */
    private static final String GATE = """
            WITH gate AS MATERIALIZED (
                SELECT CASE
                    WHEN current_setting('rag.search', true) IS DISTINCT FROM 'tuned' THEN -1
                    WHEN {work} > g.threshold * greatest({rows}(), g.chunks){tuned} THEN 1
                    ELSE {exactly} END AS state, {planning} AS planning
                FROM (
                    SELECT s.chunks, p.threshold, p.wanted, {estimated} AS estimated
                    FROM (SELECT CAST(? AS float8) AS threshold, CAST(? AS float8) AS wanted) p
                    LEFT JOIN (SELECT tenant, CAST(chunks AS float8) AS chunks FROM {stats}) s ON s.tenant = ?
                ) g
            )""";

    /** What the planner says of the filter: rows, and the cost of finding them. It is not asked where the tenant is small anyway. */
    private static final String ESTIMATED = """
            CASE WHEN s.chunks * s.chunks > p.threshold * greatest({rows}(), s.chunks)
                THEN {estimate}(lookup => {lookup}, tenant => s.tenant, filter => CAST(? AS jsonpath){range}) END""";

    private static final String IN_RANGE = ", key => '{key}', low => CAST(? AS numeric), high => CAST(? AS numeric)";

    private static final String MATCHES = "c.metadata @@ CAST(? AS jsonpath)";

    private static final String BETWEEN = "AND {number} BETWEEN CAST(? AS numeric) AND CAST(? AS numeric)";

    /** A filter that an index finds whatever its values are needs no plan of its own for the exact search. */
    private static final String PLANNING =
            "CASE WHEN g.estimated[3] = 1 THEN 'force_generic_plan' ELSE 'force_custom_plan' END";

    /** What is said of an exact search, for the next one with this filter. */
    private static final String EXACTLY = "CASE WHEN g.estimated[3] = 1 THEN 2 ELSE 0 END";

    /**
     * The rows that match times the time to find and compare them, in units of comparing one. The planner's unit of cost was measured to
     * be 1.25 of them, and half a row's time goes into finding it.
     */
    private static final String WORK = "g.estimated[1] * (1.25 * g.estimated[2] + 0.5 * g.estimated[1])";

    /**
     * A filter that lets one row in r through needs r times as many candidates. It ends where looking at each row that matches would
     * have taken as long.
     */
    private static final String TUNE_TO_FILTER = """

             AND set_config('hnsw.ef_search', CAST(CAST(least(1000, greatest(
                    CAST(current_setting('hnsw.ef_search') AS float8),
                    ceil(1.5 * g.wanted * greatest({rows}(), g.chunks) / {matching}))) AS int) AS text), true) <> ''
             AND set_config('hnsw.max_scan_tuples', CAST(CAST(least(1e9, greatest(
                    2 * g.wanted * greatest({rows}(), g.chunks) / {matching},
                    {work} / {matching} / 8)) AS int) AS text), true) <> ''""";

    private String tuneToFilter() {
        return definition.index().kind() == VectorIndex.Kind.HNSW && extension.scansIteratively() ? TUNE_TO_FILTER : "";
    }

    /** Rows in the order of the index, counted, until there are enough that match. */
    private static final String SCAN = """
            SELECT c.looked, {columns}, c.distance
            FROM (
                SELECT c.*, row_number() OVER () AS looked
                FROM (
                    SELECT {columns}, {order} AS distance
                    FROM {chunk} c WHERE gate.state = 1 AND c.tenant = ? ORDER BY distance OFFSET 0
                ) c
            ) c {where} LIMIT ?""";

    /** The same where the index orders by something coarser than the distance: more rows, the best of which are taken. */
    private static final String SCAN_AND_RESCORE = """
            SELECT *
            FROM (
                SELECT max(c.looked) OVER () AS looked, {columns}, {distance} AS distance
                FROM (
                    SELECT c.*
                    FROM (
                        SELECT c.*, row_number() OVER () AS looked
                        FROM (
                            SELECT {columns}, c.embedding
                            FROM {chunk} c WHERE gate.state = 1 AND c.tenant = ? ORDER BY {order} OFFSET 0
                        ) c
                    ) c {where} LIMIT ?
                ) c
            ) c ORDER BY c.distance LIMIT ?""";

    private static final String INDEX = GATE + """

            SELECT coalesce(c.looked, gate.state), {columns}, c.distance FROM gate LEFT JOIN LATERAL (
            {scan}
            ) c ON true""";

    /** The last row has the state and no chunk. Where there are too few, it opens the way for the statement after this one. */
    private static final String INDEX_OR_NEXT = GATE + """
            , found AS MATERIALIZED (
                SELECT c.* FROM gate CROSS JOIN LATERAL (
            {scan}
                ) c
            )
            SELECT * FROM found
            UNION ALL
            SELECT gate.state, NULL, NULL, NULL, NULL, NULL, NULL, NULL FROM gate
            WHERE (SELECT count(*) FROM found) >= ?
                OR set_config('enable_sort', 'on', true) || set_config('plan_cache_mode', gate.planning, true) <> ''""";

    // ---- exactly ---------------------------------------------------------------------------------------------------

    /** The pages of a collection that is searched are mostly in memory; what the host says is kept where it is less. */
    private static final String RANDOM_PAGES =
            "set_config('random_page_cost', least(CAST(current_setting('random_page_cost') AS float8), 1.1)::text, true)";

    /** What to look at depends on the values bound, so a plan made for any value would be a bad one. */
    private static final String PLAN_EACH = """
            SELECT {pages} || set_config('enable_sort', 'on', true) || set_config('jit', 'off', true)
                || set_config('plan_cache_mode', 'force_custom_plan', true);
            """;

    /** The same, where how to plan is known from an earlier search. */
    private static final String PLAN_AS_BOUND = PLAN_EACH.replace("'force_custom_plan'", "?");

    /** What the statement before opened. */
    private static final String OPEN = "current_setting('enable_sort') = 'on' AND";

    /** First distances and places alone, then the rows of the nearest: most rows are not carried further than that. */
    private static final String EXACT = """
            WITH near AS MATERIALIZED (
                SELECT c.tableoid AS part, c.ctid AS place, {distance} AS distance
                FROM {chunk} c WHERE {open} c.tenant = ? {and}
            )
            SELECT (SELECT count(*) FROM near), {columns}, n.distance
            FROM (
                SELECT * FROM near WHERE distance <= coalesce(
                    (SELECT distance FROM near ORDER BY distance OFFSET ? - 1 LIMIT 1), 'Infinity')
            ) n
            CROSS JOIN LATERAL (
                SELECT * FROM {chunk} c WHERE c.ctid = n.place AND c.tableoid = n.part AND c.tenant = ? OFFSET 0
            ) c
            ORDER BY n.distance, c.document_id, c.ordinal LIMIT ?""";

    // ---- by words --------------------------------------------------------------------------------------------------

    private static final String TERMS = """
            SELECT l.lexeme, CASE WHEN octet_length(l.lexeme) > {counted} THEN 1 ELSE t.df END, s.chunks, s.words
            FROM {stats} s
            CROSS JOIN unnest(tsvector_to_array({lexemes})) AS l(lexeme)
            LEFT JOIN {term} t ON t.tenant = s.tenant AND t.lexeme = l.lexeme
            WHERE s.tenant = ? AND (t.df > 0 OR octet_length(l.lexeme) > {counted})
            ORDER BY 2, 1""";

    /**
     * BM25. For a query of one lexeme and equal weights ts_rank is H(tf) / (pi^2 / 6), with H(n) = 1 + 1/4 + ... + 1/n^2; as pi^2/6
     * - H(n) lies between 1/(n + 1) and 1/n and close to 1/(n + 1/2), tf is found by rounding. That reads the positions at the speed
     * of C, and needs no table of postings. setweight gives all
     * positions the weight they have; what it is for is a copy that need not be unpacked again for each word.
     */
    private static final String RANK = """
            WITH query AS MATERIALIZED (
                SELECT CAST(q.lexeme AS tsquery) AS lexeme, q.weight
                FROM unnest(?::text[], ?::float8[]) AS q(lexeme, weight)
            ), scored AS MATERIALIZED (
                SELECT c.part, c.place, (
                    SELECT sum(q.weight * f.tf / (f.tf + {saturation} + ? * c.words))
                    FROM query q CROSS JOIN LATERAL (
                        SELECT round(1 / (1.6449340668482264 * (1 - ts_rank('{1,1,1,1}', c.lexemes, q.lexeme))) - 0.5) AS tf
                    ) f) AS score
                FROM (
                    SELECT c.tableoid AS part, c.ctid AS place, c.words, setweight(c.tsv, 'D') AS lexemes
                    FROM {chunk} c
                    WHERE c.tsv @@ CAST(? AS tsquery) AND c.tenant = ? {and}
                    OFFSET 0
                ) c
            )
            SELECT (SELECT count(*) FROM scored), {columns}, n.score
            FROM (
                SELECT * FROM scored WHERE score >= coalesce(
                    (SELECT score FROM scored ORDER BY score DESC OFFSET ? - 1 LIMIT 1), '-Infinity')
            ) n
            CROSS JOIN LATERAL (
                SELECT * FROM {chunk} c WHERE c.ctid = n.place AND c.tableoid = n.part AND c.tenant = ? OFFSET 0
            ) c
            ORDER BY n.score DESC, c.document_id, c.ordinal LIMIT ?""";
}
