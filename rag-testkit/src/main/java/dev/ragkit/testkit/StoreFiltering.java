package dev.ragkit.testkit;

import static dev.ragkit.testkit.Found.assertCount;
import static dev.ragkit.testkit.Found.ids;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ragkit.Chunk;
import dev.ragkit.Document;
import dev.ragkit.EmbeddedChunk;
import dev.ragkit.EmbeddedDocument;
import dev.ragkit.Filter;
import dev.ragkit.Metadata;
import dev.ragkit.SearchOptions;
import dev.ragkit.SearchResult;
import dev.ragkit.VectorStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Which chunks a search looks at. */
abstract class StoreFiltering {
    private final VectorStoreContract contract;

    StoreFiltering(VectorStoreContract contract) {
        this.contract = contract;
    }

    @Test
    final void theFilterComesBeforeTheLimit() {
        VectorStore store = numbered(100);
        SearchResult result = best(store, Filter.gte("n", 90), 10);
        assertCount(result, 10);
        assertThat(ids(result.hits())).allMatch(id -> Integer.parseInt(id) >= 90);
    }

    @Test
    final void everyShareOfMatchingChunksFillsTheLimit() {
        VectorStore store = numbered(150);
        for (int matching : new int[] {0, 1, 2, 9, 10, 11, 50, 149, 150}) {
            Filter farthest = Filter.gte("n", 150 - matching);
            assertCount(best(store, farthest, 10), Math.min(10, matching));
            assertCount(best(store, farthest, SearchOptions.MAX_LIMIT), matching);
        }
    }

    @Test
    final void theFilterAndTheLeastScoreBothHold() {
        VectorStore store = numbered(40);
        double score = Found.all(store).get(19).score() - 2 * contract.scoreTolerance();
        SearchResult result = store.search(
                Vectors.QUERY,
                Found.ALL.toBuilder()
                        .filter(Filter.gte("n", 15))
                        .minScore(score)
                        .build());
        assertCount(result, 5);
        assertThat(ids(result.hits())).containsExactly("15", "16", "17", "18", "19");
    }

    @Test
    final void equalityFindsStringsNumbersAndBooleans() {
        VectorStore store = holding("k", "text", 7, true);
        assertThat(ids(store, Filter.eq("k", "text"))).containsExactly("0");
        assertThat(ids(store, Filter.eq("k", 7))).containsExactly("1");
        assertThat(ids(store, Filter.eq("k", true))).containsExactly("2");
        assertThat(ids(store, Filter.eq("k", false))).isEmpty();
        assertThat(ids(store, Filter.eq("other", "text"))).isEmpty();
    }

    @Test
    final void stringsAreComparedWithTheirCase() {
        VectorStore store = holding("k", "Text", "text", "TEXT", "text ");
        assertThat(ids(store, Filter.eq("k", "text"))).containsExactly("1");
        assertThat(ids(store, Filter.in("k", List.of("TEXT", "Text")))).containsExactly("0", "2");
    }

    @Test
    final void numbersCompareWhateverTheirType() {
        VectorStore store = holding("price", 1, 1.0, 12.5, 10, -3, 9_007_199_254_740_993L);
        assertThat(ids(store, Filter.eq("price", 1.0))).containsExactly("0", "1");
        assertThat(ids(store, Filter.eq("price", 1))).containsExactly("0", "1");
        assertThat(ids(store, Filter.gte("price", 10))).containsExactly("2", "3", "5");
        assertThat(ids(store, Filter.gt("price", 10.0))).containsExactly("2", "5");
        assertThat(ids(store, Filter.lt("price", 1))).containsExactly("4");
        assertThat(ids(store, Filter.lte("price", 1.0))).containsExactly("0", "1", "4");
        assertThat(ids(store, Filter.in("price", List.of(1.0, 10)))).containsExactly("0", "1", "3");
        assertThat(ids(store, Filter.eq("price", 9_007_199_254_740_992L))).isEmpty();
    }

    @Test
    final void stringsNeverEqualNumbersOrBooleans() {
        VectorStore store = holding("k", "1", 1, "true", true);
        assertThat(ids(store, Filter.eq("k", "1"))).containsExactly("0");
        assertThat(ids(store, Filter.eq("k", 1))).containsExactly("1");
        assertThat(ids(store, Filter.eq("k", "true"))).containsExactly("2");
        assertThat(ids(store, Filter.eq("k", true))).containsExactly("3");
        assertThat(ids(store, Filter.gte("k", "0"))).containsExactly("0", "2");
        assertThat(ids(store, Filter.gte("k", 0))).containsExactly("1");
    }

    @Test
    final void stringsAreOrderedByCodePoint() {
        VectorStore store = holding("k", "Z", "a", "\u00e9", "\ue000", "\ud83d\ude00", "", "10", "9");
        assertThat(ids(store, Filter.gt("k", "Z"))).containsExactly("1", "2", "3", "4");
        assertThat(ids(store, Filter.gt("k", "\ue000"))).containsExactly("4");
        assertThat(ids(store, Filter.lt("k", "9"))).containsExactly("5", "6");
        assertThat(ids(store, Filter.lte("k", ""))).containsExactly("5");
    }

    @Test
    final void inFindsAnyOfItsValues() {
        VectorStore store = holding("k", "a", "b", 3, true, List.of("a"));
        assertThat(ids(store, Filter.in("k", List.of("b", 3.0, true)))).containsExactly("1", "2", "3");
        assertThat(ids(store, Filter.in("k", List.of("c")))).isEmpty();
        assertThat(ids(store, Filter.in("k", List.of()))).isEmpty();
    }

    @Test
    final void inTakesTenThousandValues() {
        VectorStore store = holding("k", "v5", "w5", 9_999L);
        List<Object> values = new ArrayList<>();
        IntStream.range(0, Filter.MAX_IN / 2).forEach(i -> values.add("v" + i));
        IntStream.range(Filter.MAX_IN / 2, Filter.MAX_IN).forEach(values::add);
        assertThat(ids(store, Filter.in("k", values))).containsExactly("0", "2");
    }

    @Test
    final void existsLooksAtTheKeyOnly() {
        VectorStore store = holding("k", "", false, 0, List.of(), "null");
        store.replace(List.of(Sample.at("other", 0.5, Metadata.of("K", "k"))));
        assertThat(ids(store, Filter.exists("k"))).containsExactly("0", "1", "2", "3", "4");
        assertThat(ids(store, Filter.exists("K"))).containsExactly("other");
        assertThat(ids(store, Filter.exists("none"))).isEmpty();
    }

    @Test
    final void containsLooksIntoListsOnly() {
        VectorStore store = holding("k", List.of("a", "b"), "a", List.of("ab"), List.of(), "xax");
        assertThat(ids(store, Filter.contains("k", "a"))).containsExactly("0");
        assertThat(ids(store, Filter.contains("k", "ab"))).containsExactly("2");
        assertThat(ids(store, Filter.contains("k", ""))).isEmpty();
    }

    @Test
    final void equalityDoesNotLookIntoLists() {
        VectorStore store = holding("k", List.of("a"), "a");
        assertThat(ids(store, Filter.eq("k", "a"))).containsExactly("1");
        assertThat(ids(store, Filter.in("k", List.of("a")))).containsExactly("1");
        assertThat(ids(store, Filter.gte("k", ""))).containsExactly("1");
    }

    @Test
    final void notFindsWhereTheKeyIsAbsentOrOfAnotherKind() {
        VectorStore store = holding("k", "a", "b", 1, List.of("a"));
        store.replace(List.of(Sample.at("absent", 0.5)));
        assertThat(ids(store, Filter.ne("k", "a"))).containsExactly("1", "2", "3", "absent");
        assertThat(ids(store, Filter.not(Filter.gt("k", "a")))).containsExactly("0", "2", "3", "absent");
        assertThat(ids(store, Filter.not(Filter.in("k", List.of("a", 1))))).containsExactly("1", "3", "absent");
        assertThat(ids(store, Filter.not(Filter.contains("k", "a")))).containsExactly("0", "1", "2", "absent");
        assertThat(ids(store, Filter.not(Filter.exists("k")))).containsExactly("absent");
        assertThat(ids(store, Filter.not(Filter.not(Filter.eq("k", "a"))))).containsExactly("0");
        assertThat(ids(store, Filter.not(Filter.and(Filter.eq("none", 1), Filter.exists("k")))))
                .containsExactly("0", "1", "2", "3", "absent");
    }

    @Test
    final void andAndOrCombine() {
        VectorStore store = numbered(10);
        Filter low = Filter.lt("n", 5);
        Filter middle = Filter.and(Filter.gte("n", 3), Filter.lte("n", 6));
        assertThat(ids(store, Filter.and(low, middle))).containsExactly("3", "4");
        assertThat(ids(store, Filter.or(low, middle))).containsExactly("0", "1", "2", "3", "4", "5", "6");
        assertThat(ids(store, Filter.and(low, Filter.not(middle)))).containsExactly("0", "1", "2");
    }

    @Test
    final void noConditionsMeanAllForAndAndNothingForOr() {
        VectorStore store = numbered(3);
        assertThat(ids(store, Filter.and())).hasSize(3);
        assertThat(ids(store, Filter.all())).hasSize(3);
        assertThat(ids(store, Filter.or())).isEmpty();
        assertThat(ids(store, Filter.not(Filter.all()))).isEmpty();
        assertThat(ids(store, Filter.not(Filter.or()))).hasSize(3);
    }

    @Test
    final void theLargestTreesAreTaken() {
        VectorStore store = numbered(3);
        Filter deep = Filter.eq("n", 1);
        for (int level = 2; level < Filter.MAX_DEPTH; level += 2) {
            deep = Filter.not(Filter.not(deep));
        }
        assertThat(ids(store, Filter.and(deep))).containsExactly("1");
        Filter[] wide = IntStream.range(0, Filter.MAX_NODES - 1)
                .mapToObj(i -> Filter.eq("n", i + 2))
                .toArray(Filter[]::new);
        assertThat(ids(store, Filter.or(wide))).containsExactly("2");
    }

    @Test
    final void nothingInKeysAndValuesIsTakenForSyntax() {
        VectorStore store = contract.store();
        List<String> words = Torture.WORDS;
        for (int i = 0; i < words.size(); i++) {
            Metadata metadata = Metadata.of(words.get(i), words.get(words.size() - 1 - i))
                    .with("list", List.of(words.get(i)))
                    .with("value", words.get(i));
            store.replace(List.of(Sample.at("doc-" + i, 0.5, metadata)));
        }
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            Filter[] ways = {
                Filter.exists(word),
                Filter.eq(word, words.get(words.size() - 1 - i)),
                Filter.eq("value", word),
                Filter.in("value", List.of(word)),
                Filter.contains("list", word),
                Filter.and(Filter.gte("value", word), Filter.lte("value", word)),
            };
            for (Filter filter : ways) {
                assertThat(ids(store, filter)).as(FilterSource.of(filter)).containsExactly("doc-" + i);
            }
        }
    }

    @Test
    final void theMetadataOfTheChunkDecide() {
        Document document = new Document("a", "one two", Metadata.of("of", "document"), "a");
        Metadata own = Metadata.of("of", "chunk").with("page", 2);
        EmbeddedDocument embedded = new EmbeddedDocument(
                document,
                "v1",
                List.of(
                        new EmbeddedChunk(Chunk.of(document, 0, 0, 3), Vectors.at(0.5)),
                        new EmbeddedChunk(Chunk.of(document, 1, 4, 7).withMetadata(own), Vectors.at(0.5))));
        VectorStore store = contract.store();
        store.replace(List.of(embedded));
        assertThat(Found.texts(Found.all(store, Filter.eq("of", "document")).hits()))
                .containsExactly("one");
        assertThat(Found.texts(Found.all(store, Filter.eq("of", "chunk")).hits()))
                .containsExactly("two");
        assertThat(Found.texts(Found.all(store, Filter.exists("page")).hits())).containsExactly("two");
    }

    @Test
    final void randomFiltersFindWhatTheyMatch() {
        FilterDifferential.ofSeed(20_240_917).rows(80).check(contract.store(), 300);
    }

    private static SearchResult best(VectorStore store, Filter filter, int limit) {
        return store.search(
                Vectors.QUERY,
                SearchOptions.builder().filter(filter).limit(limit).build());
    }

    /** Documents of one chunk each, named and numbered 0, 1, 2, … from the nearest on. */
    private VectorStore numbered(int count) {
        VectorStore store = contract.store();
        store.replace(IntStream.range(0, count)
                .mapToObj(i -> Sample.of(String.valueOf(i))
                        .metadata(Metadata.of("n", i))
                        .chunk("text", Vectors.step(i, count))
                        .build())
                .toList());
        return store;
    }

    /** Documents of one chunk each, equally near, named 0, 1, 2, …; each holds one of the values under the key. */
    private VectorStore holding(String key, Object... values) {
        VectorStore store = contract.store();
        store.replace(IntStream.range(0, values.length)
                .mapToObj(i -> Sample.at(String.valueOf(i), 0.5, Metadata.of(Map.of(key, values[i]))))
                .toList());
        return store;
    }
}
