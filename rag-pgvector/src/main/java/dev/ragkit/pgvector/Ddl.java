package dev.ragkit.pgvector;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
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

    List<String> createTables() {
        return List.of(
                fill(REGISTRY),
                fill(DOCUMENT),
                fill(CHUNK),
                fill(CHUNK_METADATA),
                fill(CHUNK_TSV),
                fill(TERM),
                fill(STATS),
                fill(ESTIMATE),
                fill(ROWS));
    }

    String createVectorIndex() {
        return fill(CHUNK_VECTOR);
    }

    String dropVectorIndex() {
        return "DROP INDEX IF EXISTS " + tables.vectorIndex();
    }

    boolean hasRows(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("SELECT FROM " + tables.chunk() + " LIMIT 1");
                ResultSet rows = statement.executeQuery()) {
            return rows.next();
        }
    }

    String analyze() {
        return "ANALYZE " + tables.chunk();
    }

    String dropTables() {
        return "DROP TABLE IF EXISTS " + tables.chunk() + ", " + tables.document() + ", " + tables.term() + ", "
                + tables.stats();
    }

    String dropFunctions() {
        return "DROP FUNCTION IF EXISTS " + tables.estimate() + "(text, jsonpath), " + tables.rows() + "()";
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
                .replace("{vector_index}", tables.index("vector"))
                .replace("{metadata_index}", tables.index("metadata"))
                .replace("{tsv_index}", tables.index("tsv"))
                .replace("{vector}", extension.type(definition.type()))
                .replace("{dimensions}", Integer.toString(definition.space().dimensions()))
                .replace("{lexemes}", definition.lexemesOf("text"))
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
            )""";

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
            )""";

    private static final String CHUNK_METADATA = """
            CREATE INDEX IF NOT EXISTS {metadata_index} ON {chunk} USING gin (metadata jsonb_path_ops)""";

    private static final String CHUNK_TSV = """
            CREATE INDEX IF NOT EXISTS {tsv_index} ON {chunk} USING gin (tsv)""";

    private static final String CHUNK_VECTOR = """
            CREATE INDEX IF NOT EXISTS {vector_index} ON {chunk}
                USING {method} ({indexed} {operators}) WITH ({parameters})""";

    /** EXPLAIN is the only way to ask the planner; in a function it costs no round trip. */
    private static final String ESTIMATE = """
            CREATE OR REPLACE FUNCTION {estimate}(tenant text, filter jsonpath) RETURNS float8[] LANGUAGE plpgsql AS $body$
            DECLARE
                plan json;
            BEGIN
                EXECUTE $sql$
                    EXPLAIN (FORMAT JSON) SELECT FROM {chunk} c
                    WHERE c.tenant = $1 AND c.metadata OPERATOR(pg_catalog.@@) $2
                $sql$ INTO plan USING tenant, filter;
                RETURN ARRAY[
                    plan OPERATOR(pg_catalog.#>>) '{0,Plan,Plan Rows}', plan OPERATOR(pg_catalog.#>>) '{0,Plan,Total Cost}'];
            END
            $body$""";

    /**
     * Infinite where there is no valid index. Said to be immutable, so that it is called when a plan is made and not each time it is
     * used; whatever changes its result (an index, VACUUM, ANALYZE) makes the server throw away the plans on the table.
     */
    private static final String ROWS = """
            CREATE OR REPLACE FUNCTION {rows}() RETURNS float8 IMMUTABLE LANGUAGE plpgsql AS $body$
            BEGIN
                RETURN (
                    SELECT CASE WHEN i.indisvalid AND i.indisready THEN t.reltuples ELSE 'Infinity' END
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
