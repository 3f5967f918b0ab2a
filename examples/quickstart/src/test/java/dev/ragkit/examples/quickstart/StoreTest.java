package dev.ragkit.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ragkit.pgvector.TestPostgres;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program on a real PostgreSQL. */
class StoreTest {
    private final TestPostgres postgres = TestPostgres.shared();
    private final String database = postgres.freshDatabase();

    @TempDir
    Path folder;

    @BeforeEach
    void writeDocuments() throws IOException {
        Birds.writeTo(folder);
    }

    @Test
    void theFirstRunMakesTheTablesAndTheSecondEmbedsNothing() {
        Run first = run(Birds.QUESTION);
        Run second = run(Birds.QUESTION);

        assertThat(first.err()).contains("made the tables of the collection quickstart");
        assertThat(first.verbatim().get("report").get("added").asInt()).isEqualTo(Birds.COUNT);
        assertThat(second.err()).doesNotContain("tables");
        assertThat(second.verbatim().get("report").toString())
                .isEqualTo("{\"added\":0,\"updated\":0,\"unchanged\":7,\"restored\":0,\"deleted\":0,\"failed\":0,"
                        + "\"embedded\":0,\"failures\":[]}");
        assertThat(second.json().get("answer")).isEqualTo(first.json().get("answer"));
        assertThat(second.json().get("citations")).isEqualTo(first.json().get("citations"));
    }

    @Test
    void aChangedFileIsUpdatedAndItsNewTextCited() throws IOException {
        run(Birds.QUESTION).succeeds();

        Files.writeString(folder.resolve("kestrel.md"), "Since spring, the kestrel hovers over the quarry.");
        JsonNode result = run(Birds.QUESTION).verbatim();

        assertThat(result.get("answer").asText()).contains("quarry").doesNotContain("meadow");
        assertThat(result.get("report").get("updated").asInt()).isEqualTo(1);
        assertThat(result.get("report").get("unchanged").asInt()).isEqualTo(Birds.COUNT - 1);
        assertThat(result.get("report").get("embedded").asInt()).isEqualTo(1);
    }

    @Test
    void syncDeletesWhatIsGoneAndNothingElseDoes() throws IOException {
        run(Birds.QUESTION).succeeds();
        Files.delete(folder.resolve("kestrel.md"));

        Run without = run(Birds.QUESTION);
        Run with = run(Birds.QUESTION, "--sync");

        assertThat(deleted(without)).isZero();
        assertThat(without.json().get("answer").asText()).contains("kestrel");
        assertThat(deleted(with)).isEqualTo(1);
        assertThat(with.json().get("answer").asText()).doesNotContain("kestrel");
    }

    @Test
    void syncKeepsAFileThatCannotBeReadJustNow() throws IOException {
        run(Birds.QUESTION).succeeds();
        Files.writeString(folder.resolve("kestrel.md"), "\0");

        JsonNode result = run(Birds.QUESTION, "--sync").json();

        assertThat(result.get("report").get("deleted").asInt()).isZero();
        assertThat(result.get("report").get("failed").asInt()).isEqualTo(1);
        assertThat(result.get("answer").asText()).contains("kestrel");
    }

    @Test
    void collectionsAreApart() {
        run(Birds.QUESTION).succeeds();

        Run other = run(Birds.QUESTION, "--collection", "other");

        assertThat(other.err()).contains("made the tables of the collection other");
        assertThat(other.json().get("report").get("added").asInt()).isEqualTo(Birds.COUNT);
    }

    @Test
    void aNameThatNoCollectionCanHaveIsExitCode2() {
        assertThat(run(Birds.QUESTION, "--collection", "No-Name").failsWith(2))
                .contains("--collection cannot be taken: ", "lower-case letters", "'No-Name'");
    }

    @Test
    void takesTheLoginFromTheEnvironmentWhereTheUrlHasNone() throws SQLException {
        String role = postgres.createRole("writer");
        execute("GRANT CREATE ON SCHEMA public TO " + role);
        String withoutLogin = postgres.jdbcUrl(database, role).replaceAll("\\?.*", "");
        Run.Setting writer = new Run.Setting().environment("PGUSER", role).environment("PGPASSWORD", "x");

        writer.run(arguments(withoutLogin, Birds.QUESTION)).succeeds();

        assertThat(owner("quickstart_document")).isEqualTo(role);
    }

    @Test
    void theLoginInTheUrlGoesFirst() {
        new Run.Setting()
                .environment("PGUSER", "nobody")
                .environment("PGPASSWORD", "wrong")
                .run(arguments(database, Birds.QUESTION))
                .succeeds();
    }

    @Test
    void aServerThatIsNotThereIsExitCode4() throws IOException {
        int port;
        try (ServerSocket socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }

        String message = fails(4, "jdbc:postgresql://127.0.0.1:" + port + "/db?user=me&password=secret");

        assertThat(message)
                .contains("cannot connect", "127.0.0.1:" + port, "check that the server runs", "--store")
                .doesNotContain("secret");
    }

    @Test
    void aDatabaseThatIsNotThereIsExitCode4() {
        String nowhere = database.replaceAll("/[^/?]+(\\?|$)", "/nowhere$1");

        assertThat(fails(4, nowhere)).contains("nowhere", "create it, or name another");
    }

    @Test
    void aLoginThatIsRefusedIsExitCode4() {
        String known = postgres.jdbcUrl(database, postgres.createRole("known"));

        assertThat(fails(4, known.replaceAll("user=known\\w+", "user=unknown")))
                .contains("unknown", "check user and password");
    }

    @Test
    void aDatabaseWithoutTheExtensionIsExitCode5() {
        assertThat(fails(5, postgres.freshDatabaseWithoutExtension()))
                .contains("the extension vector is not installed", "CREATE EXTENSION vector");
    }

    @Test
    void aUserWithoutTheRightToMakeTablesIsExitCode5() throws SQLException {
        execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC");

        assertThat(fails(5, postgres.jdbcUrl(database, postgres.createRole("reader"))))
                .contains("GRANT CREATE ON SCHEMA public");
    }

    @Test
    void aCollectionOfAnotherModelIsExitCode5() throws SQLException {
        run(Birds.QUESTION).succeeds();
        execute("UPDATE rag_collection SET space = jsonb_set(space, '{model}', '\"another\"')");

        assertThat(fails(5, database)).contains("another", "make a new collection");
    }

    @Test
    void aDocumentThatTheDatabaseRefusesIsReportedAndTheOthersGoIn() throws SQLException {
        run(Birds.QUESTION).succeeds();
        execute("DELETE FROM quickstart_document");
        execute("ALTER TABLE quickstart_document ADD CHECK (id NOT LIKE '%owl.md')");

        JsonNode report = run(Birds.QUESTION).verbatim().get("report");

        assertThat(report.get("added").asInt()).isEqualTo(Birds.COUNT - 1);
        assertThat(report.get("failed").asInt()).isEqualTo(1);
        assertThat(report.get("failures").get(0).get("file").asText()).endsWith("owl.md");
        assertThat(report.get("failures").get(0).get("reason").asText()).contains("PostgreSQL failed");
    }

    @Test
    void aDatabaseThatRefusesEveryDocumentIsExitCode1() throws SQLException {
        run(Birds.QUESTION).succeeds();
        execute("DELETE FROM quickstart_document");
        execute("ALTER TABLE quickstart_document ADD CHECK (id LIKE 'nothing')");

        assertThat(fails(1, database)).contains("none of the files could be taken in\n  ", "owl.md PostgreSQL failed");
    }

    private Run run(String question, String... more) {
        return Run.of(arguments(database, question, more));
    }

    private String fails(int code, String url) {
        return Run.of(arguments(url, Birds.QUESTION)).failsWith(code);
    }

    private String[] arguments(String url, String question, String... more) {
        String[] first = {"--docs", folder.toString(), "--store", url, "--json", question};
        return Stream.of(first, more).flatMap(Arrays::stream).toArray(String[]::new);
    }

    private static int deleted(Run run) {
        return run.json().get("report").get("deleted").asInt();
    }

    private String owner(String table) throws SQLException {
        try (Connection connection = TestPostgres.dataSource(database).getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows =
                        statement.executeQuery("SELECT tableowner FROM pg_tables WHERE tablename = '" + table + "'")) {
            rows.next();
            return rows.getString(1);
        }
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = TestPostgres.dataSource(database).getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
