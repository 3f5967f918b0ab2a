package dev.ragkit.pgvector;

import java.util.List;

/** Every statement of the caches. The texts depend on checked names alone; whatever a caller gives is bound. */
final class CacheSql {
    private final CacheTables tables;

    CacheSql(CacheTables tables) {
        this.tables = tables;
    }

    private String fill(String text) {
        return text.replace("{embeddings}", tables.embeddings()).replace("{answers}", tables.answers());
    }

    // ---- tables ----------------------------------------------------------------------------------------------------

    String createSchema() {
        return "CREATE SCHEMA IF NOT EXISTS " + Tables.quoted(tables.schema());
    }

    List<String> createTables(Extension extension) {
        return List.of(
                fill(EMBEDDINGS),
                fill("ALTER TABLE {embeddings} ALTER COLUMN embedding SET STORAGE EXTERNAL"),
                fill("CREATE INDEX IF NOT EXISTS " + CacheTables.EMBEDDINGS + "_kept_at ON {embeddings} (kept_at)"),
                fill(ANSWERS).replace("{vector}", extension.type(VectorType.VECTOR)),
                fill("CREATE INDEX IF NOT EXISTS " + CacheTables.ANSWERS + "_kept_at ON {answers} (kept_at)"));
    }

    String dropTables() {
        return fill("DROP TABLE IF EXISTS {embeddings}, {answers}");
    }

    /** Components do not compress; trying to costs more than it gives. */
    private static final String EMBEDDINGS = """
            CREATE TABLE IF NOT EXISTS {embeddings} (
                tenant    text COLLATE "C" NOT NULL,
                digest    bytea NOT NULL,
                embedding bytea NOT NULL,
                kept_at   timestamptz NOT NULL DEFAULT now(),
                PRIMARY KEY (tenant, digest)
            )""";

    private static final String ANSWERS = """
            CREATE TABLE IF NOT EXISTS {answers} (
                tenant    text COLLATE "C" NOT NULL,
                about     bytea NOT NULL,
                question  bytea NOT NULL,
                version   text COLLATE "C" NOT NULL,
                embedding {vector} NOT NULL,
                answer    text NOT NULL,
                kept_at   timestamptz NOT NULL DEFAULT now(),
                PRIMARY KEY (tenant, about, question)
            )""";

    // ---- embeddings ------------------------------------------------------------------------------------------------

    String findEmbeddings() {
        return fill("""
            SELECT k.number, c.embedding
            FROM unnest(?::text[], ?::text[]) WITH ORDINALITY AS k(tenant, digest, number)
            JOIN {embeddings} c ON c.tenant = k.tenant AND c.digest = decode(k.digest, 'hex')""");
    }

    /** In the order of the keys, so that writers of the same keys wait for each other and never in a circle. */
    String keepEmbeddings() {
        return fill("""
            INSERT INTO {embeddings} AS c (tenant, digest, embedding, kept_at)
            SELECT n.tenant, decode(n.digest, 'hex'), n.embedding, now()
            FROM unnest(?::text[], ?::text[], ?::bytea[]) AS n(tenant, digest, embedding)
            ORDER BY n.tenant COLLATE "C", n.digest COLLATE "C"
            ON CONFLICT (tenant, digest) DO UPDATE SET embedding = excluded.embedding, kept_at = excluded.kept_at""");
    }

    // ---- answers ---------------------------------------------------------------------------------------------------

    /**
     * The version of the tenant's documents, and the nearest question that was answered from that version: one statement, hence one
     * snapshot.
     */
    String findAnswer(Tables collection, Extension extension) {
        return fill("""
            SELECT v.version, a.answer, a.distance
            FROM (SELECT coalesce(
                (SELECT s.xmin::text || ':' || s.chunks || ':' || s.words FROM {stats} s WHERE s.tenant = ?),
                'none') AS version) v
            LEFT JOIN LATERAL (
                SELECT c.answer, c.embedding {cosine} CAST(? AS {vector}) AS distance FROM {answers} c
                WHERE c.tenant = ? AND c.about = decode(?, 'hex') AND c.version = v.version
                    AND c.kept_at > now() - make_interval(secs => ?)
                ORDER BY 2 LIMIT 1) a ON true""")
                .replace("{stats}", collection.stats())
                .replace("{cosine}", extension.operator("<=>"))
                .replace("{vector}", extension.type(VectorType.VECTOR));
    }

    String keepAnswer(Extension extension) {
        return fill("""
            INSERT INTO {answers} AS c (tenant, about, question, version, embedding, answer, kept_at)
            VALUES (?, decode(?, 'hex'), decode(?, 'hex'), ?, CAST(? AS {vector}), ?, now())
            ON CONFLICT (tenant, about, question) DO UPDATE SET
                version = excluded.version, embedding = excluded.embedding, answer = excluded.answer,
                kept_at = excluded.kept_at""").replace("{vector}", extension.type(VectorType.VECTOR));
    }

    // ---- both ------------------------------------------------------------------------------------------------------

    String isThere() {
        return "SELECT to_regclass(?) IS NOT NULL AND to_regclass(?) IS NOT NULL";
    }

    /** A bounded number of rows, so that no transaction becomes long. */
    List<String> prune() {
        return List.of(fill(PRUNE.replace("{cache}", "{embeddings}")), fill(PRUNE.replace("{cache}", "{answers}")));
    }

    private static final String PRUNE = """
            DELETE FROM {cache} WHERE ctid = ANY(ARRAY(
                SELECT ctid FROM {cache} WHERE kept_at < now() - make_interval(secs => ?) LIMIT ?))""";
}
