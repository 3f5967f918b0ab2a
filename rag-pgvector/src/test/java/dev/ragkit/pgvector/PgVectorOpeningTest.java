package dev.ragkit.pgvector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.zaxxer.hikari.HikariDataSource;
import dev.ragkit.EmbeddedDocument;
import dev.ragkit.EmbeddingSpace;
import dev.ragkit.Filter;
import dev.ragkit.Metric;
import dev.ragkit.RagException;
import dev.ragkit.SearchOptions;
import dev.ragkit.StoreException;
import java.util.List;
import java.util.Random;
import javax.sql.DataSource;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** What is missing or differs is said at once, with what to do. */
class PgVectorOpeningTest {
    private static final EmbeddingSpace SPACE =
            EmbeddingSpace.builder("acme", "model-a", 4).revision("1").build();

    private final TestPostgres postgres = TestPostgres.shared();

    @Test
    void aDatabaseThatIsNotThereIsTransient() {
        DataSource nowhere =
                TestPostgres.dataSource("jdbc:postgresql://127.0.0.1:1/nothing?user=nobody&password=secret");
        assertThatThrownBy(() -> open(nowhere, "docs"))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("the database cannot be reached; check host, port and that the server runs")
                .hasMessageContaining("08001")
                .satisfies(e -> assertThat(((RagException) e).isTransient()).isTrue())
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("secret"));
    }

    @Test
    void aDatabaseNameThatIsNotThereIsSaid() {
        String url = postgres.jdbcUrl().replaceFirst("/[^/?]+\\?", "/no_such_database?");
        assertFails(() -> open(TestPostgres.dataSource(url), "docs"), "the database is not there; create it", "3D000");
    }

    @Test
    void aMissingExtensionIsSaid() {
        DataSource bare = TestPostgres.dataSource(postgres.freshDatabaseWithoutExtension());
        String[] expected = {"the extension vector is not installed", "superuser run CREATE EXTENSION vector"};
        assertFails(() -> open(bare, "docs"), expected);
        assertFails(() -> PgVectorSchema.builder(SPACE, "docs").build().apply(bare), expected);
        PgVectorSchema.builder(SPACE, "docs").createExtension().build().apply(bare);
        assertThat(open(bare, "docs").space()).isEqualTo(SPACE);
    }

    @Test
    void anExtensionThatTheRoleMayNotCreateIsSaid() {
        String url = postgres.freshDatabaseWithoutExtension();
        DataSource role = TestPostgres.dataSource(postgres.jdbcUrl(url, postgres.createRole("weak")));
        assertFails(
                () -> PgVectorSchema.builder(SPACE, "docs")
                        .createExtension()
                        .build()
                        .apply(role),
                "the role lacks a right",
                "42501");
    }

    @Test
    void aCollectionThatIsNotThereIsSaid() {
        DataSource empty = TestPostgres.dataSource(postgres.freshDatabase());
        assertFails(
                () -> open(empty, "docs"),
                "collection 'docs' in schema 'public' is not there",
                "PgVectorSchema.builder(space, \"docs\").schema(\"public\").build().apply(dataSource)");
        PgVectorSchema.builder(SPACE, "other").build().apply(empty);
        assertFails(() -> open(empty, "docs"), "docs_chunk", "missing", "PgVectorSchema");
    }

    @Test
    void anotherEmbeddingSpaceIsRefusedAndTheDifferenceIsSaid() {
        DataSource database = TestPostgres.dataSource(postgres.freshDatabase());
        PgVectorSchema.builder(SPACE, "docs").build().apply(database);
        EmbeddingSpace other =
                EmbeddingSpace.builder("acme", "model-b", 8).revision("1").build();
        for (ThrowingCallable call : List.<ThrowingCallable>of(
                () -> PgVectorStore.builder(database, other, "docs").build(),
                () -> PgVectorSchema.builder(other, "docs").build().apply(database))) {
            assertFails(
                    call,
                    "holds embeddings of acme/model-a (4 dimensions, revision '1'), not of acme/model-b (8 dimensions",
                    "model 'model-a' there, 'model-b' here",
                    "dimensions '4' there, '8' here",
                    "Use the embedder that the collection was made with, or make a new collection");
        }
    }

    @Test
    void everyPropertyOfTheSpaceCounts() {
        DataSource database = TestPostgres.dataSource(postgres.freshDatabase());
        EmbeddingSpace space = EmbeddingSpace.builder("p", "m", 4)
                .revision("r'1")
                .normalized()
                .documentPrefix("passage: ")
                .queryPrefix("query: \"")
                .build();
        PgVectorSchema.builder(space, "docs").build().apply(database);
        assertThat(PgVectorStore.builder(database, space, "docs").build().space())
                .isEqualTo(space);
        EmbeddingSpace.Builder almost =
                EmbeddingSpace.builder("p", "m", 4).revision("r'1").normalized();
        assertFails(
                () -> PgVectorStore.builder(database, almost.build(), "docs").build(), "documentPrefix", "queryPrefix");
    }

    @Test
    void missingRightsAreSaidWithTheStatementThatGrantsThem() {
        String url = postgres.freshDatabase();
        DataSource owner = TestPostgres.dataSource(url);
        PgVectorSchema.builder(SPACE, "docs").schema("rag").build().apply(owner);
        String name = postgres.createRole("reader");
        DataSource role = TestPostgres.dataSource(postgres.jdbcUrl(url, name));
        assertFails(() -> openIn(role, "rag"), "may not use the schema 'rag'", "GRANT USAGE ON SCHEMA \"rag\" TO");
        execute(owner, "GRANT USAGE ON SCHEMA rag TO " + name);
        assertFails(
                () -> openIn(role, "rag"), "may not work on", "GRANT SELECT ON \"rag\".\"rag_collection\" TO", name);
        execute(owner, "GRANT SELECT ON rag.rag_collection, rag.docs_document, rag.docs_chunk TO " + name);
        assertFails(() -> openIn(role, "rag"), "GRANT SELECT, INSERT, UPDATE, DELETE ON \"rag\".\"docs_document\"");
        execute(owner, "GRANT SELECT ON ALL TABLES IN SCHEMA rag TO " + name);
        execute(
                owner,
                "GRANT INSERT, UPDATE, DELETE ON rag.docs_document, rag.docs_chunk, rag.docs_term, rag.docs_stats TO "
                        + name);
        PgVectorStore store = openIn(role, "rag");
        store.replace(List.of(TestCollection.document("a", "text", TestCollection.direction(new Random(1), 4))));
        assertThat(store.search("text", SearchOptions.ofDefaults()).hits()).hasSize(1);
        assertThat(store.delete(List.of("a"))).isEqualTo(1);
    }

    @Test
    void aFunctionThatIsNotThereOrNotForTheRoleIsSaidBeforeTheFirstSearch() {
        String url = postgres.freshDatabase();
        DataSource owner = TestPostgres.dataSource(url);
        PgVectorSchema.builder(SPACE, "docs").build().apply(owner);
        String name = postgres.createRole("reader");
        execute(owner, "GRANT SELECT ON ALL TABLES IN SCHEMA public TO " + name);
        DataSource role = TestPostgres.dataSource(postgres.jdbcUrl(url, name));
        open(role, "docs");
        for (String function : List.of("docs_rows", "docs_estimate")) {
            execute(owner, "REVOKE EXECUTE ON FUNCTION " + function + " FROM PUBLIC");
            assertFails(
                    () -> open(role, "docs"),
                    "the role \"" + name + "\" may not work on collection 'docs'",
                    "GRANT EXECUTE ON FUNCTION \"public\".\"docs_estimate\"(text, jsonpath, boolean), \"public\".\"docs_rows\"() TO \""
                            + name
                            + "\"");
            execute(owner, "GRANT EXECUTE ON FUNCTION " + function + " TO " + name);
            open(role, "docs");
            execute(owner, "ALTER FUNCTION " + function + " RENAME TO gone");
            assertFails(() -> open(role, "docs"), function + " are missing", "make it with PgVectorSchema");
            execute(owner, "ALTER FUNCTION gone RENAME TO " + function);
        }
    }

    @Test
    void theStatementsThatAMessageNamesGrantTheRightsOnRangesToo() {
        String url = postgres.freshDatabase();
        DataSource owner = TestPostgres.dataSource(url);
        PgVectorSchema.builder(SPACE, "docs").rangeIndex("year").build().apply(owner);
        TestCollection.query(owner, "SELECT p.oid::regprocedure::text FROM pg_proc p WHERE p.proname LIKE 'docs\\_%'")
                .forEach(function -> execute(owner, "REVOKE EXECUTE ON FUNCTION " + function + " FROM PUBLIC"));
        String name = postgres.createRole("reader");
        DataSource role = TestPostgres.dataSource(postgres.jdbcUrl(url, name));
        String message = catchThrowable(() -> open(role, "docs")).getMessage();
        for (String statement : message.substring(message.indexOf("GRANT ")).split("; ")) {
            execute(owner, statement);
        }
        SearchOptions options =
                SearchOptions.builder().filter(Filter.lt("year", 2_000)).build();
        assertThat(open(role, "docs")
                        .search(TestCollection.direction(new Random(1), 4), options)
                        .hits())
                .isEmpty();
    }

    @Test
    void aRoleThatMayOnlyReadSearchesAndIsToldHowToWrite() {
        String url = postgres.freshDatabase();
        DataSource owner = TestPostgres.dataSource(url);
        PgVectorSchema schema = PgVectorSchema.builder(SPACE, "docs").build();
        schema.apply(owner);
        EmbeddedDocument document = TestCollection.document("a", "text", TestCollection.direction(new Random(1), 4));
        open(owner, "docs").replace(List.of(document));
        String name = postgres.createRole("reader");
        execute(owner, "GRANT SELECT ON ALL TABLES IN SCHEMA public TO " + name);
        DataSource role = TestPostgres.dataSource(postgres.jdbcUrl(url, name));
        schema.apply(role);
        PgVectorStore store = open(role, "docs");
        assertThat(store.search("text", SearchOptions.ofDefaults()).hits()).hasSize(1);
        assertThat(store.search(TestCollection.direction(new Random(1), 4), SearchOptions.ofDefaults())
                        .hits())
                .hasSize(1);
        assertThat(store.versions(List.of("a"))).containsOnlyKeys("a");
        for (ThrowingCallable write :
                List.<ThrowingCallable>of(() -> store.replace(List.of(document)), () -> store.delete(List.of("a")))) {
            assertFails(
                    write,
                    "the role \"" + name + "\" may not work on collection 'docs' in schema 'public'",
                    "GRANT SELECT, INSERT, UPDATE, DELETE ON \"public\".\"docs_document\"",
                    "then open the store anew");
        }
    }

    @Test
    void aRightTakenAwayLaterIsSaid() {
        String url = postgres.freshDatabase();
        DataSource owner = TestPostgres.dataSource(url);
        PgVectorSchema.builder(SPACE, "docs").build().apply(owner);
        String name = postgres.createRole("writer");
        execute(owner, "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO " + name);
        PgVectorStore store = open(TestPostgres.dataSource(postgres.jdbcUrl(url, name)), "docs");
        execute(owner, "REVOKE INSERT ON docs_chunk FROM " + name);
        assertFails(
                () -> store.replace(
                        List.of(TestCollection.document("a", "text", TestCollection.direction(new Random(1), 4)))),
                "replacing document 'a' in collection 'docs' in schema 'public'",
                "the role lacks a right; grant it",
                "42501");
        assertThat(store.versions(List.of("a"))).isEmpty();
    }

    @Test
    void aRoleThatMayNotCreateFindsWhatIsThere() {
        String url = postgres.freshDatabase();
        DataSource owner = TestPostgres.dataSource(url);
        String name = postgres.createRole("app");
        DataSource role = TestPostgres.dataSource(postgres.jdbcUrl(url, name));
        PgVectorSchema schema = PgVectorSchema.builder(SPACE, "docs").build();
        assertFails(
                () -> schema.apply(role), "making the schema in collection 'docs'", "the role lacks a right", "42501");
        schema.apply(owner);
        execute(owner, "GRANT SELECT ON rag_collection TO " + name);
        schema.apply(role);
    }

    @Test
    void aServerThatTakesNoWritesIsSaidWhereSomethingIsToBeMade() {
        String url = postgres.freshDatabase();
        DataSource primary = TestPostgres.dataSource(url);
        DataSource standby = TestPostgres.dataSource(likeAStandby(url));
        DataSource readOnly = TestPostgres.dataSource(url + "&options=-c%20default_transaction_read_only=on");
        PgVectorSchema schema = PgVectorSchema.builder(SPACE, "docs").build();
        assertFails(() -> schema.apply(standby), "this server is a standby", "do that on its primary");
        assertThatThrownBy(() -> schema.apply(readOnly))
                .hasMessageContaining("25006")
                .hasMessageContaining("primary");
        schema.apply(primary);
        schema.apply(standby);
        schema.apply(readOnly);
        assertFails(() -> schema.buildIndex(standby), "this server is a standby", "do that on its primary");
        assertThat(open(readOnly, "docs")
                        .search("text", SearchOptions.ofDefaults())
                        .hits())
                .isEmpty();
    }

    /** A database in which a function of the same name hides the server's own. */
    private static String likeAStandby(String url) {
        execute(
                TestPostgres.dataSource(url),
                "CREATE FUNCTION public.pg_is_in_recovery() RETURNS boolean LANGUAGE sql AS 'SELECT true'");
        return url + "&options=-c%20search_path=public,pg_catalog";
    }

    @Test
    void anotherEncodingIsRefused() {
        execute(
                postgres.dataSource(),
                "CREATE DATABASE latin_rag ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0");
        try {
            DataSource latin = TestPostgres.dataSource(postgres.jdbcUrl().replaceFirst("/[^/?]+\\?", "/latin_rag?"));
            assertFails(() -> open(latin, "docs"), "the database is encoded in LATIN1", "ENCODING 'UTF8'");
        } finally {
            execute(postgres.dataSource(), "DROP DATABASE latin_rag WITH (FORCE)");
        }
    }

    @Test
    void aNewerSchemaVersionIsRefused() {
        DataSource database = TestPostgres.dataSource(postgres.freshDatabase());
        PgVectorSchema schema = PgVectorSchema.builder(SPACE, "docs").build();
        schema.apply(database);
        execute(database, "UPDATE rag_collection SET schema_version = 2");
        assertFails(() -> open(database, "docs"), "has schema version 2, this library knows 1 and older");
        assertFails(() -> schema.apply(database), "has schema version 2");
    }

    @Test
    void namesThatAreNotPlainAreRefused() {
        DataSource database = TestPostgres.dataSource(postgres.jdbcUrl());
        for (String name : List.of("", "Docs", "1docs", "docs;", "do cs", "d\"", "d'", "döcs", "d".repeat(49), "d\n")) {
            assertThatThrownBy(() -> open(database, name))
                    .as(name)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("collection name must be 1 to 48 lower-case letters");
            assertThatThrownBy(() -> PgVectorSchema.builder(SPACE, name).build())
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> PgVectorStore.builder(database, SPACE, "docs")
                        .schema("a.b")
                        .build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("schema name must be 1 to 63 lower-case letters");
    }

    @Test
    void twoHundredFailingCallsLeaveThePoolAsItWas() {
        try (HikariDataSource pool = TestCollection.pool(postgres.freshDatabase(), 2)) {
            PgVectorSchema.builder(SPACE, "docs").metric(Metric.L2).build().apply(pool);
            PgVectorStore store = open(pool, "docs");
            execute(pool, "ALTER TABLE docs_term RENAME TO gone");
            for (int i = 0; i < 100; i++) {
                assertFails(() -> open(pool, "docs"), "docs_term are missing");
                assertFails(() -> open(pool, "other"), "is not there");
                assertFails(
                        () -> store.replace(List.of(
                                TestCollection.document("a", "text", TestCollection.direction(new Random(1), 4)))),
                        "a table is not there",
                        "42P01");
                assertFails(() -> store.search("text", SearchOptions.ofDefaults()), "42P01");
            }
            assertThat(pool.getHikariPoolMXBean().getActiveConnections()).isZero();
            assertThat(pool.getHikariPoolMXBean().getTotalConnections()).isBetween(1, 2);
            execute(pool, "ALTER TABLE gone RENAME TO docs_term");
            store.replace(List.of(TestCollection.document("a", "text", TestCollection.direction(new Random(1), 4))));
            assertThat(store.search("text", SearchOptions.ofDefaults()).hits()).hasSize(1);
        }
    }

    private static PgVectorStore open(DataSource dataSource, String collection) {
        return PgVectorStore.builder(dataSource, SPACE, collection).build();
    }

    private static PgVectorStore openIn(DataSource dataSource, String schema) {
        return PgVectorStore.builder(dataSource, SPACE, "docs").schema(schema).build();
    }

    private static void execute(DataSource dataSource, String text) {
        TestCollection.execute(dataSource, text);
    }

    private static void assertFails(ThrowingCallable call, String... parts) {
        assertThatThrownBy(call)
                .isInstanceOf(StoreException.class)
                .hasMessageContainingAll(parts)
                .satisfies(e -> assertThat(((StoreException) e).isTransient()).isFalse());
    }
}
