package dev.ragkit.pgvector;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.ragkit.Embedding;
import dev.ragkit.EmbeddingSpace;
import dev.ragkit.Filter;
import dev.ragkit.SearchOptions;
import dev.ragkit.SearchResult;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Rows of ten tenants lie between each other, and those of one are found by the primary key. */
class ScatteredTenantsTest {
    private static final EmbeddingSpace SPACE =
            EmbeddingSpace.builder("test", "scattered", 4).build();

    private static final String METADATA_SCANS =
            "SELECT idx_scan::text FROM pg_stat_user_indexes WHERE indexrelname = 'scattered_chunk_metadata'";

    /** 5,000 documents of one chunk each. */
    private static final String FILL = """
            INSERT INTO scattered_document (tenant, id, version, fingerprint, source, metadata, text, chunk_count)
            SELECT 't' || i % 10, 'd' || i, 1, 'f', '', '{}', 'text', 1 FROM generate_series(1, 5000) i;
            INSERT INTO scattered_chunk
                (tenant, document_id, version, ordinal, start_offset, words, text, source, metadata, embedding)
            SELECT 't' || i % 10, 'd' || i, 1, 0, 0, 100, repeat('text ', 300), '',
                jsonb_build_object('one_of_500', i / 10, 'i', i,
                    'tags', (SELECT jsonb_agg(md5(i || ' ' || t)) FROM generate_series(1, 30) t)),
                ARRAY[1, i, i % 97, 1]::real[]::vector
            FROM generate_series(1, 5000) i;
            INSERT INTO scattered_stats SELECT 't' || i, 500, 50000 FROM generate_series(0, 9) i""";

    private HikariDataSource pool;
    private PgVectorStore store;

    @BeforeEach
    void fill() {
        pool = TestCollection.pool(TestPostgres.shared().freshDatabase(), 1);
        PgVectorSchema.builder(SPACE, "scattered").build().apply(pool);
        TestCollection.execute(pool, FILL);
        TestCollection.execute(pool, "VACUUM ANALYZE");
        store = PgVectorStore.builder(pool, SPACE, "scattered").build().tenant("t3");
    }

    @AfterEach
    void close() {
        pool.close();
    }

    private SearchResult nearest(Filter filter) {
        return store.search(
                Embedding.of(1, 0, 0, 0),
                SearchOptions.builder().limit(1).filter(filter).build());
    }

    private long metadataScans() {
        TestCollection.query(pool, "SELECT pg_stat_force_next_flush()::text");
        return Long.parseLong(TestCollection.query(pool, METADATA_SCANS).get(0));
    }

    /** It would be read from end to end, for the rows of all tenants. */
    @Test
    void theIndexOverMetadataIsNotAskedForWhatItCannotLookUp() {
        long before = metadataScans();
        for (int i = 0; i < 5; i++) {
            SearchResult found = nearest(Filter.gt("i", 4_990));
            assertThat(found.hits()).hasSize(1);
            assertThat(found.path()).isEqualTo(SearchResult.Path.EXACT);
            assertThat(found.examined()).isEqualTo(1);
        }
        assertThat(metadataScans()).isEqualTo(before);
    }

    @Test
    void theIndexOverMetadataIsAskedForWhatItLooksUp() {
        long before = metadataScans();
        for (int i = 0; i < 5; i++) {
            assertThat(nearest(Filter.eq("one_of_500", 7)).hits()).hasSize(1);
        }
        assertThat(metadataScans()).isEqualTo(before + 5);
    }
}
