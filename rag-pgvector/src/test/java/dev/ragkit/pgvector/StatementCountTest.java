package dev.ragkit.pgvector;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.ragkit.Document;
import dev.ragkit.Embedding;
import dev.ragkit.Filter;
import dev.ragkit.Generator;
import dev.ragkit.Rag;
import dev.ragkit.SearchOptions;
import dev.ragkit.StoreException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * How many SQL texts two servers see while everything is used that there is: each kind of collection, by searches, writes, recall and
 * tuning, on the primary and its replica, and by those who make, examine and mend it. Two roles tell the one from the other.
 */
class StatementCountTest {
    private static final long SEED = Long.getLong("seed", 20_261_123);
    private static final int MOST_TEXTS = 60;
    private static final int CALLS = 400;

    private static final Map<String, UnaryOperator<PgVectorSchema.Builder>> KINDS = new LinkedHashMap<>();

    static {
        KINDS.put("plain", schema -> schema);
        KINDS.put("IVFFlat", schema -> schema.index(VectorIndex.ivfFlat(10)));
        KINDS.put(
                "binary quantized",
                schema -> schema.index(VectorIndex.hnsw().binaryQuantized()).vectorType(VectorType.HALFVEC));
        KINDS.put("four range indexes", schema -> {
            MixedCalls.RANGE_KEYS.forEach(schema::rangeIndex);
            return schema;
        });
        KINDS.put("strict", PgVectorSchema.Builder::rowLevelSecurity);
        KINDS.put("strict and partitioned", schema -> schema.rowLevelSecurity().partitionsByTenant(3));
    }

    private static TestPostgres server;
    private static TestPostgres standby;
    private static String app;
    private static String admin;
    private static HikariDataSource work;
    private static HikariDataSource replica;
    private static HikariDataSource administration;

    @BeforeAll
    static void start() {
        System.out.println("SQL texts: replay with -Dseed=" + SEED);
        server = TestPostgres.start(Map.of());
        app = server.createRole("app");
        admin = server.createRole("admin");
        String url = server.jdbcUrl();
        DataSource superuser = server.dataSource();
        TestCollection.execute(superuser, "ALTER ROLE " + admin + " SUPERUSER");
        TestCollection.execute(superuser, "CREATE EXTENSION pg_stat_statements");
        TestCollection.execute(
                superuser,
                "ALTER DEFAULT PRIVILEGES FOR ROLE " + admin
                        + " IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO " + app);
        standby = server.startStandby();
        work = TestCollection.pool(server.jdbcUrl(url, app), 2);
        administration = TestCollection.pool(server.jdbcUrl(url, admin), 2);
        replica = TestCollection.pool(standby.jdbcUrl(standby.jdbcUrl(), app), 2);
    }

    @AfterAll
    static void stop() {
        Stream.of(replica, administration, work).forEach(HikariDataSource::close);
        standby.close();
        server.close();
    }

    /** How often each role has sent each text to each server, the last time that somebody looked. */
    private static final Map<String, Long> SENT = new HashMap<>();

    /** The texts of the role that works and of the one that administers, on both servers. */
    private record Texts(Set<String> ofWork, Set<String> ofAdministration) {
        /**
         * Those since the last call. Nothing is reset: the server would then show prepared texts with their constants.
         */
        static Texts take() {
            return new Texts(sent(app), sent(admin));
        }

        private static Set<String> sent(String role) {
            Set<String> texts = new TreeSet<>();
            for (TestPostgres each : List.of(server, standby)) {
                String list = "SELECT sum(calls) || ' ' || query FROM pg_stat_statements WHERE userid = '" + role
                        + "'::regrole GROUP BY query";
                for (String row : TestCollection.query(each.dataSource(), list)) {
                    long calls = Long.parseLong(row.substring(0, row.indexOf(' ')));
                    String text = row.substring(row.indexOf(' ') + 1);
                    Long before = SENT.put(role + each.pid() + text, calls);
                    if (before == null || before != calls) {
                        texts.add(text);
                    }
                }
            }
            return texts;
        }

        static Texts none() {
            return new Texts(new TreeSet<>(), new TreeSet<>());
        }

        void add(Texts other) {
            ofWork.addAll(other.ofWork);
            ofAdministration.addAll(other.ofAdministration);
        }

        /** Those that are not the driver's. */
        List<String> ours() {
            return ofWork.stream().filter(StatementTexts::isOurs).toList();
        }
    }

    @Test
    void thereAreFewTextsWhateverIsUsedAndHowever() {
        Texts together = Texts.none();
        KINDS.forEach((kind, settings) -> {
            Texts texts = used(settings, new MixedCalls(SEED));
            Texts again = used(settings, new MixedCalls(SEED + 1));
            System.out.printf(
                    "SQL texts: %s: %d of searches and writes, %d of administration%n",
                    kind, texts.ofWork.size(), texts.ofAdministration.size());
            assertThat(texts.ofWork).as(kind).hasSizeGreaterThan(10);
            together.add(texts);
            assertThat(together.ofWork).as(kind + ", with other input").containsAll(again.ofWork);
            together.add(again);
            texts.add(again);
            assertThat(texts.ours()).as(kind).hasSizeLessThanOrEqualTo(MOST_TEXTS);
        });
        System.out.printf(
                "SQL texts: all %d kinds together: %d of searches and writes and %d of the driver with them, %d of administration%n",
                KINDS.size(),
                together.ours().size(),
                together.ofWork.size() - together.ours().size(),
                together.ofAdministration.size());
    }

    /** Makes a collection, uses everything, and drops it. */
    private static Texts used(UnaryOperator<PgVectorSchema.Builder> settings, MixedCalls calls) {
        PgVectorSchema schema = settings.apply(PgVectorSchema.builder(MixedCalls.SPACE, "docs"))
                .deferIndex()
                .build();
        schema.apply(administration);
        catchUp();
        calls.fill(open(SearchPlan.ofDefaults()));
        schema.buildIndex(administration, progress -> {});
        schema.apply(administration);
        catchUp();
        use(List.of(open(SearchPlan.alwaysIndex()), open(SearchPlan.ofDefaults())), calls);
        schema.recount(administration);
        PgVectorDoctor.builder(administration, "docs").build().examine();
        schema.drop(administration);
        return Texts.take();
    }

    private static PgVectorStore open(SearchPlan plan) {
        return PgVectorStore.builder(work, MixedCalls.SPACE, "docs")
                .replica(replica)
                .plan(plan)
                .build();
    }

    private static void catchUp() {
        TestCollection.catchUp(server.dataSource(), standby.dataSource());
    }

    private static void use(List<PgVectorStore> stores, MixedCalls calls) {
        List<PgVectorStore> ways = new ArrayList<>();
        for (PgVectorStore store : stores) {
            for (Consistency consistency : Consistency.values()) {
                ways.add(store.consistency(consistency));
            }
            ways.add(store.within(Duration.ofSeconds(30)));
        }
        for (int i = 0; i < CALLS; i++) {
            calls.call(ways.get(i % ways.size()), i);
        }
        stores.forEach(StatementCountTest::measure);
        Rag.builder(MixedCalls.EMBEDDER, stores.get(1), Generator.extractive())
                .build()
                .ingest(List.of(Document.of("another", "a text of two. Sentences."), Document.of("document 1", "new")));
    }

    private static void measure(PgVectorStore store) {
        Random random = new Random(SEED);
        List<Embedding> queries = IntStream.range(0, 20)
                .mapToObj(i -> TestCollection.direction(random, MixedCalls.SPACE.dimensions()))
                .toList();
        store.recall(queries, 5);
        store.recall(
                queries, SearchOptions.builder().filter(Filter.lt("n", 150)).build());
        try {
            Tuning.forRecall(0.5).choose(store, queries, 5);
        } catch (StoreException tooFewChunks) {
            assertThat(tooFewChunks).hasMessageContaining("there is nothing to tune");
        }
    }
}
