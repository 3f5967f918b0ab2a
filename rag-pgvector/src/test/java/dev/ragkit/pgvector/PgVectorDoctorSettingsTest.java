package dev.ragkit.pgvector;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ragkit.pgvector.Finding.Kind;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Faults of the server's settings, of the role and of the driver are found and mended. */
class PgVectorDoctorSettingsTest {
    private static final int MANY = (int) IndexChecks.MANY_CHUNKS;

    private final TestPostgres postgres = TestPostgres.shared();

    @Test
    void anEfSearchOfTheDatabaseBelowTheLimitIsReset() {
        Patient patient = Patient.healthy();
        patient.execute("ALTER DATABASE " + database(patient) + " SET hnsw.ef_search = 5");
        assertThat(patient.isCuredOf(Kind.EF_SEARCH_BELOW_LIMIT).what())
                .contains("hnsw.ef_search is 5 (source: database)", "10");
        assertThat(patient.findings()).isEmpty();
        List<Finding> hundred = PgVectorDoctor.builder(patient.dataSource(), "docs")
                .limit(100)
                .build()
                .examine();
        assertThat(hundred).extracting(Finding::kind).containsExactly(Kind.EF_SEARCH_BELOW_LIMIT);
        hundred.forEach(patient::mend);
        assertThat(PgVectorDoctor.builder(patient.dataSource(), "docs")
                        .limit(100)
                        .build()
                        .examine())
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ALTER ROLE %s SET", "ALTER ROLE %s IN DATABASE %s SET"})
    void anEfSearchOfTheRoleIsReset(String form) {
        Patient patient = Patient.healthy();
        String role = postgres.createRole("tuned");
        patient.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO " + role);
        patient.execute(form.formatted(role, database(patient)) + " hnsw.ef_search = 5");
        DataSource app = TestPostgres.dataSource(postgres.jdbcUrl(patient.url(), role) + "&logServerErrorDetail=false");
        List<Finding> findings = Patient.findings(app);
        assertThat(findings).extracting(Finding::kind).containsExactly(Kind.EF_SEARCH_BELOW_LIMIT);
        findings.forEach(patient::mend);
        assertThat(Patient.findings(app)).isEmpty();
    }

    @Test
    void settingsThatKeepStatementsFromTheIndexAreChanged() {
        Patient patient = Patient.healthy().execute("DROP INDEX docs_chunk_vector");
        patient.withChunks(MANY).indexed();
        String set = "ALTER DATABASE " + database(patient) + " SET ";
        patient.execute(set + "random_page_cost = 1.1");
        assertThat(patient.findings()).isEmpty();
        patient.execute(set + "random_page_cost = 1000", set + "enable_indexscan = off");
        assertThat(patient.isCuredOf(Kind.SEARCH_WITHOUT_INDEX).what()).contains("enable_indexscan");
        assertThat(patient.isCuredOf(Kind.PLANNER_PREFERS_SCAN).what()).contains("random_page_cost is 1000");
        assertThat(patient.findings()).isEmpty();
    }

    @Test
    void memoryForABuildIsRaised() {
        Patient patient = Patient.healthy().execute("DROP INDEX docs_chunk_vector");
        patient.withChunks(5_000).indexed();
        patient.execute("ALTER DATABASE " + database(patient) + " SET maintenance_work_mem = '1MB'");
        assertThat(patient.isCuredOf(Kind.MAINTENANCE_MEMORY_SMALL).what()).contains("maintenance_work_mem is 1MB");
        assertThat(patient.findings()).isEmpty();
    }

    @Test
    void memoryOfTheServerIsRaised() {
        try (TestPostgres small = TestPostgres.start(
                Map.of("shared_buffers", "1MB", "effective_cache_size", "1MB", "autovacuum", "off"))) {
            Patient patient = Patient.healthy(small.freshDatabase(), PgVectorSchema.Builder::deferIndex)
                    .withChunks(5_000)
                    .indexed();
            assertThat(patient.isCuredOf(Kind.AUTOVACUUM_OFF).what()).contains("whole server");
            assertThat(patient.isCuredOf(Kind.INDEX_LARGER_THAN_CACHE).what()).contains("effective_cache_size is 1MB");
            List<Finding> left = patient.findings();
            assertThat(left).extracting(Finding::kind).containsExactly(Kind.INDEX_LARGER_THAN_BUFFERS);
            patient.mend(left.get(0));
            long index = Long.parseLong(patient.query("SELECT pg_relation_size('docs_chunk_vector')::text")
                    .get(0));
            // It takes a restart; what the server will read then is enough.
            String next = "SELECT pg_size_bytes(setting)::text FROM pg_file_settings"
                    + " WHERE name = 'shared_buffers' AND sourcefile LIKE '%auto.conf'";
            assertThat(Long.parseLong(patient.query(next).get(0))).isGreaterThan(index);
        }
    }

    @Test
    void aSuperuserIsNotHeldByRowSecurity() {
        Patient patient = Patient.healthy().execute("ALTER TABLE docs_chunk ENABLE ROW LEVEL SECURITY");
        List<Finding> findings = patient.findings();
        assertThat(findings).extracting(Finding::kind).containsExactly(Kind.ROW_SECURITY_BYPASSED);
        assertThat(findings.get(0).what()).contains("superuser", "docs_chunk");
        try {
            patient.mend(findings.get(0));
            patient.execute("ALTER ROLE docs_app PASSWORD 'x'");
            DataSource app = TestPostgres.dataSource(
                    postgres.jdbcUrl(patient.url(), "docs_app") + "&logServerErrorDetail=false");
            assertThat(Patient.findings(app)).isEmpty();
        } finally {
            patient.execute("DROP OWNED BY docs_app", "DROP ROLE docs_app");
        }
    }

    @Test
    void anOwnerIsNotHeldByRowSecurityAsTheStoreSaysToo() {
        String url = postgres.freshDatabase();
        String owner = postgres.createRole("owner");
        Patient patient = Patient.healthy(url, schema -> schema);
        for (String table : List.of("rag_collection", "docs_document", "docs_chunk", "docs_term", "docs_stats")) {
            patient.execute("ALTER TABLE " + table + " OWNER TO " + owner);
        }
        patient.execute("ALTER TABLE docs_stats ENABLE ROW LEVEL SECURITY");
        DataSource asOwner = TestPostgres.dataSource(postgres.jdbcUrl(url, owner) + "&logServerErrorDetail=false");
        List<Finding> findings = Patient.findings(asOwner);
        assertThat(findings).extracting(Finding::kind).containsExactly(Kind.ROW_SECURITY_BYPASSED);
        assertThat(findings.get(0).what()).contains("\"" + owner + "\" owns tables of the collection", "docs_stats");
        patient.execute("ALTER TABLE docs_stats FORCE ROW LEVEL SECURITY");
        assertThat(Patient.findings(asOwner)).isEqualTo(findings);
    }

    @Test
    void optionsOfTheDriverAreSaid() {
        Patient patient = Patient.healthy();
        DataSource odd = TestPostgres.dataSource(patient.url() + "&prepareThreshold=0");
        List<Finding> findings = Patient.findings(odd);
        assertThat(findings)
                .extracting(Finding::kind)
                .containsExactly(Kind.SERVER_ERROR_DETAIL, Kind.STATEMENTS_NOT_PREPARED);
        assertThat(findings).allSatisfy(finding -> assertThat(finding.mend()).isEmpty());
        assertThat(findings.get(0).why()).contains("logServerErrorDetail=false");
        assertThat(findings.get(1).why()).contains("PgBouncer");
        assertThat(patient.findings()).isEmpty();
    }

    private static String database(Patient patient) {
        return patient.query("SELECT quote_ident(current_database())").get(0);
    }
}
