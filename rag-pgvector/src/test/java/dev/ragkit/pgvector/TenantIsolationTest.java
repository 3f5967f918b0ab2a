package dev.ragkit.pgvector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.ragkit.Chunk;
import dev.ragkit.Document;
import dev.ragkit.EmbeddedChunk;
import dev.ragkit.EmbeddedDocument;
import dev.ragkit.Embedding;
import dev.ragkit.EmbeddingSpace;
import dev.ragkit.Filter;
import dev.ragkit.Metadata;
import dev.ragkit.SearchOptions;
import dev.ragkit.SearchResult;
import dev.ragkit.StoreException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Tenants do not meet: neither in what many threads find while backends die, nor by the ids of others. */
class TenantIsolationTest {
    private static final boolean DEEP = Boolean.getBoolean("rag.deep");
    private static final long SEED = Long.getLong("seed", 60_606);

    private static final EmbeddingSpace SPACE =
            EmbeddingSpace.builder("test", "isolation", 8).build();

    /** All chunks of all tenants have it. */
    private static final Embedding SAME = Embedding.of(1, 2, 3, 4, 5, 6, 7, 8);

    private static final int TENANTS = 100;
    private static final int DOCUMENTS = 5;
    private static final int CHUNKS = DEEP ? 200 : 10;
    private static final int SEARCHES = DEEP ? 100_000 : 20_000;
    private static final int THREADS = 64;
    private static final int CONNECTIONS = 10;

    /** Of 100 searches, for how many a backend is cancelled or ended. */
    private static final int CANCELLED = 5;

    private static final int KILLED = 2;

    /** With a number, so that no two have the same stem. */
    private static String canary(int tenant) {
        return "canary" + (tenant + 1_000);
    }

    private static EmbeddedDocument document(int tenant, int number) {
        Document document = Document.of("d" + number, ("shared words " + canary(tenant) + ". ").repeat(CHUNKS));
        int length = document.text().length() / CHUNKS;
        List<EmbeddedChunk> chunks = IntStream.range(0, CHUNKS)
                .mapToObj(i -> Chunk.of(document, i, i * length, (i + 1) * length - 1)
                        .withMetadata(Metadata.of("n", i).with("document", number)))
                .map(chunk -> new EmbeddedChunk(chunk, SAME))
                .toList();
        return new EmbeddedDocument(document, "v1", chunks);
    }

    private static void load(PgVectorStore store) {
        for (int tenant = 0; tenant < TENANTS; tenant++) {
            int owner = tenant;
            store.tenant("tenant-" + tenant)
                    .replace(IntStream.range(0, DOCUMENTS)
                            .mapToObj(i -> document(owner, i))
                            .toList());
        }
    }

    /** What happened to the searches of a run. */
    private record Tally(
            AtomicInteger done,
            AtomicInteger failed,
            AtomicInteger foreign,
            Queue<String> wrongSize,
            AtomicInteger throughIndex) {
        Tally() {
            this(
                    new AtomicInteger(),
                    new AtomicInteger(),
                    new AtomicInteger(),
                    new ConcurrentLinkedQueue<>(),
                    new AtomicInteger());
        }
    }

    @Test
    void S06_tenantsWithTheSameVectorsFindOnlyTheirOwn() throws Exception {
        System.out.println("S-06: seed " + SEED + " (replay with -Dseed=" + SEED + ")");
        StrictCollection strict = new StrictCollection();
        PgVectorStore partitioned =
                strict.create("docs", SPACE, schema -> schema.partitionsByTenant(4), SearchPlan.ofDefaults());
        load(partitioned);
        PgVectorSchema.builder(SPACE, "plain").build().apply(strict.owner);
        load(PgVectorStore.builder(strict.pool, SPACE, "plain").build());
        TestCollection.execute(strict.owner, "ANALYZE docs_chunk");
        TestCollection.execute(strict.owner, "ANALYZE plain_chunk");
        String url = TestPostgres.shared().jdbcUrl(strict.url, strict.app);
        try (HikariDataSource pool = TestCollection.pool(url, CONNECTIONS)) {
            for (String name : List.of("docs", "plain")) {
                run(strict, name, pool);
            }
        }
    }

    private static void run(StrictCollection strict, String name, HikariDataSource pool) throws Exception {
        List<PgVectorStore> stores = List.of(
                PgVectorStore.builder(pool, SPACE, name)
                        .plan(SearchPlan.alwaysIndex())
                        .build(),
                PgVectorStore.builder(pool, SPACE, name).build());
        Tally tally = new Tally();
        int disturbed = searchInChaos(strict, stores, tally);
        System.out.printf(
                "S-06: %s, %,d searches by %d threads on %d connections, %d through the index, %d backends"
                        + " disturbed, %d searches failed: %d foreign canaries, %d of the wrong size%n",
                name.equals("docs") ? "row level security and partitions" : "bound condition only",
                tally.done.get(),
                THREADS,
                CONNECTIONS,
                tally.throughIndex.get(),
                disturbed,
                tally.failed.get(),
                tally.foreign.get(),
                tally.wrongSize.size());
        assertThat(tally.foreign.get()).isZero();
        assertThat(tally.wrongSize).isEmpty();
        assertThat(tally.failed.get()).isBetween(1, SEARCHES / 10);
        assertThat(tally.throughIndex.get()).isPositive();
    }

    /** Returns how many backends were disturbed meanwhile. */
    private static int searchInChaos(StrictCollection strict, List<PgVectorStore> stores, Tally tally)
            throws InterruptedException, ExecutionException {
        CountDownLatch ended = new CountDownLatch(1);
        ExecutorService threads = Executors.newFixedThreadPool(THREADS + 1);
        try {
            Future<Integer> chaos = threads.submit(() -> disturb(strict, tally, ended));
            List<Future<?>> searches = new ArrayList<>();
            for (int thread = 0; thread < THREADS; thread++) {
                Random random = new Random(SEED + thread);
                searches.add(threads.submit(() -> {
                    while (tally.done.get() < SEARCHES / 2) {
                        search(stores, random, tally);
                    }
                }));
            }
            await(searches);
            ended.countDown();
            return chaos.get();
        } finally {
            ended.countDown();
            threads.shutdownNow();
        }
    }

    private static void await(List<Future<?>> results) throws InterruptedException, ExecutionException {
        for (Future<?> result : results) {
            result.get();
        }
    }

    /** Cancels and ends backends at the pace of the searches; returns how many. */
    private static int disturb(StrictCollection strict, Tally tally, CountDownLatch ended)
            throws SQLException, InterruptedException {
        Random random = new Random(SEED - 1);
        int disturbed = 0;
        try (Connection connection = strict.superuser.getConnection();
                Statement statement = connection.createStatement()) {
            while (!ended.await(1, TimeUnit.MILLISECONDS)) {
                if (disturbed * 100 >= tally.done.get() * (CANCELLED + KILLED)) {
                    continue;
                }
                String function =
                        random.nextInt(CANCELLED + KILLED) < KILLED ? "pg_terminate_backend" : "pg_cancel_backend";
                statement.execute(
                        "SELECT " + function + "(pid) FROM (SELECT pid FROM pg_stat_activity WHERE usename = '"
                                + strict.app + "' AND state = 'active' ORDER BY random() LIMIT 1) one");
                disturbed++;
            }
        }
        return disturbed;
    }

    private static void search(List<PgVectorStore> stores, Random random, Tally tally) {
        int tenant = random.nextInt(TENANTS);
        PgVectorStore store = stores.get(random.nextInt(4) == 0 ? 0 : 1).tenant("tenant-" + tenant);
        try {
            switch (random.nextInt(5)) {
                case 0, 1 -> near(store, tenant, random, Filter.all(), tally);
                case 2 -> near(store, tenant, random, filter(random), tally);
                case 3 -> words(store, tenant, random, tally);
                default -> foreignWord(store, tenant, random, tally);
            }
            tally.done.incrementAndGet();
        } catch (StoreException | CancellationException e) {
            tally.failed.incrementAndGet();
        }
    }

    private static Filter filter(Random random) {
        return random.nextBoolean()
                ? Filter.eq("n", random.nextInt(CHUNKS))
                : Filter.and(Filter.gte("n", random.nextInt(CHUNKS)), Filter.lt("document", 3));
    }

    private static int matching(Filter filter) {
        int perTenant = 0;
        for (int document = 0; document < DOCUMENTS; document++) {
            for (int n = 0; n < CHUNKS; n++) {
                perTenant += filter.matches(Metadata.of("n", n).with("document", document)) ? 1 : 0;
            }
        }
        return perTenant;
    }

    private static void near(PgVectorStore store, int tenant, Random random, Filter filter, Tally tally) {
        SearchOptions options = SearchOptions.builder()
                .limit(1 + random.nextInt(60))
                .filter(filter)
                .build();
        SearchResult result = store.search(SAME, options);
        tally.throughIndex.addAndGet(result.path() == SearchResult.Path.EXACT ? 0 : 1);
        count(result, tenant, new Expected("near", options), tally);
    }

    private static void words(PgVectorStore store, int tenant, Random random, Tally tally) {
        SearchOptions options = SearchOptions.builder()
                .limit(1 + random.nextInt(60))
                .filter(random.nextBoolean() ? Filter.all() : filter(random))
                .build();
        count(store.search("shared " + canary(tenant), options), tenant, new Expected("words", options), tally);
    }

    private static void foreignWord(PgVectorStore store, int tenant, Random random, Tally tally) {
        String other = canary((tenant + 1 + random.nextInt(TENANTS - 1)) % TENANTS);
        Expected nothing = new Expected(0, "a foreign word");
        count(store.search(other, SearchOptions.ofDefaults()), tenant, nothing, tally);
    }

    /** How many hits of what search. */
    private record Expected(int hits, String search) {
        Expected(String search, SearchOptions options) {
            this(
                    Math.min(options.limit(), matching(options.filter())),
                    search + ", at most " + options.limit() + " with " + options.filter());
        }
    }

    private static void count(SearchResult result, int tenant, Expected expected, Tally tally) {
        int found = result.hits().size();
        if (found != expected.hits) {
            tally.wrongSize.add(found + " hits instead of " + expected.hits + " of tenant " + tenant + ": "
                    + expected.search + ", " + result.path() + ", looked at " + result.examined());
        }
        String own = canary(tenant) + ".";
        tally.foreign.addAndGet((int) result.hits().stream()
                .filter(hit -> !(hit.chunk().text() + ".").contains(own))
                .count());
    }

    // ---- S-09 ----------------------------------------------------------------------------------------------------

    private static final int ATTEMPTS = DEEP ? 100_000 : 20_000;
    private static final int IDS = 50;

    @Test
    void S09_theIdsOfAnotherTenantAreNeitherChangedNorGivenAway() {
        for (boolean isStrict : new boolean[] {true, false}) {
            StrictCollection database = StrictCollection.SHARED;
            String name = TestCollection.name();
            PgVectorSchema.Builder schema = PgVectorSchema.builder(SPACE, name);
            (isStrict ? schema.rowLevelSecurity().partitionsByTenant(2) : schema)
                    .build()
                    .apply(database.owner);
            PgVectorStore store =
                    PgVectorStore.builder(database.pool, SPACE, name).build();
            store.tenant("a").replace(simple("theirs", "a", 0, IDS));
            List<String> before = dump(database, name, "a");
            int attempts = attack(store.tenant("b"));
            assertThat(dump(database, name, "a")).isEqualTo(before).hasSizeGreaterThan(2 * IDS);
            assertThat(dump(database, name, "b")).isEmpty();
            System.out.printf(
                    "S-09: %s, %,d upserts and deletes with the ids of another tenant, its %d rows equal,"
                            + " same answers for %d ids that exist and %d that do not%n",
                    isStrict ? "row level security" : "bound condition", attempts, before.size(), IDS, IDS);
        }
    }

    /** The ids up to IDS are those of a; those after are nobody's. */
    private static List<EmbeddedDocument> simple(String text, String author, int from, int to) {
        return IntStream.range(from, to)
                .mapToObj(i -> TestCollection.document(
                        Document.of("d" + i, text + " " + i).withMetadata(Metadata.of("author", author)), SAME))
                .toList();
    }

    private static int attack(PgVectorStore b) {
        int attempts = 0;
        for (int round = 0; attempts < ATTEMPTS / 2; round++) {
            List<String> theirs = IntStream.range(0, IDS).mapToObj(i -> "d" + i).toList();
            List<String> nobodys =
                    IntStream.range(IDS, 2 * IDS).mapToObj(i -> "d" + i).toList();
            assertThat(b.versions(theirs)).isEqualTo(b.versions(nobodys)).isEmpty();
            assertThat(b.delete(theirs)).isEqualTo(b.delete(nobodys)).isZero();
            b.replace(simple("ours " + round, "b", 0, IDS));
            b.replace(simple("ours " + round, "b", IDS, 2 * IDS));
            assertThat(answer(() -> b.replace(invalid(0)))).isEqualTo(answer(() -> b.replace(invalid(IDS))));
            assertThat(b.versions(theirs).values())
                    .containsExactlyElementsOf(b.versions(nobodys).values());
            assertThat(b.delete(theirs.subList(0, 1)))
                    .isEqualTo(b.delete(nobodys.subList(0, 1)))
                    .isEqualTo(1);
            assertThat(b.delete(theirs)).isEqualTo(b.delete(nobodys)).isEqualTo(IDS - 1);
            attempts += 4 * IDS + 1;
        }
        return attempts;
    }

    private static List<EmbeddedDocument> invalid(int id) {
        return List.of(TestCollection.document("d" + id, "a\u0000", SAME));
    }

    private static String answer(Runnable call) {
        try {
            call.run();
            return "done";
        } catch (RuntimeException e) {
            return e.getClass() + " " + e.getMessage().replaceAll("d\\d+", "ID");
        }
    }

    /** Everything that is kept of a tenant, with the positions of the rows and who wrote them; but for a count of nothing. */
    private static List<String> dump(StrictCollection database, String name, String tenant) {
        List<String> rows = new ArrayList<>();
        for (String table : List.of("_document", "_chunk", "_term", "_stats")) {
            rows.addAll(TestCollection.query(
                    database.superuser,
                    "SELECT tableoid || ' ' || ctid || ' ' || xmin || ' ' || t::text FROM " + name + table
                            + " t WHERE tenant = '" + tenant + "' AND t::text NOT LIKE '%,0,0)' ORDER BY 1"));
        }
        return rows;
    }

    /** By hand, as an attacker who can run statements as the role and name a tenant. */
    @Test
    void S09_statementsByHandGetTheSameAnswerForIdsThatExistAndIdsThatDoNot() {
        StrictCollection database = StrictCollection.SHARED;
        String name = TestCollection.name();
        PgVectorStore store = database.create(name, SPACE, schema -> schema, SearchPlan.ofDefaults());
        store.tenant("a").replace(simple("theirs", "a", 0, IDS));
        List<String> before = dump(database, name, "a");
        List<String> statements = List.of(
                "INSERT INTO {t}_document VALUES ('a', '{id}', 1, '', '', '{}', '', 0)",
                "INSERT INTO {t}_document VALUES ('a', '{id}', 1, '', '', '{}', '', 0) ON CONFLICT DO NOTHING",
                "INSERT INTO {t}_document VALUES ('a', '{id}', 1, '', '', '{}', '', 0)"
                        + " ON CONFLICT (tenant, id) DO UPDATE SET text = 'taken'",
                "INSERT INTO {t}_chunk VALUES ('a', '{id}', 1, 0, 0, 0, '', '', '{}', '[1,2,3,4,5,6,7,8]')",
                "INSERT INTO {t}_chunk VALUES ('b', '{id}', 1, 0, 0, 0, '', '', '{}', '[1,2,3,4,5,6,7,8]')",
                "UPDATE {t}_document SET text = 'taken' WHERE id = '{id}'",
                "UPDATE {t}_document SET tenant = 'b' WHERE id = '{id}'",
                "UPDATE {t}_chunk SET text = 'taken' WHERE document_id = '{id}'",
                "DELETE FROM {t}_document WHERE id = '{id}'",
                "DELETE FROM {t}_chunk WHERE document_id = '{id}'",
                "SELECT 1 / count(*) FROM {t}_document WHERE id = '{id}'",
                "SELECT count(*) FROM {t}_chunk WHERE document_id = '{id}' AND 1 / (ordinal - ordinal) = 1",
                "SELECT FROM {t}_document WHERE id = '{id}' FOR UPDATE");
        for (String statement : statements) {
            String text = statement.replace("{t}", name);
            assertThat(byHand(database, text.replace("{id}", "d7")))
                    .as(statement)
                    .isEqualTo(byHand(database, text.replace("{id}", "d77")));
        }
        assertThat(dump(database, name, "a")).isEqualTo(before);
        assertThatThrownBy(() -> TestCollection.execute(database.pool, "TRUNCATE " + name + "_term"))
                .hasMessageContaining("42501");
        System.out.println("S-09: " + statements.size() + " statements by hand, same SQLSTATE and count for ids that"
                + " exist and ids that do not");
    }

    /** The SQLSTATE, or the number of rows. */
    private static String byHand(StrictCollection database, String text) {
        try (Connection connection = database.pool.getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            try {
                statement.execute("SELECT set_config('rag.tenant', 'b', true)");
                boolean isQuery = statement.execute(text);
                return "rows " + (isQuery ? "" : statement.getUpdateCount());
            } catch (SQLException e) {
                return String.valueOf(e.getSQLState());
            } finally {
                connection.rollback();
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
