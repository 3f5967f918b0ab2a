package dev.ragkit.pgvector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.ragkit.StoreException;
import dev.ragkit.pgvector.Finding.Kind;
import dev.ragkit.pgvector.Finding.Severity;
import java.sql.Statement;
import java.util.List;
import java.util.Locale;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each fault is made, found, mended by the SQL of its finding, and gone; nothing is found where nothing is wrong. */
class PgVectorDoctorTest {
    private static final int MANY = (int) IndexChecks.MANY_CHUNKS;

    @Test
    void aHealthyCollectionHasNothing() {
        Patient patient = Patient.healthy();
        assertThat(patient.findings()).isEmpty();
        patient.withChunks(1_000).analysed();
        assertThat(patient.findings()).isEmpty();
        DataSource stock = TestPostgres.dataSource(patient.url());
        assertThat(Patient.findings(stock)).extracting(Finding::kind).containsExactly(Kind.SERVER_ERROR_DETAIL);
    }

    @Test
    void rowLevelSecurityHidesNothingFromTheExamination() {
        Patient patient = Patient.healthy(TestPostgres.shared().freshDatabase(), schema -> schema.rowLevelSecurity())
                .withChunks(MANY)
                .indexed();
        String role = TestPostgres.shared().createRole("app");
        patient.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO " + role);
        DataSource app = TestPostgres.dataSource(
                TestPostgres.shared().jdbcUrl(patient.url(), role) + "&logServerErrorDetail=false");
        assertThat(Patient.findings(app)).isEmpty();
        assertThat(patient.findings()).extracting(Finding::kind).containsExactly(Kind.ROW_SECURITY_BYPASSED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "halfvec", "ivfflat"})
    void soHaveOthers(String kind) {
        String url = TestPostgres.shared().freshDatabase();
        Patient patient = switch (kind) {
            case "none" ->
                Patient.healthy(url, schema -> schema.index(VectorIndex.none()))
                        .withChunks(MANY)
                        .analysed();
            case "halfvec" -> Patient.healthy(url, schema -> schema.vectorType(VectorType.HALFVEC));
            default ->
                Patient.healthy(url, schema -> schema.index(VectorIndex.ivfFlat(10)))
                        .withChunks(1_000)
                        .indexed();
        };
        assertThat(patient.findings()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "0.5.1, HNSW, EXTENSION_FAULTY EXTENSION_WITHOUT_ITERATION",
        "0.7.4, HNSW, EXTENSION_VULNERABLE EXTENSION_FAULTY EXTENSION_WITHOUT_ITERATION",
        "0.8.0, HNSW, EXTENSION_VULNERABLE EXTENSION_FAULTY",
        "0.8.1, HNSW, EXTENSION_VULNERABLE EXTENSION_FAULTY",
        "0.8.2, HNSW, EXTENSION_FAULTY",
        "0.8.3, HNSW, EXTENSION_FAULTY",
        "0.8.4, HNSW, ''",
        "0.10.0, HNSW, ''",
        "0.8.6, IVFFLAT, EXTENSION_VULNERABLE",
        "0.8.7, IVFFLAT, ''",
        "0.8.0, NONE, ''"
    })
    void faultsOfVersionsAreKnown(String version, VectorIndex.Kind index, String kinds) {
        VectorIndex wanted = switch (index) {
            case HNSW -> VectorIndex.hnsw();
            case IVFFLAT -> VectorIndex.ivfFlat(1);
            case NONE -> VectorIndex.none();
        };
        Patient patient = Patient.healthy(TestPostgres.shared().freshDatabase(), schema -> schema.index(wanted));
        patient.execute("UPDATE pg_extension SET extversion = '" + version + "' WHERE extname = 'vector'");
        assertThat(String.join(
                        " ",
                        patient.findings().stream()
                                .map(each -> each.kind().name())
                                .toList()))
                .isEqualTo(kinds);
    }

    /** Takes what 0.8.0 brought out of the database, so that it is one of 0.7.4 again. */
    @Test
    void anOldExtensionIsUpdated() {
        Patient patient = Patient.healthy();
        for (String type : List.of("integer", "real", "double precision", "numeric")) {
            String function = "array_to_sparsevec(" + type + "[], integer, boolean)";
            patient.execute(
                    "ALTER EXTENSION vector DROP CAST (" + type + "[] AS sparsevec)",
                    "DROP CAST (" + type + "[] AS sparsevec)",
                    "ALTER EXTENSION vector DROP FUNCTION " + function,
                    "DROP FUNCTION " + function);
        }
        patient.execute("UPDATE pg_extension SET extversion = '0.7.4' WHERE extname = 'vector'");
        Finding finding = patient.isCuredOf(Kind.EXTENSION_WITHOUT_ITERATION);
        assertThat(finding.what()).contains("0.7.4");
        assertThat(finding.why())
                .contains("The server has " + TestPostgres.shared().extensionVersion() + " ready.");
    }

    @Test
    void anInvalidIndexIsBuiltAgain() {
        Patient patient = Patient.healthy();
        String index = "'docs_chunk_vector'::regclass";
        patient.execute("UPDATE pg_index SET indisvalid = false WHERE indexrelid = " + index);
        assertThat(patient.isCuredOf(Kind.INDEX_INVALID).what()).contains("\"public\".\"docs_chunk_vector\"");
        assertThat(patient.query("SELECT indisvalid::text FROM pg_index WHERE indexrelid = " + index))
                .containsExactly("true");
        assertThat(patient.findings()).isEmpty();
    }

    @Test
    void whatABrokenRebuildLeavesIsDropped() {
        Patient patient = Patient.healthy();
        patient.execute(
                "CREATE INDEX docs_chunk_vector_ccnew1 ON docs_chunk USING hnsw (embedding vector_cosine_ops)",
                "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'docs_chunk_vector_ccnew1'::regclass");
        assertThat(patient.isCuredOf(Kind.INDEX_INVALID).mend())
                .contains("DROP INDEX CONCURRENTLY \"public\".\"docs_chunk_vector_ccnew1\"");
        assertThat(patient.findings()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"hnsw, vector_l2_ops", "hnsw, vector_ip_ops", "ivfflat, vector_cosine_ops"})
    void anIndexOfTheWrongKindIsExchanged(String method, String operators) {
        Patient patient = Patient.healthy().withChunks(100);
        patient.execute(
                "DROP INDEX docs_chunk_vector",
                "CREATE INDEX docs_chunk_vector ON docs_chunk USING " + method + " (embedding " + operators + ")");
        Finding finding = patient.isCuredOf(Kind.INDEX_MISMATCHED);
        assertThat(finding.what()).contains(method + " (" + operators + ")", "hnsw (vector_cosine_ops)");
        assertThat(patient.query("SELECT indexdef FROM pg_indexes WHERE indexname = 'docs_chunk_vector'")
                        .get(0))
                .contains("USING hnsw (embedding vector_cosine_ops)");
        assertThat(patient.findings()).isEmpty();
    }

    @Test
    void anotherIndexThatNoSearchCanUseIsDropped() {
        Patient patient = Patient.healthy();
        patient.execute("CREATE INDEX mine ON docs_chunk USING hnsw (embedding vector_l2_ops)");
        assertThat(patient.isCuredOf(Kind.INDEX_MISMATCHED).mend())
                .containsExactly("DROP INDEX CONCURRENTLY \"public\".\"mine\"");
        assertThat(patient.findings()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"hnsw (embedding vector_cosine_ops)", "gin (metadata jsonb_path_ops)", "gin (tsv)"})
    void aSecondIndexOfTheSameKindIsDropped(String definition) {
        Patient patient = Patient.healthy();
        patient.execute("CREATE INDEX a_second_one ON docs_chunk USING " + definition);
        assertThat(patient.isCuredOf(Kind.INDEX_DUPLICATE).mend())
                .containsExactly("DROP INDEX CONCURRENTLY \"public\".\"a_second_one\"");
        assertThat(patient.findings()).isEmpty();
    }

    @Test
    void aMissingIndexIsBuiltWhereChunksAreMany() {
        Patient patient = Patient.healthy().execute("DROP INDEX docs_chunk_vector");
        patient.withChunks(MANY / 2).analysed();
        assertThat(patient.findings()).isEmpty();
        patient.execute("DELETE FROM docs_document");
        patient.withChunks(MANY).analysed();
        assertThat(patient.isCuredOf(Kind.INDEX_MISSING).what()).contains("docs_chunk_vector", "chunks");
        assertThat(patient.query("SELECT indexdef FROM pg_indexes WHERE indexname = 'docs_chunk_vector'")
                        .get(0))
                .contains("hnsw (embedding vector_cosine_ops) WITH (m='16', ef_construction='64')");
    }

    @Test
    void anIndexByAnotherNameIsRenamed() {
        Patient patient = Patient.healthy().execute("ALTER INDEX docs_chunk_vector RENAME TO mine");
        assertThat(patient.isCuredOf(Kind.INDEX_MISSING).mend())
                .containsExactly("ALTER INDEX \"public\".\"mine\" RENAME TO \"docs_chunk_vector\"");
        assertThat(patient.findings()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"metadata", "tsv"})
    void aMissingIndexOverMetadataOrWordsIsBuilt(String column) {
        Patient patient = Patient.healthy().execute("DROP INDEX docs_chunk_" + column);
        assertThat(patient.isCuredOf(Kind.INDEX_MISSING).what()).contains("over " + column);
        assertThat(patient.findings()).isEmpty();
    }

    @Test
    void anIndexThatWasNeverUsedIsDropped() {
        Patient patient = Patient.healthy().withChunks(10);
        patient.execute("DO 'BEGIN FOR i IN 1..1000 LOOP PERFORM count(*) FROM docs_chunk; END LOOP; END'");
        patient.await("SELECT seq_scan >= 1000 FROM pg_stat_user_tables WHERE relname = 'docs_chunk'");
        assertThat(patient.findings()).as("an index that was just made").isEmpty();
        patient.execute("DO 'BEGIN FOR i IN 1..1000 LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP; END'");
        patient.isCuredOf(Kind.INDEX_UNUSED);
        assertThat(patient.findings()).isEmpty();
        PgVectorStore store = PgVectorStore.builder(patient.dataSource(), Patient.SPACE, "docs")
                .build();
        assertThat(store.index()).isEqualTo(VectorIndex.none());
    }

    @Test
    void deadRowsAreVacuumedAndAutovacuumIsSwitchedOn() {
        Patient patient = Patient.healthy(
                        TestPostgres.shared().freshDatabase(), schema -> schema.index(VectorIndex.none()))
                .withChunks(4_000)
                .analysed();
        patient.execute(
                "ALTER TABLE docs_chunk SET (autovacuum_enabled = false)",
                "DELETE FROM docs_chunk WHERE ordinal % 2 = 0");
        patient.await("SELECT n_dead_tup >= 2000 FROM pg_stat_user_tables WHERE relname = 'docs_chunk'");
        assertThat(Patient.kinds(patient.findings())).containsExactly(Kind.DEAD_ROWS, Kind.AUTOVACUUM_OFF);
        assertThat(patient.findings(Kind.DEAD_ROWS).get(0).what()).contains("2000 rows", "last VACUUM: never");
        patient.isCuredOf(Kind.DEAD_ROWS);
        patient.isCuredOf(Kind.AUTOVACUUM_OFF);
        assertThat(patient.findings()).isEmpty();
    }

    @Test
    void aTableThatWasNeverAnalysedIsAnalysed() {
        Patient patient =
                Patient.healthy(TestPostgres.shared().freshDatabase(), schema -> schema.index(VectorIndex.none()));
        patient.execute("ALTER TABLE docs_chunk SET (autovacuum_enabled = false)");
        patient.withChunks(2_000);
        patient.await("SELECT n_live_tup >= 2000 FROM pg_stat_user_tables WHERE relname = 'docs_chunk'");
        assertThat(patient.isCuredOf(Kind.NEVER_ANALYSED).what()).contains("2000 rows");
    }

    @Test
    void anExaminationDoesNotWaitForLocksForLong() {
        Patient patient = Patient.healthy();
        new Session(patient.dataSource(), "the test").write("locking", connection -> {
            try (Statement statement = connection.createStatement()) {
                statement.execute("LOCK TABLE docs_chunk, docs_document IN ACCESS EXCLUSIVE MODE");
                assertThat(patient.findings()).isEmpty();
                statement.execute("LOCK TABLE rag_collection IN ACCESS EXCLUSIVE MODE");
            }
            long start = System.nanoTime();
            assertThatThrownBy(patient::findings)
                    .isInstanceOf(StoreException.class)
                    .hasMessageContainingAll("examining it in collection 'docs'", "55P03");
            long millis = (System.nanoTime() - start) / 1_000_000;
            System.out.println("an examination of a locked table ended after " + millis + " ms");
            assertThat(millis).isBetween(900L, 6_000L);
            return true;
        });
    }

    @Test
    void theSessionIsLeftAsItWas() {
        Patient patient = Patient.healthy().withChunks(10);
        try (HikariDataSource pool = TestCollection.pool(patient.url(), 1)) {
            String settings = "SELECT string_agg(name || '=' || setting, ',' ORDER BY name) FROM pg_settings";
            TestCollection.query(pool, "SELECT '[1]'::vector::text");
            List<String> before = TestCollection.query(pool, settings);
            Patient.findings(pool);
            assertThat(TestCollection.query(pool, settings)).isEqualTo(before);
            TestCollection.execute(pool, "DELETE FROM docs_document");
        }
    }

    @Test
    void aCollectionThatIsNotThereIsSaid() {
        Patient patient = Patient.healthy();
        assertThatThrownBy(() -> PgVectorDoctor.builder(patient.dataSource(), "other")
                        .build()
                        .examine())
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("collection 'other' in schema 'public' is not there");
        assertThatThrownBy(() ->
                        PgVectorDoctor.builder(patient.dataSource(), "no name").build())
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() ->
                        PgVectorDoctor.builder(patient.dataSource(), "docs").limit(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("limit must be between 1 and 1000, was 0");
    }

    @Test
    void theWorstComesFirstAndAFindingReadsAsText() {
        Patient patient = Patient.healthy();
        patient.execute(
                "CREATE INDEX a_second_one ON docs_chunk USING gin (tsv)",
                "DROP INDEX docs_chunk_metadata",
                "ALTER TABLE docs_chunk SET (autovacuum_enabled = off)");
        List<Finding> findings = PgVectorDoctor.builder(TestPostgres.dataSource(patient.url()), "docs")
                .build()
                .examine();
        assertThat(findings)
                .extracting(Finding::severity)
                .containsExactly(Severity.ERROR, Severity.WARNING, Severity.WARNING, Severity.INFO);
        assertThat(findings.get(0)).hasToString("""
                        ERROR INDEX_MISSING: there is no index over metadata in "public"."docs_chunk"
                          Filters have to look at every chunk.
                          CREATE INDEX CONCURRENTLY IF NOT EXISTS "docs_chunk_metadata" ON "public"."docs_chunk" USING gin (metadata jsonb_path_ops);""");
        for (Finding finding : findings) {
            assertThat(finding.toString()).startsWith(finding.severity() + " " + finding.kind() + ": ");
            assertThat(finding.kind().name().toLowerCase(Locale.ROOT)).isNotBlank();
        }
    }
}
