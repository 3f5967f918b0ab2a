package dev.ragkit.pgvector;

/**
 * Every statement on the rows of a collection. The texts depend on the collection's names, metric and language alone and are
 * fixed at construction; whatever a caller gives is bound.
 *
 * <p>{@code OFFSET 0} keeps the planner from merging a subquery into the query around it: no approximate index can then serve
 * an exact search. Two statements in one text share a round trip and a transaction, so a setting that the first one makes
 * for the transaction holds when the second is planned, and is gone afterwards. The driver keeps them together as long as it
 * knows the types of all parameters, so none is left to the server to find out.
 */
final class Sql {
    /** Longer lexemes would not fit the key of the term table beside a tenant. */
    private static final int MAX_COUNTED_LEXEME = 512;

    private final Tables tables;
    private final Definition definition;
    private final Extension extension;

    /** The type of the embeddings, qualified; also the name by which the driver finds it. */
    final String vectorType;

    /** The type of an array of them. */
    final String vectorArrayType;

    final String upsertDocuments;
    final String copyChunks;
    final String insertChunks;
    final String swapChunks;
    final String dropTerms;
    final String lockDocuments;
    final String deleteDocuments;
    final String versions;
    final Filterable documentIds;
    final Filterable searchIndex;
    final Filterable searchExact;
    final String estimate;
    final String terms;
    final Filterable rank;

    /** What reads the texts, and what transactions that write begin with. */
    final TenantSetting tenantSetting;

    /** A statement in two texts: one for all rows, and one with a filter bound as its last parameter but for the limit. */
    record Filterable(String all, String filtered) {
        String text(boolean filter) {
            return filter ? filtered : all;
        }
    }

    Sql(Tables tables, Definition definition, Extension extension) {
        this.tables = tables;
        this.definition = definition;
        this.extension = extension;
        tenantSetting = new TenantSetting(definition.tenancy());
        vectorType = extension.type(definition.type());
        vectorArrayType = extension.arrayType(definition.type());
        upsertDocuments = fill(UPSERT_DOCUMENTS);
        copyChunks = fill(COPY_CHUNKS);
        insertChunks = fill(INSERT_CHUNKS);
        swapChunks = fill(SWAP_CHUNKS);
        dropTerms = fill(DROP_TERMS);
        lockDocuments = fill(LOCK_DOCUMENTS);
        deleteDocuments = fill(DELETE_DOCUMENTS);
        versions = tenantSetting.naming(fill(VERSIONS));
        documentIds = filterable(DOCUMENT_IDS);
        searchIndex = filterable(extension.scansIteratively() ? TUNE_ITERATIVE + SEARCH_INDEX : TUNE + SEARCH_INDEX);
        searchExact = filterable(PLAN_EACH + SEARCH_EXACT);
        estimate = tenantSetting.naming(fill(ESTIMATE));
        terms = tenantSetting.naming(fill(TERMS));
        rank = filterable(PLAN_EACH + RANK);
    }

    private Filterable filterable(String text) {
        String filled = tenantSetting.naming(fill(text));
        return new Filterable(
                filled.replace("{filter}", ""), filled.replace("{filter}", "AND c.metadata @@ CAST(? AS jsonpath)"));
    }

    private String fill(String text) {
        return text.replace("{document}", tables.document())
                .replace("{chunk}", tables.chunk())
                .replace("{term}", tables.term())
                .replace("{stats}", tables.stats())
                .replace("{index}", tables.vectorIndex())
                .replace("{vector}", extension.type(definition.type()))
                .replace("{operator}", extension.operator(definition.vectors().operator()))
                .replace("{lexemes}", definition.lexemesOf("?"))
                .replace("{counted}", Integer.toString(MAX_COUNTED_LEXEME));
    }

    // ---- writing ---------------------------------------------------------------------------------------------------

    /** Locks the documents in the order of their ids, which is the same for every writer, and gives each its new version. */
    private static final String UPSERT_DOCUMENTS = """
            INSERT INTO {document} AS d
                (tenant, id, version, fingerprint, source, metadata, text, chunk_count, updated_at)
            SELECT ?, n.id, 1, n.fingerprint, n.source, CAST(n.metadata AS jsonb), n.text, n.chunk_count, now()
            FROM unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::int[])
                AS n(id, fingerprint, source, metadata, text, chunk_count)
            ORDER BY n.id COLLATE "C"
            ON CONFLICT (tenant, id) DO UPDATE SET
                version = d.version + 1, fingerprint = excluded.fingerprint, source = excluded.source,
                metadata = excluded.metadata, text = excluded.text, chunk_count = excluded.chunk_count,
                updated_at = excluded.updated_at
            RETURNING d.id, d.version""";

    private static final String COPY_CHUNKS = """
            COPY {chunk} (tenant, document_id, version, ordinal, start_offset, words, text, source, metadata, embedding)
            FROM STDIN (FORMAT BINARY)""";

    /** What {@code COPY} does, where row level security does not take one. */
    private static final String INSERT_CHUNKS = """
            INSERT INTO {chunk}
                (tenant, document_id, version, ordinal, start_offset, words, text, source, metadata, embedding)
            SELECT ?, n.document_id, n.version, n.ordinal, n.start_offset, n.words, n.text, n.source,
                CAST(n.metadata AS jsonb), n.embedding
            FROM unnest(?::text[], ?::int8[], ?::int4[], ?::int4[], ?::int4[], ?::text[], ?::text[], ?::text[], CAST(? AS {vector}[]))
                AS n(document_id, version, ordinal, start_offset, words, text, source, metadata, embedding)""";

    /**
     * Removes the chunks of all versions but those given, and carries what came and went over to the counters. It touches the
     * rows that all writers share, so it comes last and in the order of the lexemes. The statement of a {@code WITH} that nobody
     * reads from runs after the others, so the tenant's one row is locked for the shortest time.
     */
    private static final String SWAP_CHUNKS = """
            WITH kept AS (
                SELECT k.id, k.version FROM unnest(?::text[], ?::bigint[]) AS k(id, version)
            ), removed AS (
                DELETE FROM {chunk} c USING kept k
                WHERE c.tenant = ? AND c.document_id = k.id AND c.version <> k.version
                RETURNING c.tsv, c.words
            ), change AS (
                SELECT tsv, words, -1 AS sign FROM removed
                UNION ALL
                SELECT c.tsv, c.words, 1 FROM kept k
                JOIN {chunk} c ON c.tenant = ? AND c.document_id = k.id AND c.version = k.version
            ), counted AS (
                INSERT INTO {term} AS t (tenant, lexeme, df)
                SELECT ?, l.lexeme, sum(change.sign)
                FROM change CROSS JOIN LATERAL unnest(tsvector_to_array(change.tsv)) AS l(lexeme)
                WHERE octet_length(l.lexeme) <= {counted}
                GROUP BY l.lexeme HAVING sum(change.sign) <> 0
                ORDER BY l.lexeme COLLATE "C"
                ON CONFLICT (tenant, lexeme) DO UPDATE SET df = t.df + excluded.df
                RETURNING t.lexeme, t.df
            ), totals AS (
                INSERT INTO {stats} AS s (tenant, chunks, words)
                SELECT ?, sum(sign), sum(sign * words) FROM change HAVING count(*) > 0
                ON CONFLICT (tenant) DO UPDATE SET
                    chunks = s.chunks + excluded.chunks, words = s.words + excluded.words
            )
            SELECT lexeme FROM counted WHERE df <= 0""";

    private static final String DROP_TERMS = """
            DELETE FROM {term} WHERE tenant = ? AND lexeme = ANY(?) AND df <= 0""";

    private static final String LOCK_DOCUMENTS = """
            SELECT id FROM {document} WHERE tenant = ? AND id = ANY(?) ORDER BY id FOR UPDATE""";

    private static final String DELETE_DOCUMENTS = """
            DELETE FROM {document} WHERE tenant = ? AND id = ANY(?)""";

    // ---- reading documents -----------------------------------------------------------------------------------------

    private static final String VERSIONS = """
            SELECT d.id, d.fingerprint, d.chunk_count = (
                SELECT count(*) FROM {chunk} c
                WHERE c.tenant = d.tenant AND c.document_id = d.id AND c.version = d.version) AS intact
            FROM {document} d WHERE d.tenant = ? AND d.id = ANY(?)""";

    private static final String DOCUMENT_IDS = """
            SELECT c.id FROM {document} c
            WHERE c.tenant = ? AND c.id > ? {filter}
            ORDER BY c.id LIMIT ?""";

    // ---- searching by embedding ------------------------------------------------------------------------------------

    /**
     * Only the index gives rows in the order asked for, so without sorting the planner has no other way; left to itself it takes
     * the table for cheaper than it is, because the vectors lie beside it. Sorting the few hits at the end costs nothing but a
     * high estimate, which would wake the compiler of expressions.
     */
    private static final String TUNE = """
            SELECT set_config('hnsw.ef_search', greatest(
                    CAST(nullif(current_setting('hnsw.ef_search', true), '') AS int), ?)::text, true),
                set_config('ivfflat.probes', greatest(
                    CAST(nullif(current_setting('ivfflat.probes', true), '') AS int), ?)::text, true),
                set_config('enable_sort', 'off', true), set_config('jit', 'off', true);
            """;

    /** From pgvector 0.8 on a scan goes on while rows are missing. */
    private static final String TUNE_ITERATIVE = TUNE.replace(
            "set_config('enable_sort'",
            "set_config('hnsw.iterative_scan', 'relaxed_order', true),\n"
                    + "    set_config('ivfflat.iterative_scan', 'relaxed_order', true),\n    set_config('enable_sort'");

    /**
     * One row or more, the first column telling whether the index was used: it has to be there and valid, and the tenant's rows so
     * many that looking at each would take longer. Nor is it used where the settings are not in force, because the driver did
     * not send both statements in one transaction.
     */
    private static final String SEARCH_INDEX = """
            WITH gate AS MATERIALIZED (
                SELECT CASE
                    WHEN current_setting('enable_sort') <> 'off' THEN -1
                    WHEN s.chunks::float8 * s.chunks > ? * greatest(t.reltuples, s.chunks)
                        AND i.indisvalid AND i.indisready THEN 1
                    ELSE 0 END AS state
                FROM {stats} s
                JOIN pg_catalog.pg_class t ON t.oid = '{chunk}'::regclass
                LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = to_regclass('{index}')
                WHERE s.tenant = ?
            )
            SELECT gate.state, c.document_id, c.ordinal, c.start_offset, c.text, c.source, c.metadata, c.distance
            FROM gate LEFT JOIN LATERAL (
                SELECT c.document_id, c.ordinal, c.start_offset, c.text, c.source, c.metadata,
                    c.embedding {operator} CAST(? AS {vector}) AS distance
                FROM {chunk} c
                WHERE gate.state = 1 AND c.tenant = ? {filter}
                ORDER BY distance LIMIT ?
            ) c ON true
            ORDER BY c.distance + 0, c.document_id, c.ordinal""";

    /** What to look at depends on the values bound, so a plan made for any value would be a bad one. */
    private static final String PLAN_EACH = """
            SELECT set_config('plan_cache_mode', 'force_custom_plan', true), set_config('jit', 'off', true);
            """;

    private static final String SEARCH_EXACT = """
            SELECT 1, c.document_id, c.ordinal, c.start_offset, c.text, c.source, c.metadata, c.distance
            FROM (
                SELECT c.document_id, c.ordinal, c.start_offset, c.text, c.source, c.metadata,
                    c.embedding {operator} CAST(? AS {vector}) AS distance
                FROM {chunk} c
                WHERE c.tenant = ? {filter}
                OFFSET 0
            ) c
            ORDER BY c.distance, c.document_id, c.ordinal LIMIT ?""";

    private static final String ESTIMATE = """
            EXPLAIN (FORMAT JSON) SELECT FROM {chunk} c WHERE c.tenant = ? AND c.metadata @@ CAST(? AS jsonpath);
            SELECT reltuples FROM pg_catalog.pg_class WHERE oid = '{chunk}'::regclass""";

    // ---- searching by words ----------------------------------------------------------------------------------------

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
            )
            SELECT 1, c.document_id, c.ordinal, c.start_offset, c.text, c.source, c.metadata, c.score
            FROM (
                SELECT c.*, (
                    SELECT sum(q.weight * f.tf / (f.tf + 0.3 + ? * c.words))
                    FROM query q CROSS JOIN LATERAL (
                        SELECT round(1 / (1.6449340668482264 * (1 - ts_rank('{1,1,1,1}', c.lexemes, q.lexeme))) - 0.5) AS tf
                    ) f) AS score
                FROM (
                    SELECT c.document_id, c.ordinal, c.start_offset, c.words, c.text, c.source, c.metadata,
                        setweight(c.tsv, 'D') AS lexemes
                    FROM {chunk} c
                    WHERE c.tsv @@ CAST(? AS tsquery) AND c.tenant = ? {filter}
                    OFFSET 0
                ) c
                OFFSET 0
            ) c
            ORDER BY c.score DESC, c.document_id, c.ordinal LIMIT ?""";
}
