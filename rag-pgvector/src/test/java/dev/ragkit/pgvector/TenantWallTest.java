package dev.ragkit.pgvector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.ragkit.Document;
import dev.ragkit.EmbeddedDocument;
import dev.ragkit.Embedding;
import dev.ragkit.EmbeddingSpace;
import dev.ragkit.Filter;
import dev.ragkit.Hit;
import dev.ragkit.Metadata;
import dev.ragkit.SearchOptions;
import dev.ragkit.StoreException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

/** The second wall between tenants: row level security, and what opens a collection that has it. */
class TenantWallTest {
    private static final EmbeddingSpace SPACE =
            EmbeddingSpace.builder("test", "wall", 4).build();
    private static final Embedding QUERY = Embedding.of(1, 0, 0, 0);
    private static final int DOCUMENTS = 20;

    /** The condition that keeps our own statements from the rows of other tenants, wherever it stands. */
    private static final Pattern OWN_CONDITION = Pattern.compile("(?:\\w+\\.)?tenant = \\?");

    private static final Pattern ANY_CONDITION = Pattern.compile("tenant\\s*=\\s*\\?|tenant\\s+IN|tenant\\s*=\\s*ANY");

    private final StrictCollection strict = StrictCollection.SHARED;

    private static List<EmbeddedDocument> documents(String canary) {
        return IntStream.range(0, DOCUMENTS)
                .mapToObj(i -> TestCollection.document(
                        Document.of("d" + i, "shared words " + canary).withMetadata(Metadata.of("n", i)), QUERY))
                .toList();
    }

    private static RewrittenStatements withoutOurCondition() {
        return new RewrittenStatements(text -> OWN_CONDITION.matcher(text).replaceAll("CAST(? AS text) IS NOT NULL"));
    }

    @Test
    void S07_theCatalogueShowsEveryTableWithItsPolicy() {
        String name = TestCollection.name();
        strict.create(name, SPACE, schema -> schema.partitionsByTenant(4), SearchPlan.ofDefaults());
        List<String> tables = TestCollection.query(
                strict.superuser,
                "SELECT relname || ' ' || relrowsecurity || ' ' || relforcerowsecurity FROM pg_class WHERE relname LIKE '"
                        + name + "\\_%' AND relkind IN ('r', 'p')");
        assertThat(tables).hasSize(4 + 2 * 4).allMatch(table -> table.endsWith(" true true"));
        String condition = "(tenant = current_setting('rag.tenant'::text))";
        assertThat(TestCollection.query(
                        strict.superuser,
                        "SELECT tablename || ' ' || permissive || ' ' || roles::text || ' ' || cmd || ' ' || qual || ' '"
                                + " || with_check FROM pg_policies WHERE tablename LIKE '" + name + "\\_%' ORDER BY 1"))
                .containsExactly(
                        name + "_chunk PERMISSIVE {public} ALL " + condition + " " + condition,
                        name + "_document PERMISSIVE {public} ALL " + condition + " " + condition,
                        name + "_stats PERMISSIVE {public} ALL " + condition + " " + condition,
                        name + "_term PERMISSIVE {public} ALL " + condition + " " + condition);
        assertThat(TestCollection.query(
                        strict.pool, "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"))
                .containsExactly("f");
        assertThat(TestCollection.query(
                        strict.superuser,
                        "SELECT DISTINCT pg_has_role('" + strict.app + "', relowner, 'MEMBER') FROM pg_class"
                                + " WHERE relname LIKE '" + name + "\\_%'"))
                .containsExactly("f");
        System.out.println("S-07: " + tables.size() + " tables, all with row level security enabled and forced");
    }

    @Test
    void S07_withoutOurOwnConditionNoForeignRowIsFound() {
        int foreign = 0;
        int texts = 0;
        for (int partitions : new int[] {0, 2}) {
            String name = TestCollection.name();
            PgVectorStore store = strict.create(
                    name,
                    SPACE,
                    schema -> partitions == 0 ? schema : schema.partitionsByTenant(partitions),
                    SearchPlan.alwaysIndex());
            store.tenant("a").replace(documents("canary"));
            store.tenant("b").replace(documents("bird"));
            RewrittenStatements mutation = withoutOurCondition();
            foreign += foreign(open(mutation.on(strict.pool), name, SearchPlan.alwaysIndex()));
            foreign +=
                    foreign(open(mutation.on(strict.pool), name, new SearchPlan(1e9, SearchPlan.DEFAULT_EF_SEARCH, 0)));
            assertThat(mutation.changed)
                    .noneMatch(text -> ANY_CONDITION.matcher(text).find());
            assertThat(mutation.unchanged)
                    .noneMatch(text -> ANY_CONDITION.matcher(text).find());
            assertThat(mutation.changed).hasSizeGreaterThan(10);
            texts = mutation.changed.size();
            assertThat(store.tenant("a").versions(List.of("d0", "d19"))).hasSize(2);
            assertThat(store.tenant("b").documentIds(Filter.all(), "", 100)).isEmpty();
        }
        System.out.println("S-07: " + texts + " statements without our condition, " + foreign + " foreign rows");
        assertThat(foreign).isZero();
    }

    /** The same mutation where there is no second wall: that the test above can fail. */
    @Test
    void S07_theMutationOpensTheFirstWall() {
        String name = TestCollection.name();
        PgVectorSchema.builder(SPACE, name).build().apply(TestCollection.POOL);
        PgVectorStore store =
                PgVectorStore.builder(TestCollection.POOL, SPACE, name).build();
        store.tenant("a").replace(documents("canary"));
        store.tenant("b").replace(documents("bird"));
        PgVectorStore mutated = open(
                withoutOurCondition().on(TestCollection.POOL),
                name,
                new SearchPlan(1e9, SearchPlan.DEFAULT_EF_SEARCH, 0));
        assertThat(mutated.tenant("b").search(QUERY, SearchOptions.ofLimit(100)).hits())
                .hasSize(2 * DOCUMENTS);
        assertThat(mutated.tenant("b").delete(List.of("d0"))).isEqualTo(1);
        assertThat(store.tenant("a").versions(List.of("d0"))).isEmpty();
    }

    private static PgVectorStore open(DataSource dataSource, String name, SearchPlan plan) {
        return PgVectorStore.builder(dataSource, SPACE, name).plan(plan).build();
    }

    /** Everything that a store does, as b; how many rows of a came to light, and at last b takes out all it can reach. */
    private static int foreign(PgVectorStore mutated) {
        PgVectorStore b = mutated.tenant("b");
        b.replace(documents("bird"));
        List<Hit> hits = new ArrayList<>();
        for (Filter filter : List.of(Filter.all(), Filter.lt("n", 15), Filter.eq("n", 3))) {
            SearchOptions options =
                    SearchOptions.builder().limit(100).filter(filter).build();
            int expected = (int) IntStream.range(0, DOCUMENTS)
                    .filter(i -> filter.matches(Metadata.of("n", i)))
                    .count();
            for (List<Hit> found : List.of(
                    b.search(QUERY, options).hits(),
                    b.search("shared words", options).hits())) {
                assertThat(found).hasSize(expected);
                hits.addAll(found);
            }
            assertThat(b.documentIds(filter, "", 100)).hasSize(expected);
        }
        assertThat(b.search("canary", SearchOptions.ofDefaults()).hits()).isEmpty();
        List<String> ids = b.documentIds(Filter.all(), "", 100);
        assertThat(b.versions(ids)).hasSize(DOCUMENTS);
        assertThat(b.delete(ids)).isEqualTo(DOCUMENTS);
        assertThat(b.delete(ids)).isZero();
        return (int) hits.stream()
                .filter(hit -> hit.chunk().text().contains("canary"))
                .count();
    }

    @Test
    void S07_aStatementThatWritesForAnotherTenantIsRefused() {
        String name = TestCollection.name();
        PgVectorStore store = strict.create(name, SPACE, schema -> schema, SearchPlan.ofDefaults());
        store.tenant("b").replace(documents("bird"));
        RewrittenStatements mutation =
                new RewrittenStatements(text -> text.replaceFirst("SELECT \\?, n\\.", "SELECT 'x' || ?, n."));
        PgVectorStore mutated = open(mutation.on(strict.pool), name, SearchPlan.ofDefaults());
        assertThatThrownBy(() -> mutated.tenant("b").replace(documents("bird")))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("42501");
        assertThat(mutation.changed).hasSize(1);
    }

    @Test
    void S07_partitionsShowNothingByThemselves() {
        String name = TestCollection.name();
        PgVectorStore store =
                strict.create(name, SPACE, schema -> schema.partitionsByTenant(2), SearchPlan.ofDefaults());
        store.tenant("b").replace(documents("bird"));
        for (int i = 0; i < 2; i++) {
            for (DataSource role : List.of(strict.pool, strict.owner)) {
                assertThat(TestCollection.query(role, "SELECT text FROM " + name + "_chunk_p" + i))
                        .isEmpty();
                assertThat(TestCollection.query(role, "SELECT text FROM " + name + "_document_p" + i))
                        .isEmpty();
            }
        }
    }

    @Test
    void S07_rolesThatNoPolicyBindsAreRefused() {
        StrictCollection own = new StrictCollection();
        own.create("docs", SPACE, schema -> schema, SearchPlan.ofDefaults());
        TestPostgres postgres = TestPostgres.shared();
        String owner = TestCollection.query(own.owner, "SELECT current_user").get(0);
        String superuser =
                TestCollection.query(own.superuser, "SELECT current_user").get(0);
        String bypassing = granted(own, "bypassing", "ALTER ROLE %s BYPASSRLS");
        String member = granted(own, "member", "GRANT " + owner + " TO %s");
        String heir = granted(own, "heir", "ALTER ROLE %s NOINHERIT; GRANT " + bypassing + " TO %s");
        String disguised = own.url + "&options=-c%20role=" + own.app;
        Map<String, String> refused = Map.of(
                own.url,
                "the role \"" + superuser + "\" is a superuser",
                disguised,
                "the role \"" + superuser + "\", which it may become, is a superuser",
                postgres.jdbcUrl(own.url, owner),
                "the role \"" + owner + "\" owns tables of the collection",
                postgres.jdbcUrl(own.url, bypassing),
                "the role \"" + bypassing + "\" has BYPASSRLS",
                postgres.jdbcUrl(own.url, member),
                "the role \"" + owner + "\", which it may become, owns tables of the collection",
                postgres.jdbcUrl(own.url, heir),
                "the role \"" + bypassing + "\", which it may become, has BYPASSRLS");
        refused.forEach((url, message) -> {
            PgVectorStore.Builder builder = PgVectorStore.builder(TestPostgres.dataSource(url), SPACE, "docs");
            assertThatThrownBy(builder::build)
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("row level security of collection 'docs' in schema 'public' does not bind")
                    .hasMessageContaining(message)
                    .hasMessageContaining("CREATE ROLE rag_app LOGIN PASSWORD '...'; GRANT USAGE ON SCHEMA \"public\"")
                    .hasMessageContaining("GRANT SELECT, INSERT, UPDATE, DELETE ON \"public\".\"docs_document\"");
            assertThatThrownBy(() -> PgVectorStore.builder(own.pool, SPACE, "docs")
                            .replica(TestPostgres.dataSource(url))
                            .build())
                    .as("as the login of a replica")
                    .hasMessageContaining(message);
            PgVectorStore trusted = builder.trustAnyRole().build();
            trusted.tenant("t").replace(documents("bird"));
            assertThat(trusted.tenant("t")
                            .search("bird", SearchOptions.ofLimit(100))
                            .hits())
                    .hasSize(DOCUMENTS);
        });
        System.out.println("S-07: " + refused.size() + " of " + refused.size() + " unsafe roles refused");
    }

    private static String granted(StrictCollection on, String prefix, String grant) {
        String role = TestPostgres.shared().createRole(prefix);
        TestCollection.execute(
                on.superuser, "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO " + role);
        TestCollection.execute(on.superuser, grant.replace("%s", role));
        return role;
    }

    @Test
    void S07_whatTheCatalogueLacksIsRefused() {
        StrictCollection own = new StrictCollection();
        PgVectorSchema schema = PgVectorSchema.builder(SPACE, "docs")
                .rowLevelSecurity()
                .partitionsByTenant(2)
                .build();
        schema.apply(own.owner);
        PgVectorStore.Builder builder = PgVectorStore.builder(own.pool, SPACE, "docs");
        Map<String, String> faults = Map.of(
                "ALTER TABLE docs_chunk DISABLE ROW LEVEL SECURITY",
                "docs_chunk does not ENABLE and FORCE it",
                "ALTER TABLE docs_term NO FORCE ROW LEVEL SECURITY",
                "docs_term does not ENABLE and FORCE it",
                "ALTER TABLE docs_chunk_p1 NO FORCE ROW LEVEL SECURITY",
                "docs_chunk_p1 does not ENABLE and FORCE it",
                "DROP POLICY rag_tenant ON docs_stats",
                "docs_stats lacks the policy rag_tenant",
                "ALTER POLICY rag_tenant ON docs_document USING (true)",
                "docs_document lacks the policy rag_tenant",
                "ALTER POLICY rag_tenant ON docs_chunk WITH CHECK (true)",
                "docs_chunk lacks the policy rag_tenant",
                "ALTER POLICY rag_tenant ON docs_chunk TO " + own.app,
                "docs_chunk lacks the policy rag_tenant",
                "CREATE POLICY more ON docs_chunk USING (true)",
                "docs_chunk has one more policy that permits",
                "CREATE POLICY more ON docs_chunk_p0 USING (true)",
                "docs_chunk_p0 has one more policy that permits");
        faults.forEach((fault, message) -> {
            builder.build();
            TestCollection.execute(own.owner, fault);
            assertThatThrownBy(builder::build)
                    .as(fault)
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("is not as it was made: the table " + message)
                    .hasMessageContaining("let the owner run what PgVectorSchema.statements() prints");
            TestCollection.execute(own.owner, "DROP POLICY IF EXISTS more ON docs_chunk");
            TestCollection.execute(own.owner, "DROP POLICY IF EXISTS more ON docs_chunk_p0");
            schema.statements().forEach(statement -> TestCollection.execute(own.owner, statement));
        });
        TestCollection.execute(own.owner, "CREATE POLICY less ON docs_chunk AS RESTRICTIVE USING (ordinal < 100)");
        builder.build();
        System.out.println("S-07: " + faults.size() + " of " + faults.size() + " faults of the catalogue refused");
    }

    @Test
    void S10_aTenantLeftOnAConnectionByForceGivesNoAccess() {
        String name = TestCollection.name();
        PgVectorStore store = strict.create(name, SPACE, schema -> schema, SearchPlan.alwaysIndex());
        store.tenant("a").replace(documents("canary"));
        String url = TestPostgres.shared().jdbcUrl(strict.url, strict.app);
        try (HikariDataSource pool = TestCollection.pool(url, 1)) {
            TestCollection.execute(pool, "SET rag.tenant = 'a'");
            assertThat(foreign(open(pool, name, SearchPlan.alwaysIndex()))).isZero();
            assertThat(foreign(open(
                            withoutOurCondition().on(pool),
                            name,
                            new SearchPlan(1e9, SearchPlan.DEFAULT_EF_SEARCH, 0))))
                    .isZero();
        }
        System.out.println("S-10: a setting left on a connection by force, 0 foreign rows");
    }

    @Test
    void S10_noTenantIsLeftOnAConnection() {
        String name = TestCollection.name();
        strict.create(name, SPACE, schema -> schema, SearchPlan.alwaysIndex());
        for (String parameters : List.of("", "&preferQueryMode=simple", "&stringtype=unspecified")) {
            String url = TestPostgres.shared().jdbcUrl(strict.url, strict.app) + parameters;
            try (HikariDataSource pool = TestCollection.pool(url, 1)) {
                assertThat(foreign(open(pool, name, SearchPlan.alwaysIndex()))).isZero();
                assertThat(TestCollection.query(pool, "SELECT coalesce(current_setting('rag.tenant', true), '')"))
                        .containsExactly("");
            }
        }
    }
}
