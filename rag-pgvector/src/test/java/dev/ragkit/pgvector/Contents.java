package dev.ragkit.pgvector;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ragkit.Chunk;
import dev.ragkit.Document;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;

/** What the tables of a collection hold, read behind the store's back. */
final class Contents {
    /** Chunks of all versions: one that is left over shows. */
    private static final String DOCUMENTS = """
            SELECT d.tenant || '/' || d.id, concat_ws(E'\\n', d.fingerprint, d.source, d.metadata, d.text, d.chunk_count, (
                SELECT string_agg(concat_ws(' ', c.version = d.version, c.ordinal, c.start_offset, c.words, c.source,
                    c.metadata, c.embedding, c.text), E'\\n' ORDER BY c.version, c.ordinal)
                FROM %1$s_chunk c WHERE c.tenant = d.tenant AND c.document_id = d.id))
            FROM %1$s_document d""";

    private static final String CHUNKS = """
            SELECT document_id || '#' || ordinal, concat_ws(' ', start_offset, embedding, text) FROM %1$s_chunk""";

    private static final String WRONG_COUNTERS = """
            SELECT concat_ws(' ', 'term', tenant, lexeme, k.df, 'counted', c.df)
            FROM %1$s_term k FULL JOIN (
                SELECT tenant, lexeme, count(*) AS df FROM %1$s_chunk, unnest(tsvector_to_array(tsv)) AS l(lexeme)
                WHERE octet_length(lexeme) <= 512 GROUP BY tenant, lexeme) c USING (tenant, lexeme)
            WHERE k.df IS DISTINCT FROM c.df
            UNION ALL
            SELECT concat_ws(' ', 'stats', tenant, k.chunks, k.words, 'counted', c.chunks, c.words)
            FROM %1$s_stats k FULL JOIN (
                SELECT tenant, count(*) AS chunks, sum(words) AS words FROM %1$s_chunk GROUP BY tenant) c USING (tenant)
            WHERE coalesce(k.chunks, 0) <> coalesce(c.chunks, 0) OR coalesce(k.words, 0) <> coalesce(c.words, 0)
            LIMIT 20""";

    private static final String NOT_INTACT = """
            SELECT d.tenant || '/' || d.id FROM %1$s_document d
            WHERE d.chunk_count <> (SELECT count(*) FROM %1$s_chunk c
                WHERE c.tenant = d.tenant AND c.document_id = d.id AND c.version = d.version)
            LIMIT 20""";

    private final DataSource dataSource;
    private final String collection;

    Contents(DataSource dataSource, String collection) {
        this.dataSource = dataSource;
        this.collection = collection;
    }

    /** Everything that is kept of each document but the number of its version, by tenant and id. */
    Map<String, String> documents() {
        return pairs(DOCUMENTS);
    }

    /** Place, embedding and text of each chunk by document and ordinal; fails where one is there twice. */
    Map<String, String> chunks() {
        return pairs(CHUNKS);
    }

    private Map<String, String> pairs(String text) {
        return new Session(dataSource, "the test").read("reading rows", connection -> {
            Map<String, String> pairs = new HashMap<>();
            try (var statement = connection.createStatement();
                    var rows = statement.executeQuery(text.formatted(collection))) {
                while (rows.next()) {
                    String before = pairs.put(rows.getString(1), rows.getString(2));
                    assertThat(before)
                            .as("the first of two rows for " + rows.getString(1))
                            .isNull();
                }
            }
            return pairs;
        });
    }

    /** What {@link #chunks} gives where exactly these documents are stored. */
    static Map<String, String> chunksOf(Collection<Document> documents, HashEmbedder embedder) {
        Map<String, String> chunks = new LinkedHashMap<>();
        for (Document document : documents) {
            for (Chunk chunk : new LineChunker().chunk(document)) {
                String values = Arrays.toString(embedder.embedding(chunk.text()).toArray())
                        .replace(".0", "")
                        .replace(" ", "");
                chunks.put(document.id() + '#' + chunk.ordinal(), chunk.start() + " " + values + " " + chunk.text());
            }
        }
        return chunks;
    }

    /** The counters equal a recount, and no document has chunks of another version or too few. */
    void assertSound() {
        assertCounted();
        assertThat(query(NOT_INTACT)).as("documents that are not intact").isEmpty();
    }

    /** The counters equal a recount. */
    void assertCounted() {
        assertThat(query(WRONG_COUNTERS))
                .as("counters that differ from a recount")
                .isEmpty();
    }

    List<String> query(String text) {
        return TestCollection.query(dataSource, text.formatted(collection));
    }

    long count(String table) {
        return Long.parseLong(query("SELECT count(*) FROM %1$s_" + table).get(0));
    }
}
