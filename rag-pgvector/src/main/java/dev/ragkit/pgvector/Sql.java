package dev.ragkit.pgvector;

/**
 * Every statement that writes documents or reads them; those that search are in {@link SearchSql}. The texts depend on the
 * collection's names and definition alone and are fixed at construction; whatever a caller gives is bound.
 */
final class Sql {
    /** Longer lexemes would not fit the key of the term table beside a tenant. */
    static final int MAX_COUNTED_LEXEME = 512;

    final Tables tables;

    /** The type of an array of embeddings, qualified; also the name by which the driver finds it. */
    final String vectorArrayType;

    /** The type of the embeddings. */
    final String vectorType;

    /** What reads the texts, and what transactions that write begin with. */
    final TenantSetting tenantSetting;

    final String upsertDocuments;
    final String copyChunks;
    final String insertChunks;
    final String swapChunks;
    final String dropTerms;
    final String lockDocuments;
    final String deleteDocuments;
    final String versions;
    final Filterable documentIds;

    Sql(Tables tables, Definition definition, Extension extension) {
        this.tables = tables;
        vectorType = extension.type(definition.type());
        vectorArrayType = extension.arrayType(definition.type());
        tenantSetting = new TenantSetting(definition.tenancy());
        upsertDocuments = fill(UPSERT_DOCUMENTS);
        copyChunks = fill(COPY_CHUNKS);
        insertChunks = fill(INSERT_CHUNKS);
        swapChunks = fill(SWAP_CHUNKS);
        dropTerms = fill(DROP_TERMS);
        lockDocuments = fill(LOCK_DOCUMENTS);
        deleteDocuments = fill(DELETE_DOCUMENTS);
        versions = tenantSetting.naming(fill(VERSIONS));
        documentIds = filterable(DOCUMENT_IDS);
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
                .replace("{vector}", vectorType)
                .replace("{counted}", Integer.toString(MAX_COUNTED_LEXEME));
    }

    // ---- writing ---------------------------------------------------------------------------------------------------

    /**
     * Locks the documents in the order of their ids, which is the same for every writer, and gives each its new version. The number
     * of the old chunks stays until they are removed.
     */
    private static final String UPSERT_DOCUMENTS = """
            INSERT INTO {document} AS d
                (tenant, id, version, fingerprint, source, metadata, text, chunk_count, updated_at)
            SELECT ?, n.id, 1, n.fingerprint, n.source, CAST(n.metadata AS jsonb), n.text, n.chunk_count, now()
            FROM unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::int[])
                AS n(id, fingerprint, source, metadata, text, chunk_count)
            ORDER BY n.id COLLATE "C"
            ON CONFLICT (tenant, id) DO UPDATE SET
                version = d.version + 1, fingerprint = excluded.fingerprint, source = excluded.source,
                metadata = excluded.metadata, text = excluded.text, updated_at = excluded.updated_at
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
     *
     * <p>Where a document has not as many chunks as were written, somebody else put some in or took some out, and what there is was
     * not all counted. It is not subtracted: a count that is too high weighs a word a little less, one that is too low loses it.
     *
     * <p>The tenant's row of totals is written even if they stay the same: its version is that of the tenant's documents.
     */
    private static final String SWAP_CHUNKS = """
            WITH kept AS (
                SELECT k.id, k.version, d.chunk_count FROM unnest(?::text[], ?::bigint[]) AS k(id, version)
                JOIN {document} d ON d.tenant = ? AND d.id = k.id
            ), removed AS (
                DELETE FROM {chunk} c USING kept k
                WHERE c.tenant = ? AND c.document_id = k.id AND c.version <> k.version
                RETURNING c.document_id, c.tsv, c.words
            ), added AS (
                SELECT c.document_id, c.tsv, c.words FROM kept k
                JOIN {chunk} c ON c.tenant = ? AND c.document_id = k.id AND c.version = k.version
            ), intact AS (
                SELECT k.id FROM kept k JOIN removed r ON r.document_id = k.id
                GROUP BY k.id, k.chunk_count HAVING count(*) = k.chunk_count
            ), change AS (
                SELECT r.tsv, r.words, -1 AS sign FROM removed r JOIN intact i ON i.id = r.document_id
                UNION ALL
                SELECT tsv, words, 1 FROM added
            ), numbered AS (
                UPDATE {document} d SET chunk_count = n.chunks
                FROM (
                    SELECT k.id, count(a.document_id) AS chunks
                    FROM kept k LEFT JOIN added a ON a.document_id = k.id
                    WHERE k.version > 0 GROUP BY k.id
                ) n
                WHERE d.tenant = ? AND d.id = n.id AND d.chunk_count <> n.chunks
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
                SELECT ?, coalesce(sum(sign), 0), coalesce(sum(sign * words), 0) FROM change
                HAVING EXISTS (SELECT FROM kept)
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
}
