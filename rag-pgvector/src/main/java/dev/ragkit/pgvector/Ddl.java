package dev.ragkit.pgvector;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** The statements that make and remove a collection's tables. They depend on the collection's names and definition alone. */
final class Ddl {
    private final Tables tables;
    private final Definition definition;
    private final Extension extension;

    Ddl(Tables tables, Definition definition, Extension extension) {
        this.tables = tables;
        this.definition = definition;
        this.extension = extension;
    }

    static String createExtension() {
        return "CREATE EXTENSION IF NOT EXISTS vector";
    }

    String createSchema() {
        return "CREATE SCHEMA IF NOT EXISTS " + Tables.quoted(tables.schema());
    }

    String createRegistry() {
        return fill(REGISTRY);
    }

    List<String> createTables() {
        TenantDdl byTenant = new TenantDdl(tables, definition.tenancy());
        List<String> statements = new ArrayList<>(List.of(fill(DOCUMENT)));
        statements.addAll(byTenant.documentPartitions());
        statements.add(fill(CHUNK));
        statements.addAll(byTenant.chunkPartitions());
        statements.addAll(List.of(fill(TERM), fill(STATS), fill(ROWS)));
        statements.addAll(createEstimates());
        statements.addAll(byTenant.policies());
        return statements;
    }

    /** What says how many rows a filter matches; made anew where the keys with an index change. */
    List<String> createEstimates() {
        if (definition.rangeKeys().isEmpty()) {
            return List.of(fill(ESTIMATE));
        }
        StringBuilder cases = new StringBuilder();
        for (String key : definition.rangeKeys()) {
            cases.append(ESTIMATE_OF_KEY
                    .replace("{key}", key)
                    .replace("{number}", Definition.Lookup.number("c.metadata", key)));
        }
        return List.of(fill(ESTIMATE), fill(ESTIMATE_OF_RANGE.replace("{cases}", cases)));
    }

    /** Those over metadata and words, which each collection has. */
    List<ChunkIndex> filterIndexes() {
        List<ChunkIndex> indexes = new ArrayList<>(List.of(metadataIndex(), wordIndex()));
        definition.rangeKeys().forEach(key -> indexes.add(rangeIndex(key)));
        return indexes;
    }

    /** Over the numbers under a key, by tenant. */
    ChunkIndex rangeIndex(String key) {
        return new ChunkIndex(
                tables,
                tables.rangeIndexName(key),
                fill(CHUNK_RANGE).replace("{number}", Definition.Lookup.number("metadata", key)));
    }

    ChunkIndex metadataIndex() {
        return index("metadata", CHUNK_METADATA);
    }

    ChunkIndex wordIndex() {
        return index("tsv", CHUNK_TSV);
    }

    /** The index over the embeddings; only for a definition that has one. */
    ChunkIndex vectorIndex() {
        return index("vector", CHUNK_VECTOR);
    }

    private ChunkIndex index(String suffix, String text) {
        return new ChunkIndex(tables, tables.indexName(suffix), fill(text));
    }

    /** Conflicts with itself and with whatever builds an index, and lets readers and writers through. */
    String lockChunks() {
        return "LOCK TABLE " + tables.chunk() + " IN SHARE UPDATE EXCLUSIVE MODE";
    }

    /** What holds for each connection, as a setting of a session would not. */
    String buildWithOneProcess() {
        return "ALTER TABLE " + tables.chunk() + " SET (parallel_workers = 0)";
    }

    String buildWithAnyProcesses() {
        return "ALTER TABLE " + tables.chunk() + " RESET (parallel_workers)";
    }

    String renameIndex(String from, String to) {
        return "ALTER INDEX " + tables.qualified(from) + " RENAME TO " + Tables.quoted(to);
    }

    /** Cannot stand in a transaction. */
    String dropIndexConcurrently(String name) {
        return "DROP INDEX CONCURRENTLY IF EXISTS " + tables.qualified(name);
    }

    String dropIndex(String name) {
        return "DROP INDEX IF EXISTS " + tables.qualified(name);
    }

    /** Under row level security nobody sees the rows of all tenants, the owner included; but there are files with something in. */
    boolean hasRows(Connection connection) throws SQLException {
        String text =
                definition.tenancy().isStrict() ? fill(FILLED_FILES) : "SELECT FROM " + tables.chunk() + " LIMIT 1";
        try (PreparedStatement statement = connection.prepareStatement(text);
                ResultSet rows = statement.executeQuery()) {
            return rows.next();
        }
    }

    String analyze() {
        return "ANALYZE " + tables.chunk();
    }

    /** In the order in which writers lock them. */
    String dropTables() {
        return "DROP TABLE IF EXISTS " + tables.document() + ", " + tables.chunk() + ", " + tables.term() + ", "
                + tables.stats();
    }

    String dropFunctions() {
        return "DROP FUNCTION IF EXISTS " + tables.estimateOfFilter() + ", " + tables.estimateOfRange() + ", "
                + tables.rows() + "()";
    }

    private String fill(String text) {
        return text.replace("{registry}", tables.registry())
                .replace("{document}", tables.document())
                .replace("{chunk}", tables.chunk())
                .replace("{term}", tables.term())
                .replace("{stats}", tables.stats())
                .replace("{rows}", tables.rows())
                .replace("{estimate}", tables.estimate())
                .replace("{qualified_index}", tables.vectorIndex())
                .replace("{vector}", extension.type(definition.type()))
                .replace("{dimensions}", Integer.toString(definition.space().dimensions()))
                .replace("{lexemes}", definition.lexemesOf("text"))
                .replace("{reltuples}", new TenantDdl(tables, definition.tenancy()).rowsInReach())
                .replace("{by_tenant}", new TenantDdl(tables, definition.tenancy()).partitioning())
                .replace("{method}", definition.index().method())
                .replace("{indexed}", indexed())
                .replace("{parameters}", definition.index().parameters())
                .replace(
                        "{operators}",
                        extension.operatorClass(definition.vectors().operatorClass()));
    }

    /** An expression stands in parentheses, a column does not need them. */
    private String indexed() {
        String indexed = definition.indexed(extension, "embedding");
        return definition.index().isBinary() ? "(" + indexed + ")" : indexed;
    }

    private static final String REGISTRY = """
            CREATE TABLE IF NOT EXISTS {registry} (
                name           text COLLATE "C" PRIMARY KEY,
                schema_version int NOT NULL,
                space          jsonb NOT NULL,
                metric         text NOT NULL,
                vector_type    text NOT NULL,
                vector_index   jsonb NOT NULL,
                text_search    text NOT NULL,
                range_keys     jsonb NOT NULL,
                tenancy        jsonb NOT NULL,
                created_at     timestamptz NOT NULL DEFAULT now()
            )""";

    private static final String DOCUMENT = """
            CREATE TABLE IF NOT EXISTS {document} (
                tenant      text COLLATE "C" NOT NULL,
                id          text COLLATE "C" NOT NULL,
                version     bigint NOT NULL,
                fingerprint text NOT NULL,
                source      text NOT NULL,
                metadata    jsonb NOT NULL CHECK (jsonb_typeof(metadata) = 'object'),
                text        text NOT NULL,
                chunk_count int NOT NULL,
                updated_at  timestamptz NOT NULL DEFAULT now(),
                PRIMARY KEY (tenant, id)
            ){by_tenant}""";

    private static final String CHUNK = """
            CREATE TABLE IF NOT EXISTS {chunk} (
                tenant       text COLLATE "C" NOT NULL,
                document_id  text COLLATE "C" NOT NULL,
                version      bigint NOT NULL,
                ordinal      int NOT NULL,
                start_offset int NOT NULL,
                words        int NOT NULL,
                text         text NOT NULL,
                source       text NOT NULL,
                metadata     jsonb NOT NULL CHECK (jsonb_typeof(metadata) = 'object'),
                embedding    {vector}({dimensions}) NOT NULL,
                tsv          tsvector NOT NULL GENERATED ALWAYS AS (
                    {lexemes}) STORED,
                PRIMARY KEY (tenant, document_id, version, ordinal),
                FOREIGN KEY (tenant, document_id) REFERENCES {document} (tenant, id) ON DELETE CASCADE
            ){by_tenant}""";

    private static final String CHUNK_METADATA = """
            ON {chunk} USING gin (metadata jsonb_path_ops)""";

    private static final String CHUNK_RANGE = """
            ON {chunk}
                USING btree (tenant, {number})""";

    private static final String CHUNK_TSV = """
            ON {chunk} USING gin (tsv)""";

    private static final String CHUNK_VECTOR = """
            ON {chunk}
                USING {method} ({indexed} {operators}) WITH ({parameters})""";

    private static final String FILLED_FILES = """
            SELECT FROM pg_catalog.pg_class c
            WHERE (c.oid = '{chunk}'::regclass
                OR c.oid IN (SELECT i.inhrelid FROM pg_catalog.pg_inherits i WHERE i.inhparent = '{chunk}'::regclass))
                AND pg_relation_size(c.oid) > 0
            LIMIT 1""";

    /**
     * EXPLAIN is the only way to ask the planner; in a function it costs no round trip. IS TRUE keeps a filter from the index over
     * metadata, of which the planner believes that it can be read from end to end for next to nothing. The index over metadata finds the rows where
     * the filter is to be checked again; the primary key may find those of the tenant by a bitmap, too.
     */
    private static final String ESTIMATE = """
            CREATE OR REPLACE FUNCTION {estimate}(tenant text, filter jsonpath, lookup boolean)
            RETURNS float8[]
            LANGUAGE plpgsql SET random_page_cost = 1.1 AS $body$
            DECLARE
                plan json;
            BEGIN
                IF lookup THEN
                    EXECUTE $sql$
                        EXPLAIN (FORMAT JSON) SELECT FROM {chunk} c
                        WHERE c.tenant = $1 AND c.metadata OPERATOR(pg_catalog.@@) $2
                    $sql$ INTO plan USING tenant, filter;
                ELSE
                    EXECUTE $sql$
                        EXPLAIN (FORMAT JSON) SELECT FROM {chunk} c
                        WHERE c.tenant = $1 AND (c.metadata OPERATOR(pg_catalog.@@) $2) IS TRUE
                    $sql$ INTO plan USING tenant, filter;
                END IF;
                plan := plan OPERATOR(pg_catalog.#>) '{0,Plan}';
                RETURN ARRAY[
                    plan OPERATOR(pg_catalog.->>) 'Plan Rows',
                    plan OPERATOR(pg_catalog.->>) 'Total Cost',
                    CASE WHEN plan OPERATOR(pg_catalog.->>) 'Node Type' = 'Bitmap Heap Scan'
                        AND plan OPERATOR(pg_catalog.->>) 'Recheck Cond' OPERATOR(pg_catalog.~~) '%(metadata @@ %'
                        THEN '1' ELSE '0' END];
            END
            $body$""";

    /**
     * The range may be all that an index finds, and the filter may be all that is known of how many match: the less counts. A store
     * that was opened before the keys changed may ask for one that is gone.
     */
    private static final String ESTIMATE_OF_RANGE = """
            CREATE OR REPLACE FUNCTION {estimate}(tenant text, filter jsonpath, lookup boolean, key text, low numeric, high numeric)
            RETURNS float8[]
            LANGUAGE plpgsql SET random_page_cost = 1.1 AS $body$
            DECLARE
                found float8[] := {estimate}(tenant, filter, lookup);
                plan json;
            BEGIN
                CASE key{cases}
                    ELSE RETURN ARRAY[found[1], found[2], 0];
                END CASE;
                plan := plan OPERATOR(pg_catalog.#>) '{0,Plan}';
                RETURN ARRAY[
                    least(found[1], CAST(plan OPERATOR(pg_catalog.->>) 'Plan Rows' AS float8)),
                    least(found[2], CAST(plan OPERATOR(pg_catalog.->>) 'Total Cost' AS float8)),
                    CASE WHEN CAST(plan OPERATOR(pg_catalog.->>) 'Total Cost' AS float8) < found[2] THEN 1 ELSE 0 END];
            END
            $body$""";

    private static final String ESTIMATE_OF_KEY = """

                    WHEN '{key}' THEN EXECUTE $sql$
                        EXPLAIN (FORMAT JSON) SELECT FROM {chunk} c
                        WHERE c.tenant = $1
                            AND {number} BETWEEN $2 AND $3
                    $sql$ INTO plan USING tenant, low, high;""";

    /**
     * Infinite where there is no valid index. Said to be immutable, so that it is called when a plan is made and not each time it is
     * used; whatever changes its result (an index, VACUUM, ANALYZE) makes the server throw away the plans on the table.
     */
    private static final String ROWS = """
            CREATE OR REPLACE FUNCTION {rows}() RETURNS float8 IMMUTABLE LANGUAGE plpgsql AS $body$
            BEGIN
                RETURN (
                    SELECT CASE WHEN i.indisvalid AND i.indisready THEN {reltuples} ELSE 'Infinity' END
                    FROM pg_catalog.pg_class t
                    LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = pg_catalog.to_regclass('{qualified_index}')
                    WHERE t.oid = '{chunk}'::pg_catalog.regclass);
            END
            $body$""";

    private static final String TERM = """
            CREATE TABLE IF NOT EXISTS {term} (
                tenant text COLLATE "C" NOT NULL,
                lexeme text COLLATE "C" NOT NULL,
                df     bigint NOT NULL,
                PRIMARY KEY (tenant, lexeme)
            ) WITH (fillfactor = 70)""";

    private static final String STATS = """
            CREATE TABLE IF NOT EXISTS {stats} (
                tenant text COLLATE "C" PRIMARY KEY,
                chunks bigint NOT NULL,
                words  bigint NOT NULL
            ) WITH (fillfactor = 50)""";
}
