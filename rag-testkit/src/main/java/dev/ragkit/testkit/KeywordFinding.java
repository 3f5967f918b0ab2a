package dev.ragkit.testkit;

import static dev.ragkit.testkit.Found.assertCount;
import static dev.ragkit.testkit.Found.ids;
import static dev.ragkit.testkit.Found.texts;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ragkit.EmbeddedDocument;
import dev.ragkit.Filter;
import dev.ragkit.Hit;
import dev.ragkit.KeywordIndex;
import dev.ragkit.Metadata;
import dev.ragkit.SearchOptions;
import dev.ragkit.SearchResult;
import dev.ragkit.VectorStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Which chunks an index finds. */
abstract class KeywordFinding {
    private static final List<String> SAME_AS_ZORV_PLIMK = List.of(
            "zorv & !plimk",
            "zorv | plimk:*",
            "(zorv plimk",
            "zorv) plimk",
            "zorv' plimk",
            "'zorv' plimk''",
            "\"zorv plimk\"",
            "zorv \"plimk",
            "zorv <-> plimk",
            "-zorv +plimk",
            "zorv AND NOT plimk",
            "zorv OR plimk",
            "zorv* plimk?",
            "zorv:A plimk",
            "<zorv> plimk",
            "&lt;zorv&gt; plimk",
            "zorv\\ plimk",
            "zorv'; DROP TABLE chunk; -- plimk",
            "{zorv} [plimk]",
            "$1 zorv ? plimk",
            "%zorv% plimk",
            "zorv\n\tplimk",
            "zorv,plimk!",
            "\ud83d\ude00 zorv \u202e plimk");

    private final KeywordIndexContract contract;

    KeywordFinding(KeywordIndexContract contract) {
        this.contract = contract;
    }

    @Test
    final void findsTheChunksThatHoldTheWord() {
        VectorStore store = filled("zorv quoxt", "plimk", "grask zorv");
        assertThat(find(store, "zorv")).containsExactlyInAnyOrder("doc-0", "doc-2");
        assertThat(find(store, "plimk")).containsExactly("doc-1");
    }

    @Test
    final void oneWordInCommonIsEnough() {
        VectorStore store = filled("zorv quoxt", "plimk", "grask");
        assertThat(find(store, "zorv plimk drimp skarb trolf")).containsExactlyInAnyOrder("doc-0", "doc-1");
        assertThat(find(store, "What is the zorv of our house, and why?")).containsExactly("doc-0");
    }

    @Test
    final void noWordInCommonFindsNothing() {
        assertThat(find(filled("zorv quoxt", "plimk"), "drimp skarb")).isEmpty();
        assertThat(find(contract.store(), "zorv")).isEmpty();
    }

    @Test
    final void partsOfWordsAreNotEnough() {
        VectorStore store = filled("zorv", "plimk");
        for (String text : List.of("zor", "orv", "zorvplimk", "zor:*", "zor*", "zor%", "z", "*", "%")) {
            assertThat(find(store, text)).as(text).isEmpty();
        }
    }

    @Test
    final void aTextWithoutWordsThatCountFindsNothing() {
        VectorStore store = filled("zorv quoxt", "plimk");
        for (String text :
                List.of("", " ", "\n", "?!", "--", "'", "\"", "...", "()", "&", "the of and", "\u2026\u2014")) {
            assertCount(contract.index(store).search(text, SearchOptions.ofDefaults()), 0);
        }
    }

    @Test
    final void nothingInTheTextIsTakenForSyntax() {
        VectorStore store = filled("zorv quoxt", "plimk grask grask", "zorv plimk", "drimp");
        List<Hit> plain = search(store, "zorv plimk", Found.ALL).hits();
        assertThat(plain).hasSize(3);
        for (String text : SAME_AS_ZORV_PLIMK) {
            assertThat(search(store, text, Found.ALL).hits()).as(text).isEqualTo(plain);
        }
    }

    @Test
    final void anyTextIsTaken() {
        VectorStore store = filled("zorv quoxt", "plimk");
        for (String word : Torture.WORDS) {
            assertThat(find(store, word + " zorv")).as(word).contains("doc-0");
        }
    }

    @Test
    final void aLongTextIsTaken() {
        VectorStore store = filled("zorv quoxt", "plimk");
        String unknown = IntStream.range(0, 3_000).mapToObj(i -> "drimp" + i).collect(Collectors.joining(" "));
        assertThat(find(store, unknown + " plimk")).containsExactly("doc-1");
    }

    @Test
    final void everyLimitIsReached() {
        VectorStore store = numbered(60);
        for (int limit : new int[] {1, 2, 10, 41, 59, 60, 61, SearchOptions.MAX_LIMIT}) {
            assertCount(search(store, "zorv", SearchOptions.ofLimit(limit)), Math.min(limit, 60));
        }
        assertCount(search(store, "zorv", SearchOptions.ofDefaults()), 10);
    }

    @Test
    final void aLimitKeepsTheBest() {
        VectorStore store = numbered(60);
        List<Hit> all = search(store, "zorv drimp", Found.ALL).hits();
        assertThat(search(store, "zorv drimp", SearchOptions.ofLimit(7)).hits()).isEqualTo(all.subList(0, 7));
    }

    @Test
    final void theFilterComesBeforeTheLimit() {
        VectorStore store = numbered(60);
        SearchResult result =
                search(store, "zorv", options(Filter.gte("n", 50)).limit(5).build());
        assertCount(result, 5);
        assertThat(ids(result.hits())).allMatch(id -> id.compareTo("doc-60") >= 0);
        assertCount(search(store, "zorv", options(Filter.lt("n", 3)).build()), 3);
        assertCount(search(store, "zorv", options(Filter.eq("n", 99)).build()), 0);
    }

    @Test
    final void randomFiltersFindWhatTheyMatch() {
        VectorStore store = contract.store();
        FilterDifferential.ofSeed(20_240_918).rows(100).check(store, contract.index(store), 100);
    }

    @Test
    final void anotherTenantIsNotSeen() {
        VectorStore store = contract.store();
        store.tenant("a").replace(List.of(document("same", "zorv quoxt")));
        store.tenant("b").replace(List.of(document("same", "plimk")));
        assertThat(find(store.tenant("a"), "zorv plimk")).containsExactly("same");
        assertThat(find(store.tenant("b"), "zorv")).isEmpty();
        assertThat(find(store.tenant("%"), "zorv plimk")).isEmpty();
        assertThat(find(store, "zorv plimk")).isEmpty();
        store.tenant("b").delete(List.of("same"));
        assertThat(find(store.tenant("a"), "zorv")).containsExactly("same");
    }

    @Test
    final void replacedTextIsNoLongerFound() {
        VectorStore store = filled("zorv quoxt", "plimk");
        store.replace(List.of(document("doc-0", "grask")));
        assertThat(find(store, "zorv")).isEmpty();
        assertThat(find(store, "quoxt")).isEmpty();
        assertThat(find(store, "grask")).containsExactly("doc-0");
        store.replace(List.of(Sample.of("doc-0").build()));
        assertThat(find(store, "grask")).isEmpty();
    }

    @Test
    final void deletedTextIsNoLongerFound() {
        VectorStore store = filled("zorv quoxt", "plimk", "zorv");
        store.delete(List.of("doc-0"));
        assertThat(find(store, "zorv")).containsExactly("doc-2");
        assertThat(find(store, "quoxt")).isEmpty();
    }

    @Test
    final void chunksAreFoundEachByItself() {
        VectorStore store = contract.store();
        store.replace(List.of(Sample.of("doc")
                .chunk("zorv", Vectors.QUERY)
                .chunk("...", Vectors.QUERY)
                .chunk("plimk", Vectors.QUERY)
                .build()));
        assertThat(texts(search(store, "plimk", Found.ALL).hits())).containsExactly("plimk");
        assertThat(texts(search(store, "zorv plimk", Found.ALL).hits())).containsExactlyInAnyOrder("zorv", "plimk");
    }

    @Test
    final void aHitCarriesTheChunkAsItWasPutIn() {
        VectorStore store = contract.store();
        EmbeddedDocument document = Sample.of("O'Brien")
                .metadata(Metadata.of("n", 1.0).with("list", List.of("\ud83d\ude00")))
                .source("a\\b")
                .chunk("first", Vectors.QUERY)
                .chunk("zorv \"quoted\" \ud83d\ude00\n", Vectors.QUERY)
                .build();
        store.replace(List.of(document));
        List<Hit> hits = search(store, "zorv", Found.ALL).hits();
        assertThat(Found.chunks(hits)).containsExactly(document.chunks().get(1).chunk());
        assertThat(hits.get(0).scores())
                .isEqualTo(Map.of(KeywordIndex.SCORE, hits.get(0).score()));
    }

    @Test
    final void equalScoresAreOrderedByDocumentIdThenOrdinal() {
        VectorStore store = contract.store();
        for (String id : List.of("\ud83d\ude00", "\ue000", "b", "a", "Z", "9", "10")) {
            store.replace(List.of(Sample.of(id)
                    .chunk("zorv plimk", Vectors.QUERY)
                    .chunk("zorv plimk", Vectors.QUERY)
                    .build()));
        }
        List<Hit> hits = search(store, "zorv", Found.ALL).hits();
        assertThat(ids(hits))
                .containsExactly(
                        "10",
                        "10",
                        "9",
                        "9",
                        "Z",
                        "Z",
                        "a",
                        "a",
                        "b",
                        "b",
                        "\ue000",
                        "\ue000",
                        "\ud83d\ude00",
                        "\ud83d\ude00");
        assertThat(hits).extracting(hit -> hit.chunk().ordinal()).startsWith(0, 1, 0, 1);
        assertThat(ids(search(store, "zorv", SearchOptions.ofLimit(3)).hits())).containsExactly("10", "10", "9");
    }

    @Test
    final void theLeastScoreIsInclusive() {
        VectorStore store = filled("zorv", "zorv quoxt grask", "plimk", "plimk");
        List<Hit> hits = search(store, "zorv", Found.ALL).hits();
        double second = hits.get(1).score();
        assertThat(search(store, "zorv", Found.ALL.toBuilder().minScore(second).build())
                        .hits())
                .isEqualTo(hits);
        assertCount(
                search(
                        store,
                        "zorv",
                        Found.ALL.toBuilder().minScore(second + 1e-6).build()),
                1);
        assertCount(search(store, "zorv", Found.ALL.toBuilder().minScore(1_000).build()), 0);
    }

    @Test
    final void readersSeeTheOldChunksOrTheNewNeverAMixture() {
        VectorStore store = filled("plimk");
        store.replace(List.of(version(0)));
        AtomicBoolean done = new AtomicBoolean();
        CountDownLatch reading = new CountDownLatch(1);
        Callable<Void> writer = () -> {
            reading.await();
            try {
                IntStream.rangeClosed(1, 100).forEach(i -> store.replace(List.of(version(i))));
            } finally {
                done.set(true);
            }
            return null;
        };
        Callable<Void> reader = () -> {
            for (int i = 0; i < 1_000_000 && !done.get(); i++) {
                List<Hit> hits = search(store, "zorv", Found.ALL).hits();
                reading.countDown();
                assertThat(hits).isNotEmpty();
                String first = hits.get(0).chunk().text();
                assertThat(texts(hits)).hasSize(first.endsWith("even") ? 6 : 4).containsOnly(first);
            }
            return null;
        };
        Together.run(List.of(reader, writer));
        assertThat(find(store, "zorv")).hasSize(6);
    }

    @Test
    final void anInterruptedSearchKeepsTheFlag() {
        VectorStore store = filled("zorv quoxt", "plimk");
        List<List<String>> results = new ArrayList<>();
        boolean completed = Interrupted.completes(() -> results.add(find(store, "zorv")));
        assertThat(results)
                .hasSize(completed ? 1 : 0)
                .allSatisfy(ids -> assertThat(ids).containsExactly("doc-0"));
        assertThat(find(store, "zorv")).containsExactly("doc-0");
    }

    private static EmbeddedDocument version(int number) {
        Sample sample = Sample.of("version").fingerprint("v" + number);
        for (int i = 0; i < (number % 2 == 0 ? 6 : 4); i++) {
            sample.chunk("zorv number" + number + (number % 2 == 0 ? " even" : " odd"), Vectors.QUERY);
        }
        return sample.build();
    }

    private static SearchOptions.Builder options(Filter filter) {
        return SearchOptions.builder().limit(SearchOptions.MAX_LIMIT).filter(filter);
    }

    private SearchResult search(VectorStore store, String text, SearchOptions options) {
        SearchResult result = contract.index(store).search(text, options);
        assertCount(result, result.hits().size());
        return result;
    }

    private List<String> find(VectorStore store, String text) {
        return ids(search(store, text, Found.ALL).hits());
    }

    private static EmbeddedDocument document(String id, String text) {
        return Sample.of(id).chunk(text, Vectors.QUERY).build();
    }

    /** Documents of one chunk each, named doc-0, doc-1, … */
    private VectorStore filled(String... texts) {
        VectorStore store = contract.store();
        store.replace(IntStream.range(0, texts.length)
                .mapToObj(i -> document("doc-" + i, texts[i]))
                .toList());
        return store;
    }

    /** Documents doc-10, doc-11, … of different lengths that all hold the word zorv, each third also drimp. */
    private VectorStore numbered(int count) {
        VectorStore store = contract.store();
        store.replace(IntStream.range(0, count)
                .mapToObj(i -> Sample.of("doc-" + (10 + i))
                        .metadata(Metadata.of("n", i))
                        .chunk("zorv" + " plimk".repeat(i % 7) + (i % 3 == 0 ? " drimp" : ""), Vectors.QUERY)
                        .build())
                .toList());
        return store;
    }
}
