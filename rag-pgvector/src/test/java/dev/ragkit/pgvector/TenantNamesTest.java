package dev.ragkit.pgvector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.ragkit.Embedding;
import dev.ragkit.EmbeddingSpace;
import dev.ragkit.Filter;
import dev.ragkit.SearchOptions;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

/** What is no tenant is refused before anything is sent, and what looks like a tenant is another one. */
class TenantNamesTest {
    private static final EmbeddingSpace SPACE =
            EmbeddingSpace.builder("test", "names", 4).build();
    private static final Embedding QUERY = Embedding.of(1, 0, 0, 0);

    private final StrictCollection strict = StrictCollection.SHARED;

    @Test
    void S08_whatIsNoTenantIsRefusedBeforeAnythingIsSent() {
        String name = TestCollection.name();
        strict.create(name, SPACE, schema -> schema, SearchPlan.ofDefaults());
        AtomicInteger connections = new AtomicInteger();
        PgVectorStore store = PgVectorStore.builder(counting(strict.pool, connections), SPACE, name)
                .build();
        int atOpening = connections.get();
        List<String> refused = List.of(
                "", " ", "\t\r\n", "\u2003", "x".repeat(513), "x".repeat(10_240), "a\u0000", "a\ud83d", "\udc00a");
        for (String tenant : refused) {
            assertThatThrownBy(() -> store.tenant(tenant))
                    .as("a tenant of %d characters", tenant.length())
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("tenant must ");
        }
        assertThatThrownBy(() -> store.tenant(null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("tenant");
        assertThat(connections.get()).isEqualTo(atOpening);
        System.out.println("S-08: " + (refused.size() + 1) + " of " + (refused.size() + 1)
                + " names refused, 0 connections taken");
    }

    private static DataSource counting(DataSource dataSource, AtomicInteger connections) {
        return Standin.of(DataSource.class, (method, arguments) -> {
            if (method.getName().equals("getConnection")) {
                connections.incrementAndGet();
            }
            return method.invoke(dataSource, arguments);
        });
    }

    @Test
    void S08_whatLooksLikeATenantIsAnotherOne() {
        PgVectorStore store = strict.create(SPACE, schema -> schema, SearchPlan.alwaysIndex());
        store.tenant("acme").replace(List.of(TestCollection.document("d", "word", QUERY)));
        store.tenant("\u00e9").replace(List.of(TestCollection.document("d", "word", QUERY)));
        List<String> others = List.of(
                "%",
                "_",
                "acm_",
                "acme%",
                "Acme",
                "ACME",
                "\u0430cme",
                "acme ",
                " acme",
                "acme\u200b",
                "\uff41cme",
                "acme'",
                "acme'; --",
                "\"acme\"",
                "acme\\",
                "*",
                "null",
                "default",
                "e\u0301",
                "\u00c9",
                "{acme}",
                "acme' OR 'a'='a",
                "rag.tenant",
                "$user",
                "x".repeat(512),
                "\u20ac".repeat(400));
        for (String name : others) {
            PgVectorStore other = store.tenant(name);
            assertThat(other.search(QUERY, SearchOptions.ofDefaults()).hits())
                    .as(name)
                    .isEmpty();
            assertThat(other.search("word", SearchOptions.ofDefaults()).hits())
                    .as(name)
                    .isEmpty();
            assertThat(other.documentIds(Filter.all(), "", 10)).as(name).isEmpty();
            assertThat(other.versions(List.of("d"))).as(name).isEmpty();
            assertThat(other.delete(List.of("d"))).as(name).isZero();
        }
        for (String name : others) {
            PgVectorStore other = store.tenant(name);
            other.replace(List.of(TestCollection.document(name.strip(), "word", QUERY)));
            assertThat(other.search(QUERY, SearchOptions.ofDefaults()).hits())
                    .as(name)
                    .singleElement()
                    .satisfies(hit -> assertThat(hit.chunk().documentId()).isEqualTo(name.strip()));
        }
        assertThat(store.tenant("acme").documentIds(Filter.all(), "", 10)).containsExactly("d");
        System.out.println("S-08: " + others.size() + " look-alikes, 0 rows of another tenant");
    }

    @Test
    void S08_withoutTheSettingPoliciesFailAndWithAnEmptyOneTheyHideEverything() {
        String name = TestCollection.name();
        PgVectorStore store = strict.create(name, SPACE, schema -> schema, SearchPlan.ofDefaults());
        store.tenant("acme").replace(List.of(TestCollection.document("d", "word", QUERY)));
        String url = TestPostgres.shared().jdbcUrl(strict.url, strict.app);
        for (String table : List.of("_document", "_chunk", "_term", "_stats")) {
            String text = "SELECT tenant FROM " + name + table;
            try (HikariDataSource pool = TestCollection.pool(url, 1)) {
                assertThatThrownBy(() -> TestCollection.query(pool, text))
                        .as(table)
                        .hasMessageContaining("42704");
                for (String other : List.of("", " ", "acm", "ACME", "%")) {
                    TestCollection.execute(pool, "SET rag.tenant = '" + other + "'");
                    assertThat(TestCollection.query(pool, text)).as(table).isEmpty();
                }
                TestCollection.execute(pool, "SET rag.tenant = 'acme'");
                assertThat(TestCollection.query(pool, text)).as(table).containsExactly("acme");
            }
        }
        System.out.println("S-08: setting unset 42704, setting empty 0 rows, on 4 of 4 tables");
    }
}
