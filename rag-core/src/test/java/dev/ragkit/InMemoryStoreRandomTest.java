package dev.ragkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Random writes, then every answer compared with one that is worked out from scratch. */
class InMemoryStoreRandomTest {
    private static final int DIMENSIONS = 7;
    private static final int ROUNDS = Boolean.getBoolean("rag.deep") ? 2_000 : 60;
    private static final String[] VOCABULARY = {"alpha", "beta", "gamma", "delta", "omega", "kappa", "sigma", "zeta"};

    private final long seed = Long.getLong("seed", 20261122L);
    private final Random random = new Random(seed);
    private final Map<String, EmbeddedDocument> model = new TreeMap<>(CodePointOrder.INSTANCE);

    @ParameterizedTest
    @EnumSource(Metric.class)
    void everyAnswerIsThatOfAStoreBuiltAnew(Metric metric) {
        InMemoryStore store = VectorStore.inMemory(
                EmbeddingSpace.builder("test", "random", DIMENSIONS).build(), metric);
        // Enough writes that the dead slots are cleared away several times.
        for (int round = 0; round < ROUNDS; round++) {
            write(store);
            checkDocuments(store);
            checkVectorSearch(store, metric);
            checkKeywordSearch(store);
        }
    }

    private void write(InMemoryStore store) {
        List<String> ids =
                new ArrayList<>(IntStream.range(0, 150).mapToObj(i -> "d" + i).toList());
        Collections.shuffle(ids, random);
        List<EmbeddedDocument> incoming =
                ids.subList(0, random.nextInt(80)).stream().map(this::document).toList();
        List<String> leaving = ids.subList(100, 100 + random.nextInt(30));
        long expected = leaving.stream().filter(model::containsKey).count();
        assertThat(store.delete(leaving)).as("seed %d", seed).isEqualTo((int) expected);
        model.keySet().removeAll(leaving);
        store.replace(incoming);
        incoming.forEach(document -> model.put(document.document().id(), document));
    }

    private EmbeddedDocument document(String id) {
        List<String> pieces =
                Stream.generate(this::words).limit(random.nextInt(4)).toList();
        Metadata metadata = Metadata.of("group", random.nextInt(5));
        Document document = Document.of(id, String.join("", pieces)).withMetadata(metadata);
        List<EmbeddedChunk> chunks = new ArrayList<>();
        int start = 0;
        for (String piece : pieces) {
            Chunk chunk = Chunk.of(document, chunks.size(), start, start + piece.length());
            chunks.add(new EmbeddedChunk(chunk, vector()));
            start += piece.length();
        }
        return new EmbeddedDocument(document, "f" + random.nextInt(), chunks);
    }

    private String words() {
        StringBuilder text = new StringBuilder("the ");
        for (int n = random.nextInt(12); n > 0; n--) {
            text.append(VOCABULARY[random.nextInt(VOCABULARY.length)]).append(' ');
        }
        return text.toString();
    }

    /** Of small whole numbers, so that ties are frequent. */
    private Embedding vector() {
        float[] values = new float[DIMENSIONS];
        values[0] = 1;
        for (int i = 1; i < DIMENSIONS; i++) {
            values[i] = random.nextInt(3) - 1;
        }
        return Embedding.of(values);
    }

    private void checkDocuments(InMemoryStore store) {
        Filter filter = Filter.eq("group", random.nextInt(5));
        List<String> expected = model.values().stream()
                .map(EmbeddedDocument::document)
                .filter(document -> filter.matches(document.metadata()))
                .map(Document::id)
                .toList();
        List<String> paged = new ArrayList<>();
        List<String> page = store.documentIds(filter, "", 7);
        while (!page.isEmpty()) {
            paged.addAll(page);
            page = store.documentIds(filter, page.get(page.size() - 1), 7);
        }
        assertThat(paged).as("seed %d", seed).isEqualTo(expected);
        assertThat(store.versions(model.keySet()).keySet()).as("seed %d", seed).isEqualTo(model.keySet());
        assertThat(store.versions(model.keySet()))
                .allSatisfy((id, version) -> assertThat(version)
                        .isEqualTo(new DocumentVersion(model.get(id).fingerprint(), true)));
    }

    private void checkVectorSearch(InMemoryStore store, Metric metric) {
        Embedding query = vector();
        SearchOptions options = options(metric == Metric.COSINE ? 0.2 : -2);

        SearchResult result = store.search(query, options);

        assertThat(result.complete()).isTrue();
        List<Hit> expected = best(options, embedded -> metric.score(query, embedded.embedding()), VectorStore.SCORE);
        assertSame(result.hits(), expected);
    }

    private void checkKeywordSearch(InMemoryStore store) {
        String question = words();
        SearchOptions options = options(1);

        SearchResult result = store.search(question, options);

        assertThat(result.complete()).isTrue();
        List<String> words = words(question).stream().distinct().toList();
        List<Hit> expected = best(options, bm25(words), KeywordIndex.SCORE).stream()
                .filter(hit -> words(hit.chunk().text()).stream().anyMatch(words::contains))
                .toList();
        assertSame(result.hits(), expected);
    }

    private ToDoubleFunction<EmbeddedChunk> bm25(List<String> query) {
        List<List<String>> all =
                chunks().map(chunk -> words(chunk.chunk().text())).toList();
        double average = all.stream().mapToInt(List::size).average().orElse(0);
        Map<String, Double> idf = new HashMap<>();
        for (String word : query) {
            long holding = all.stream().filter(words -> words.contains(word)).count();
            idf.put(word, Math.log1p((all.size() - holding + 0.5) / (holding + 0.5)));
        }
        return chunk -> {
            List<String> words = words(chunk.chunk().text());
            double norm = 1.2 * (0.25 + 0.75 * words.size() / average);
            double score = 0;
            for (String word : query) {
                int frequency = Collections.frequency(words, word);
                score += idf.get(word) * frequency * 2.2 / (frequency + norm);
            }
            return score;
        };
    }

    /** The vocabulary is of words that are their own stem. */
    private static List<String> words(String text) {
        return Stream.of(text.split(" ")).filter(word -> !word.equals("the")).toList();
    }

    private Stream<EmbeddedChunk> chunks() {
        return model.values().stream().flatMap(document -> document.chunks().stream());
    }

    private SearchOptions options(double minScore) {
        SearchOptions.Builder options = SearchOptions.builder().limit(1 + random.nextInt(40));
        if (random.nextBoolean()) {
            options.filter(Filter.gte("group", random.nextInt(6)));
        }
        if (random.nextBoolean()) {
            options.minScore(minScore);
        }
        return options.build();
    }

    private List<Hit> best(SearchOptions options, ToDoubleFunction<EmbeddedChunk> score, String origin) {
        return chunks().filter(chunk -> options.filter().matches(chunk.chunk().metadata()))
                .map(chunk -> Hit.of(chunk.chunk(), origin, score.applyAsDouble(chunk)))
                .filter(hit -> hit.score() >= options.minScore())
                .sorted(Hit.BEST_FIRST)
                .limit(options.limit())
                .toList();
    }

    private void assertSame(List<Hit> hits, List<Hit> expected) {
        assertThat(hits)
                .as("seed %d", seed)
                .extracting(Hit::chunk)
                .isEqualTo(expected.stream().map(Hit::chunk).toList());
        for (int i = 0; i < hits.size(); i++) {
            assertThat(hits.get(i).score()).isCloseTo(expected.get(i).score(), within(1e-12));
        }
    }
}
