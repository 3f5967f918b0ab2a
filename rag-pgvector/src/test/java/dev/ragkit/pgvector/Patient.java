package dev.ragkit.pgvector;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ragkit.EmbeddingSpace;
import dev.ragkit.pgvector.Finding.Kind;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;

/** A collection named {@code docs} in a database of its own, for a doctor; each call is on a new connection. */
final class Patient {
    static final EmbeddingSpace SPACE =
            EmbeddingSpace.builder("test", "patient", 8).normalized().build();

    /** What a version without known faults says, and a driver that tells no secrets. */
    private static final String SOUND_VERSION = "0.8.7";

    private static final String SOUND_DRIVER = "&logServerErrorDetail=false";

    private final String url;
    private final DataSource dataSource;
    private final PgVectorSchema schema;

    private Patient(String url, UnaryOperator<PgVectorSchema.Builder> settings) {
        this.url = url;
        dataSource = TestPostgres.dataSource(url + SOUND_DRIVER);
        schema = settings.apply(PgVectorSchema.builder(SPACE, "docs")).build();
    }

    /** Without any fault, whatever the version of the extension. */
    static Patient healthy() {
        return healthy(TestPostgres.shared().freshDatabase(), schema -> schema);
    }

    static Patient healthy(String url, UnaryOperator<PgVectorSchema.Builder> settings) {
        Patient patient = new Patient(url, settings);
        patient.execute("UPDATE pg_extension SET extversion = '" + SOUND_VERSION + "' WHERE extname = 'vector'");
        patient.schema.apply(patient.dataSource);
        return patient;
    }

    String url() {
        return url;
    }

    DataSource dataSource() {
        return dataSource;
    }

    /** Chunks with some words, numbered from 0, and statistics of them. */
    Patient withChunks(int count) {
        execute("INSERT INTO docs_document VALUES ('default', 'd', 1, 'f', '', '{}', 'text', " + count + ")");
        execute("""
                INSERT INTO docs_chunk
                    (tenant, document_id, version, ordinal, start_offset, words, text, source, metadata, embedding)
                SELECT 'default', 'd', 1, i, 0, 2, 'word ' || i, '', '{}',
                    (SELECT array_agg(sin(i * 2.0 + d * 1.7 + i * d)) FROM generate_series(1, 8) d)::real[]::vector
                FROM generate_series(0, %d) i""".formatted(count - 1));
        return this;
    }

    Patient analysed() {
        return execute("ANALYZE docs_chunk");
    }

    Patient indexed() {
        schema.buildIndex(dataSource);
        return this;
    }

    Patient execute(String... statements) {
        for (String statement : statements) {
            TestCollection.execute(dataSource, statement);
        }
        return this;
    }

    List<String> query(String text) {
        return TestCollection.query(dataSource, text);
    }

    List<Finding> findings() {
        return findings(dataSource);
    }

    static List<Finding> findings(DataSource dataSource) {
        return PgVectorDoctor.builder(dataSource, "docs").build().examine();
    }

    List<Finding> findings(Kind kind) {
        return findings().stream().filter(finding -> finding.kind() == kind).toList();
    }

    /** The one finding of the kind is there, its SQL runs, and it is gone. */
    Finding isCuredOf(Kind kind) {
        List<Finding> found = findings(kind);
        assertThat(found).as("%s", kind).hasSize(1);
        Finding finding = found.get(0);
        assertThat(finding.what()).isNotBlank();
        assertThat(finding.why()).isNotBlank();
        assertThat(finding.mend()).isNotEmpty();
        mend(finding);
        assertThat(findings(kind)).as("after %s", finding.mend()).isEmpty();
        return finding;
    }

    /** All statements on one connection, each on its own. */
    void mend(Finding finding) {
        new Session(dataSource, "the test").read("mending", connection -> {
            try (Statement statement = connection.createStatement()) {
                for (String each : finding.mend()) {
                    statement.execute(each);
                }
            }
            return true;
        });
    }

    /** Asks the server until the first column is true, for at most ten seconds. */
    void await(String condition) {
        String text = "SELECT (" + condition + ")::text";
        Eventually.holdsWithin(Duration.ofSeconds(10), () -> query(text).equals(List.of("true")));
    }

    static Kind[] kinds(List<Finding> findings) {
        Kind[] kinds = findings.stream().map(Finding::kind).toArray(Kind[]::new);
        Arrays.sort(kinds);
        return kinds;
    }
}
