package dev.ragkit.pgvector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.ragkit.Embedding;
import dev.ragkit.EmbeddingSpace;
import dev.ragkit.StoreException;
import dev.ragkit.VectorStore;
import dev.ragkit.intercept.CachedEmbedder;
import dev.ragkit.intercept.EmbeddingKey;
import dev.ragkit.intercept.EmbeddingKey.Input;
import dev.ragkit.testkit.FakeEmbedder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PgVectorEmbeddingCacheTest {
    private static final long SEED = Long.getLong("seed", 20_261_122);
    private static final DataSource DATA_SOURCE = TestCollection.POOL;
    private static final PgVectorCacheSchema SCHEMA = PgVectorCacheSchema.in("embeddings");

    private final FakeEmbedder model = FakeEmbedder.ofDimensions(24);
    private PgVectorEmbeddingCache cache;

    @BeforeEach
    void empty() {
        SCHEMA.apply(DATA_SOURCE);
        SCHEMA.prune(DATA_SOURCE, Duration.ZERO);
        cache = open();
    }

    private static PgVectorEmbeddingCache open() {
        return PgVectorEmbeddingCache.builder(DATA_SOURCE).schema("embeddings").build();
    }

    private static EmbeddingKey key(String tenant, String text) {
        return EmbeddingKey.of(tenant, EmbeddingSpace.builder("p", "m", 3).build(), Input.QUERY, text);
    }

    @Test
    void whatIsKeptIsFoundBitByBitInAnyProcess() {
        Random random = new Random(SEED);
        Map<EmbeddingKey, Embedding> kept = new HashMap<>();
        for (int i = 0; i < 300; i++) {
            float[] values = new float[1 + random.nextInt(2_000)];
            for (int j = 0; j < values.length; j++) {
                values[j] = Float.intBitsToFloat(random.nextInt(0x7f800000)) * (random.nextBoolean() ? 1 : -1);
            }
            kept.put(key("t", "text " + i), Embedding.of(values));
        }
        cache.keep(kept);

        List<EmbeddingKey> asked = new ArrayList<>(kept.keySet());
        asked.add(key("t", "never seen"));
        assertThat(open().find(asked)).isEqualTo(kept);
        assertThat(cache.find(List.of())).isEmpty();
        cache.keep(Map.of());
    }

    @Test
    void theLaterEmbeddingReplacesTheEarlier() {
        EmbeddingKey key = key("t", "a");
        cache.keep(Map.of(key, Embedding.of(1, 2, 3)));
        cache.keep(Map.of(key, Embedding.of(3, 2, 1)));

        assertThat(cache.find(List.of(key))).containsExactly(Map.entry(key, Embedding.of(3, 2, 1)));
    }

    @Test
    void aTextIsEmbeddedOnceOverRestarts() {
        Embedding first = CachedEmbedder.of(model, cache).embedQuery("a river");

        assertThat(CachedEmbedder.of(model, open()).embedQuery("a river")).isEqualTo(first);
        assertThat(model.texts()).isEqualTo(1);
    }

    @Test
    void S10_whatOneTenantPutInNoOtherFinds() {
        List<String> tenants = List.of("a", "A", "b", "\u0430", "a b", "x".repeat(512), "x".repeat(511) + "y");
        List<String> texts = IntStream.range(0, 100).mapToObj(i -> "text " + i).toList();
        int asked = 0;
        for (String tenant : tenants) {
            CachedEmbedder embedder = CachedEmbedder.of(model, cache).tenant(tenant);
            int before = model.texts();
            embedder.embedDocuments(texts);
            asked += model.texts() - before;
            embedder.embedDocuments(texts);
        }
        System.out.println("S-10: " + tenants.size() + " tenants embed the same 100 texts, "
                + (tenants.size() * 100 - asked) + " answered from what another put in");

        assertThat(asked).isEqualTo(tenants.size() * 100);
        assertThat(model.texts()).isEqualTo(asked);
    }

    @Test
    void noTextAndNothingButItsDigestIsInTheTable() {
        CachedEmbedder.of(model, cache).embedDocuments(List.of("canary-5f1d"));

        List<String> rows = TestCollection.query(DATA_SOURCE, "SELECT c::text FROM embeddings.rag_embedding_cache c");
        assertThat(rows).hasSize(1).noneMatch(row -> row.contains("canary"));
        assertThat(TestCollection.query(
                        DATA_SOURCE,
                        "SELECT position('canary'::bytea IN embedding) FROM embeddings.rag_embedding_cache"))
                .containsExactly("0");
    }

    @Test
    void pruneRemovesWhatIsOldAndNothingElse() {
        cache.keep(Map.of(key("t", "old"), Embedding.of(1), key("u", "old"), Embedding.of(1)));
        TestCollection.execute("UPDATE embeddings.rag_embedding_cache SET kept_at = now() - interval '3 days'");
        cache.keep(Map.of(key("t", "young"), Embedding.of(1)));

        assertThat(SCHEMA.prune(DATA_SOURCE, Duration.ofDays(4))).isZero();
        assertThat(SCHEMA.prune(DATA_SOURCE, Duration.ofDays(2))).isEqualTo(2);
        assertThat(cache.find(List.of(key("t", "old"), key("u", "old"), key("t", "young"))))
                .containsOnlyKeys(key("t", "young"));
        assertThatThrownBy(() -> SCHEMA.prune(DATA_SOURCE, Duration.ofDays(-1)))
                .hasMessage("age must not be negative, was PT-24H");
    }

    @Test
    void writersOfTheSameKeysDoNotBlockEachOther() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Callable<Void>> tasks = new ArrayList<>();
            for (int thread = 0; thread < 4; thread++) {
                Random random = new Random(SEED + thread);
                tasks.add(() -> {
                    for (int i = 0; i < 60; i++) {
                        Map<EmbeddingKey, Embedding> some = new HashMap<>();
                        random.ints(40, 0, 60).forEach(n -> some.put(key("t", "text " + n), Embedding.of(n + 1, 0, 0)));
                        cache.keep(some);
                    }
                    return null;
                });
            }
            for (Future<Void> task : threads.invokeAll(tasks)) {
                task.get();
            }
        } finally {
            threads.shutdownNow();
        }
        List<EmbeddingKey> all =
                IntStream.range(0, 60).mapToObj(n -> key("t", "text " + n)).toList();
        assertThat(cache.find(all)).hasSize(60);
        IntStream.range(0, 60)
                .forEach(n -> assertThat(cache.find(List.of(all.get(n))))
                        .containsEntry(all.get(n), Embedding.of(n + 1, 0, 0)));
    }

    @Test
    void nothingButTheSchemaMakesTheTables() {
        try (HikariDataSource empty = TestCollection.pool(TestPostgres.shared().freshDatabase(), 2)) {
            assertThatThrownBy(() -> PgVectorEmbeddingCache.builder(empty).build())
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("PgVectorCacheSchema.in(\"public\").apply(dataSource)");
            assertThat(TestCollection.query(empty, "SELECT relname FROM pg_class WHERE relname LIKE 'rag_%'"))
                    .isEmpty();

            PgVectorCacheSchema schema = PgVectorCacheSchema.in(PgVectorSchema.DEFAULT_SCHEMA);
            schema.apply(empty);
            schema.apply(empty);
            List<String> applied = columns(empty);
            schema.drop(empty);
            schema.drop(empty);
            schema.statements().forEach(statement -> TestCollection.execute(empty, statement));
            schema.statements().forEach(statement -> TestCollection.execute(empty, statement));

            assertThat(columns(empty)).hasSize(11).isEqualTo(applied);
            CachedEmbedder.of(model, PgVectorEmbeddingCache.builder(empty).build())
                    .embedQuery("works");
        }
    }

    private static List<String> columns(DataSource dataSource) {
        return TestCollection.query(
                dataSource,
                "SELECT table_name || '.' || column_name || ' ' || udt_name FROM information_schema.columns"
                        + " WHERE table_name LIKE 'rag\\_%' ORDER BY 1");
    }

    @Test
    void anEmbeddingThatSomebodyCutIsAnErrorThatSaysSo() {
        cache.keep(Map.of(key(VectorStore.DEFAULT_TENANT, "a"), Embedding.of(1)));
        TestCollection.execute("UPDATE embeddings.rag_embedding_cache SET embedding = '\\x010203'");

        assertThatThrownBy(() -> cache.find(List.of(key(VectorStore.DEFAULT_TENANT, "a"))))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("an embedding of 3 bytes");
    }
}
