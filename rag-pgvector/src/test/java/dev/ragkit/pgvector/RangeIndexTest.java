package dev.ragkit.pgvector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.ragkit.Document;
import dev.ragkit.Embedding;
import dev.ragkit.EmbeddingSpace;
import dev.ragkit.Filter;
import dev.ragkit.Metadata;
import dev.ragkit.SearchOptions;
import dev.ragkit.SearchResult;
import dev.ragkit.StoreException;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Numbers under some keys have an index, which finds the few rows of a range; what is found never depends on it. */
class RangeIndexTest {
    private static final EmbeddingSpace SPACE =
            EmbeddingSpace.builder("test", "ranges", 4).build();
    private static final int ROWS = 5_000;

    private HikariDataSource pool;

    @BeforeEach
    void connect() {
        pool = TestCollection.pool(TestPostgres.shared().freshDatabase(), 2);
    }

    @AfterEach
    void close() {
        pool.close();
    }

    private PgVectorSchema.Builder schema() {
        return PgVectorSchema.builder(SPACE, "ranges");
    }

    private PgVectorStore loaded() {
        PgVectorStore store = PgVectorStore.builder(pool, SPACE, "ranges").build();
        store.replace(IntStream.range(0, ROWS)
                .mapToObj(i -> TestCollection.document(
                        Document.of("d" + i, "text")
                                .withMetadata(Metadata.of("year", i)
                                        .with("price", i + 0.5)
                                        .with("lang", i % 2 == 0 ? "en" : "de")),
                        Embedding.of(1, i, (i * 31) % 97, 1)))
                .toList());
        run("ANALYZE");
        return store;
    }

    private void run(String sql) {
        TestCollection.execute(pool, sql);
    }

    private List<String> lines(String sql) {
        return TestCollection.query(pool, sql);
    }

    private long uses(String key) {
        String name = new Tables("public", "ranges").rangeIndexName(key);
        return Long.parseLong(
                lines("SELECT coalesce(sum(idx_scan), 0)::text FROM pg_stat_user_indexes WHERE indexrelname = '" + name
                                + "'")
                        .get(0));
    }

    private static SearchResult search(PgVectorStore store, Filter filter) {
        return store.search(
                Embedding.of(1, 0, 0, 0),
                SearchOptions.builder().limit(10).filter(filter).build());
    }

    @Test
    void aRangeLooksAtTheRowsInItAlone() {
        schema().rangeIndex("year").build().apply(pool);
        PgVectorStore store = loaded();
        Filter few = Filter.and(Filter.gte("year", 100), Filter.lt("year", 120), Filter.eq("lang", "en"));
        for (int i = 0; i < 20; i++) {
            SearchResult found = search(store, few);
            assertThat(found.hits())
                    .hasSize(10)
                    .allMatch(hit -> few.matches(hit.chunk().metadata()));
            assertThat(found.examined()).isEqualTo(10);
        }
        Eventually.holds(() -> uses("year") >= 20);
    }

    @Test
    void withoutAnIndexOverItsKeyARangeFindsTheSame() {
        schema().rangeIndex("year").build().apply(pool);
        PgVectorStore store = loaded();
        Filter few = Filter.and(Filter.gte("price", 100), Filter.lt("price", 104));
        assertThat(search(store, few).hits()).hasSize(4);
        run("DROP INDEX " + new Tables("public", "ranges").rangeIndexName("year"));
        assertThat(search(store, Filter.lt("year", 7)).hits()).hasSize(7);
    }

    @Test
    void buildIndexGivesOtherKeysTheirIndexes() {
        schema().rangeIndex("year").build().apply(pool);
        PgVectorStore before = loaded();
        PgVectorSchema other = schema().rangeIndex("price").build();
        assertThatThrownBy(() -> other.apply(pool))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("range indexes over the keys [year], not [price]: call buildIndex(dataSource)");
        other.buildIndex(pool);
        other.apply(pool);
        assertThat(search(before, Filter.lt("year", 7)).hits()).hasSize(7);
        PgVectorStore after = PgVectorStore.builder(pool, SPACE, "ranges").build();
        assertThat(search(after, Filter.lt("price", 7)).hits()).hasSize(7);
        Eventually.holds(() -> uses("price") > 0);
        String gone = new Tables("public", "ranges").rangeIndexName("year");
        assertThat(lines("SELECT indexrelid::regclass::text FROM pg_index WHERE indrelid = 'ranges_chunk'::regclass"))
                .doesNotContain('"' + gone + '"', gone)
                .contains(lines("SELECT to_regclass('\"" + new Tables("public", "ranges").rangeIndexName("price")
                                + "\"')::text")
                        .get(0));
    }

    @Test
    void theDoctorMissesARangeIndex() {
        schema().rangeIndex("year").build().apply(pool);
        String name = new Tables("public", "ranges").rangeIndexName("year");
        run("DROP INDEX \"" + name + '"');
        Finding finding = PgVectorDoctor.builder(pool, "ranges").build().examine().stream()
                .filter(found -> found.what().contains("'year'"))
                .findFirst()
                .orElseThrow();
        finding.mend().forEach(this::run);
        assertThat(lines("SELECT indexrelid::regclass::text FROM pg_index WHERE indrelid = 'ranges_chunk'::regclass"))
                .anyMatch(index -> index.contains(name));
        assertThat(PgVectorDoctor.builder(pool, "ranges").build().examine())
                .noneMatch(found -> found.what().contains("'year'"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1a", "a b", "a'b", "ü", "a\"b", "$x"})
    void aKeyThatCouldNotStandInAnIndexIsRefused(String key) {
        assertThatThrownBy(() -> schema().rangeIndex(key))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "a key with a range index must be 1 to 63 letters, digits and _.-, not beginning with a digit,"
                                + " was '" + key + "'");
    }

    @Test
    void fiveKeysAreRefused() {
        PgVectorSchema.Builder builder = schema();
        IntStream.range(0, 5).forEach(i -> builder.rangeIndex("k" + i));
        assertThatThrownBy(builder::build)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at most 4 keys with a range index, 5 were given");
    }

    @Test
    void underRowLevelSecurityItIsRefused() {
        assertThatThrownBy(schema().rangeIndex("year").rowLevelSecurity()::build)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("leave out rangeIndex, or rowLevelSecurity");
    }
}
