package dev.ragkit.pgvector;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ragkit.Document;
import dev.ragkit.EmbeddedDocument;
import dev.ragkit.Embedding;
import dev.ragkit.EmbeddingSpace;
import dev.ragkit.Filter;
import dev.ragkit.Hit;
import dev.ragkit.Metadata;
import dev.ragkit.SearchOptions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Looking at few chunks finds the same as looking at all, with the same scores. */
class PgVectorKeywordTest {
    private static final long SEED = Long.getLong("seed", 1_975);
    private static final EmbeddingSpace SPACE =
            EmbeddingSpace.builder("test", "words", 2).build();
    private static final Embedding EMBEDDING = Embedding.of(1, 2);

    @Test
    void termFrequenciesAreThoseOfThePositions() {
        List<String> wrong = TestCollection.query(TestCollection.POOL, """
                SELECT n || ' taken for ' || tf FROM (
                    SELECT n, round(1 / (1.6449340668482264
                        * (1 - ts_rank('{1,1,1,1}', setweight(tsv, 'D'), 'zorv'::tsquery))) - 0.5) AS tf,
                        (SELECT cardinality(positions) FROM unnest(tsv) WHERE lexeme = 'zorv') AS positions
                    FROM generate_series(0, 300) AS n,
                        to_tsvector('simple', repeat('zorv plimk ', n) || 'quoxt') AS tsv
                ) AS counted WHERE tf <> coalesce(positions, 0) OR tf <> least(n, 255)""");
        assertThat(wrong).isEmpty();
    }

    @Test
    void theBestOfAllAreFoundWhateverTheQuery() {
        System.out.println("theBestOfAllAreFoundWhateverTheQuery: seed " + SEED);
        Random random = new Random(SEED);
        List<EmbeddedDocument> documents = new ArrayList<>();
        for (int i = 0; i < 3_000; i++) {
            Document document = Document.of(String.format("%05d", i), text(random, 5 + random.nextInt(40)))
                    .withMetadata(Metadata.of("third", i % 3));
            documents.add(TestCollection.document(document, EMBEDDING));
        }
        PgVectorStore store = TestCollection.create(SPACE, schema -> schema.index(VectorIndex.none()));
        store.replace(documents);
        for (int i = 0; i < 150; i++) {
            String query = text(random, 1 + random.nextInt(14));
            for (int limit : new int[] {1, 10, 50}) {
                assertSame(store, query, SearchOptions.builder().limit(limit));
                assertSame(store, query, SearchOptions.builder().limit(limit).filter(Filter.eq("third", 1)));
                assertSame(store, query, SearchOptions.builder().limit(limit).minScore(7));
            }
        }
    }

    /** With the largest limit every chunk that has a word is looked at, if there are no more than that. */
    private static void assertSame(PgVectorStore store, String query, SearchOptions.Builder asked) {
        SearchOptions options = asked.build();
        List<Hit> all = store.search(query, asked.limit(SearchOptions.MAX_LIMIT).build())
                .hits();
        List<Hit> best = store.search(query, options).hits();
        assertThat(best)
                .as("'%s' with %s", query, options)
                .isEqualTo(all.subList(0, Math.min(options.limit(), all.size())));
    }

    /** Words as in a language: the n-th most common one comes with a probability of 1 / n. */
    private static String text(Random random, int words) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < words; i++) {
            int rank = (int) Math.exp(random.nextDouble() * Math.log(2_000));
            text.append("w").append(rank).append("x ");
        }
        return text.toString();
    }

    @Test
    void aQueryForABetterScoreLetsNoChunkOutThatCanReachIt() {
        System.out.println("aQueryForABetterScoreLetsNoChunkOutThatCanReachIt: seed " + SEED);
        Random random = new Random(SEED);
        for (int round = 0; round < 300; round++) {
            Terms terms = terms(random, 1 + random.nextInt(9));
            double score = random.nextDouble() * terms.weightAfter(0) * 0.999;
            Map<Integer, Boolean> selected = selected(terms, score);
            for (int words = 1; words < 1 << terms.terms().size(); words++) {
                double weight = 0;
                for (int i = 0; i < terms.terms().size(); i++) {
                    weight += (words >> i & 1) * terms.terms().get(i).weight();
                }
                if (weight > score) {
                    assertThat(selected.get(words))
                            .as("%s of %s above %s", words, terms, score)
                            .isTrue();
                }
            }
        }
    }

    private static Terms terms(Random random, int count) {
        List<Terms.Term> terms = new ArrayList<>();
        double weight = 20;
        for (int i = 0; i < count; i++) {
            weight *= 0.5 + random.nextDouble() / 2;
            terms.add(new Terms.Term("t" + i, i + 1L, weight));
        }
        return new Terms(terms, 0.01);
    }

    /** For each set of words, whether the database takes a text with these words. */
    private static Map<Integer, Boolean> selected(Terms terms, double score) {
        int sets = 1 << terms.terms().size();
        List<String> rows = TestCollection.query(
                TestCollection.POOL,
                "SELECT (SELECT coalesce(array_to_tsvector(array_agg('t' || i)), '') FROM generate_series(0, 8) i"
                        + " WHERE n >> i & 1 = 1) @@ '" + terms.above(score).replace("'", "''") + "'::tsquery"
                        + " FROM generate_series(0, " + (sets - 1) + ") AS n ORDER BY n");
        Map<Integer, Boolean> selected = new HashMap<>();
        rows.forEach(row -> selected.put(selected.size(), row.equals("t")));
        return selected;
    }

    @Test
    void manyWordsMakeAQueryOfBoundedSizeThatLeavesNoneOut() {
        Random random = new Random(SEED);
        List<Terms.Term> many = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            many.add(new Terms.Term("t" + i, i + 1L, 10 - i / 200.0));
        }
        Terms terms = new Terms(many, 0.01);
        String query = terms.above(20 + random.nextInt(5));
        assertThat(query.length()).isLessThan(20_000);
        assertThat(query).contains("'t0'").contains("'t990'").doesNotContain("'t999'");
    }

    @Test
    void quotesAndBackslashesInLexemesStayInside() {
        assertThat(new Terms.Term("a'b\\c", 1, 1).quoted()).isEqualTo("'a''b\\\\c'");
        assertThat(TestCollection.query(
                        TestCollection.POOL,
                        "SELECT '" + new Terms.Term("a'b\\c", 1, 1).quoted().replace("'", "''") + "'::tsquery::text"))
                .containsExactly("'a''b\\\\c'");
    }

    @Test
    void wordsInTagsPathsAndAddressesAreFound() {
        PgVectorStore store = TestCollection.create(SPACE, schema -> schema.index(VectorIndex.none()));
        store.replace(List.of(TestCollection.document(
                "a",
                "List<Zorv> in src/plimk/Quoxt.java, mail brolm@grask.org or https://vlunt.net/drimp?skarb=trolf",
                EMBEDDING)));
        for (String word :
                List.of("zorv", "plimk", "quoxt", "brolm", "grask", "vlunt", "drimp", "skarb", "trolf", "java")) {
            assertThat(store.search(word, SearchOptions.ofDefaults()).hits())
                    .as(word)
                    .hasSize(1);
        }
    }
}
