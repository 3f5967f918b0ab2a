package dev.ragkit.pgvector;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.ragkit.Document;
import dev.ragkit.EmbeddedDocument;
import dev.ragkit.Embedding;
import dev.ragkit.EmbeddingSpace;
import dev.ragkit.Filter;
import dev.ragkit.FilterException;
import dev.ragkit.Hit;
import dev.ragkit.SearchOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Expressions that users send, as hostile as they come: each is refused by the parser, or finds what {@link Filter#matches} and
 * nothing of another tenant. Whatever else is thrown fails the test.
 */
class PgVectorFilterAttackTest {
    private static final long SEED = Long.getLong("seed", 20_261_122);
    private static final boolean DEEP = Boolean.getBoolean("rag.deep");

    private static final int EXPRESSIONS = DEEP ? 1_000_000 : 50_000;
    private static final int FEW_ROWS = 40;

    private static final int COMPARED = DEEP ? 100_000 : 10_000;
    private static final int MANY_ROWS = 2_000;

    private static final int PER_MODE = DEEP ? 100_000 : 300;
    private static final List<String> QUERY_MODES =
            List.of("simple", "extended", "extendedForPrepared", "extendedCacheEverything");

    private static final EmbeddingSpace SPACE =
            EmbeddingSpace.builder("test", "attack", 4).build();
    private static final Embedding QUERY = Embedding.of(1, 0, 0, 0);

    private final FilterFuzz fuzz = new FilterFuzz(SEED);

    /** One tenant's handle and the metadata of its documents, which are the same for every tenant. */
    private record Loaded(PgVectorStore store, String prefix, List<EmbeddedDocument> documents) {
        List<String> matching(Filter filter) {
            return documents.stream()
                    .map(EmbeddedDocument::document)
                    .filter(document -> filter.matches(document.metadata()))
                    .map(Document::id)
                    .toList();
        }
    }

    private Loaded load(PgVectorStore store, String prefix, int rows) {
        List<EmbeddedDocument> documents = IntStream.range(0, rows)
                .mapToObj(row -> TestCollection.document(
                        Document.of(String.format(Locale.ROOT, "%s%05d", prefix, row), "canary " + prefix)
                                .withMetadata(fuzz.metadata(row)),
                        Embedding.of(1, row + 1, 0, 0)))
                .toList();
        PgVectorStore tenant = store.tenant("tenant " + prefix);
        tenant.replace(documents);
        return new Loaded(tenant, prefix, documents);
    }

    /** What came of a run. */
    private static final class Tally {
        private int refused;
        private int executed;
        private int found;
        private final List<String> wrong = new ArrayList<>();

        @Override
        public String toString() {
            return refused + " refused by the parser, " + executed + " executed, " + found + " rows found";
        }
    }

    /** Every expression lists documents, each eighth searches as well. */
    private Tally run(Loaded loaded, int expressions) {
        Tally tally = new Tally();
        for (int i = 0; i < expressions; i++) {
            Filter filter;
            try {
                filter = Filter.parse(fuzz.expression(i));
            } catch (FilterException refused) {
                tally.refused++;
                continue;
            }
            List<String> ids = loaded.store().documentIds(filter, "", 10_000);
            tally.executed++;
            tally.found += ids.size();
            if (!ids.equals(loaded.matching(filter)) || (i % 8 == 0 && isForeign(loaded, filter))) {
                tally.wrong.add(i + ": " + filter.expression());
            }
        }
        return tally;
    }

    private static boolean isForeign(Loaded loaded, Filter filter) {
        SearchOptions options = SearchOptions.builder().filter(filter).limit(5).build();
        List<Hit> hits = new ArrayList<>(loaded.store().search(QUERY, options).hits());
        hits.addAll(loaded.store().search("canary", options).hits());
        return hits.stream()
                .anyMatch(hit -> !hit.chunk().documentId().startsWith(loaded.prefix())
                        || !filter.matches(hit.chunk().metadata()));
    }

    @Test
    void S01_fuzzedExpressionsAreRefusedOrFindRowsOfTheTenantOnly() {
        System.out.println("S-01: replay with -Dseed=" + SEED);
        PgVectorStore store = TestCollection.create(SPACE, schema -> schema.index(VectorIndex.hnsw()));
        Loaded own = load(store, "own-", FEW_ROWS);
        load(store, "foreign-", FEW_ROWS);

        Tally tally = run(own, EXPRESSIONS);

        System.out.printf(
                "S-01: %,d expressions, %s, 0 errors of the server, %d differences%n",
                EXPRESSIONS, tally, tally.wrong.size());
        assertThat(tally.wrong).isEmpty();
        assertThat(tally.executed).isGreaterThan(EXPRESSIONS / 2);
        assertThat(tally.refused).isGreaterThan(EXPRESSIONS / 10);
    }

    @Test
    void S02_expressionsFindTheIdsThatTheReferenceFinds() {
        System.out.println("S-02: replay with -Dseed=" + SEED);
        PgVectorStore store = TestCollection.create(SPACE, schema -> schema.index(VectorIndex.none()));
        Loaded loaded = load(store, "row-", MANY_ROWS);

        Tally tally = run(loaded, COMPARED);

        System.out.printf(
                "S-02: %,d expressions over %,d rows, %s, %d differences%n",
                COMPARED, MANY_ROWS, tally, tally.wrong.size());
        assertThat(tally.wrong).isEmpty();
        assertThat(tally.executed).isGreaterThan(COMPARED / 2);
    }

    @Test
    void S04_theSameInEachQueryModeAndWithBackslashesThatEscape() {
        System.out.println("S-04: replay with -Dseed=" + SEED);
        String url = TestPostgres.shared().freshDatabase();
        TestCollection.execute(
                TestPostgres.dataSource(url),
                "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET standard_conforming_strings = off', current_database()); END $$");
        for (String mode : QUERY_MODES) {
            try (HikariDataSource pool = TestCollection.pool(url + "&preferQueryMode=" + mode, 1)) {
                assertThat(TestCollection.query(pool, "SHOW standard_conforming_strings"))
                        .containsExactly("off");
                PgVectorSchema.builder(SPACE, mode.toLowerCase(Locale.ROOT))
                        .build()
                        .apply(pool);
                PgVectorStore store = PgVectorStore.builder(pool, SPACE, mode.toLowerCase(Locale.ROOT))
                        .build();
                Loaded own = load(store, "own-", FEW_ROWS);
                load(store, "foreign-", FEW_ROWS);

                Tally tally = run(own, PER_MODE);

                System.out.printf(
                        "S-04: %s, standard_conforming_strings off, %,d expressions, %s, %d differences%n",
                        mode, PER_MODE, tally, tally.wrong.size());
                assertThat(tally.wrong).isEmpty();
            }
        }
    }
}
