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
                fill(STATS));
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

    private String fill(String text) {
        return text.replace("{registry}", tables.registry())
                .replace("{document}", tables.document())
                .replace("{chunk}", tables.chunk())
                .replace("{term}", tables.term())
                .replace("{stats}", tables.stats())
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
