package dev.ragkit.pgvector;

import dev.ragkit.Document;
import dev.ragkit.EmbeddedDocument;
import dev.ragkit.Embedding;
import dev.ragkit.EmbeddingSpace;
import dev.ragkit.Filter;
import dev.ragkit.FilterException;
import dev.ragkit.Metadata;
import dev.ragkit.Query;
import dev.ragkit.Retriever;
import dev.ragkit.SearchOptions;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/** Calls of all kinds that a store has, each with another input: sizes, texts, filters and tenants differ. */
final class MixedCalls {
    static final EmbeddingSpace SPACE =
            EmbeddingSpace.builder("test", "statements", 8).build();

    /** As many as may have an index for ranges; only {@code n} is a key of documents. */
    static final List<String> RANGE_KEYS = List.of("n", "k1", "k2", "k3");

    private static final int DOCUMENTS = 200;
    static final HashEmbedder EMBEDDER = HashEmbedder.in(SPACE);

    private final long seed;
    private final FilterFuzz fuzz;

    MixedCalls(long seed) {
        this.seed = seed;
        fuzz = new FilterFuzz(seed);
    }

    /** Puts in the documents that calls are about. */
    void fill(PgVectorStore store) {
        Random random = new Random(seed);
        store.replace(IntStream.range(0, DOCUMENTS)
                .mapToObj(number -> document(number, random))
                .toList());
    }

    /** Call {@code i} with the input of {@code i}; some searches twice, since a store remembers filters. */
    void call(PgVectorStore store, int i) {
        Random random = new Random(seed + 31L * i);
        PgVectorStore tenant = random.nextInt(10) == 0 ? store.tenant("tenant " + i) : store;
        SearchOptions options = SearchOptions.builder()
                .limit(1 + random.nextInt(random.nextInt(20) == 0 ? 200 : 12))
                .filter(random.nextInt(3) == 0 ? filter(i) : Filter.all())
                .minScore(random.nextBoolean() ? -1 : random.nextDouble())
                .build();
        switch (random.nextInt(24)) {
            case 0 -> tenant.replace(documents(random, random.nextInt(4)));
            case 1 -> tenant.delete(ids(random, random.nextInt(5)));
            case 2 -> tenant.versions(ids(random, random.nextInt(40)));
            case 3 -> tenant.documentIds(options.filter(), "document " + random.nextInt(99), options.limit());
            case 4, 5, 6 -> tenant.search("some text " + fuzz.expression(i), options);
            case 7 -> Retriever.hybrid(EMBEDDER, tenant).retrieve(new Query("some text of number " + i, options));
            case 8, 9 -> {
                tenant.search(TestCollection.direction(random, SPACE.dimensions()), options);
                tenant.search(TestCollection.direction(random, SPACE.dimensions()), options);
            }
            default -> tenant.search(TestCollection.direction(random, SPACE.dimensions()), options);
        }
    }

    /** Each fourth is a range of numbers, under one key or another. */
    private Filter filter(int i) {
        if (i % 4 == 0) {
            String key = i % 8 == 0 ? "n" : RANGE_KEYS.get(i / 8 % RANGE_KEYS.size());
            return Filter.and(Filter.gte(key, i % DOCUMENTS), Filter.lt(key, i % DOCUMENTS + 1 + i % 30));
        }
        try {
            return Filter.parse(fuzz.expression(2L * i));
        } catch (FilterException refused) {
            return Filter.eq("n", i);
        }
    }

    private static List<String> ids(Random random, int count) {
        return IntStream.range(0, count)
                .mapToObj(each -> "document " + random.nextInt(DOCUMENTS))
                .toList();
    }

    private List<EmbeddedDocument> documents(Random random, int count) {
        return random.ints(0, DOCUMENTS)
                .distinct()
                .limit(count)
                .mapToObj(number -> document(number, random))
                .toList();
    }

    private EmbeddedDocument document(int number, Random random) {
        Metadata metadata = fuzz.metadata(number).with("n", number);
        Embedding embedding = TestCollection.direction(random, SPACE.dimensions());
        String text = "some text of number " + number + " word" + random.nextInt(500);
        return TestCollection.document(Document.of("document " + number, text).withMetadata(metadata), embedding);
    }
}
