package dev.ragkit.testkit;

import dev.ragkit.EmbeddedDocument;
import dev.ragkit.Embedding;
import dev.ragkit.Filter;
import dev.ragkit.Hit;
import dev.ragkit.KeywordIndex;
import dev.ragkit.Metadata;
import dev.ragkit.SearchOptions;
import dev.ragkit.VectorStore;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Random filters over random metadata: a store must find exactly the documents whose metadata {@link Filter#matches}. The filters
 * have all kinds of nodes, up to six levels, values of mixed types and strings that break what is not bound.
 *
 * <pre>{@code
 * FilterDifferential.ofSeed(42).check(store, 10_000);
 * }</pre>
 *
 * <p>A failure names the smallest part of the filter that goes wrong, as Java source, and the documents that are missing or too many.
 *
 * <p>Immutable and safe for use by several threads.
 */
public final class FilterDifferential {
    /** The number of documents unless told otherwise: {@value}. */
    public static final int DEFAULT_ROWS = 300;

    private static final long GOLDEN = 0x9e3779b97f4a7c15L;
    private static final String WORD = "zorv";
    private static final int SHOWN = 5;

    private final long seed;
    private final int rows;

    private FilterDifferential(long seed, int rows) {
        this.seed = seed;
        this.rows = rows;
    }

    /**
     * A run over {@value #DEFAULT_ROWS} documents. Prints the seed.
     *
     * @param seed decides the documents and the filters, unless {@code -Dseed=} gives another
     * @return the run
     */
    public static FilterDifferential ofSeed(long seed) {
        return new FilterDifferential(Seed.of("FilterDifferential", seed), DEFAULT_ROWS);
    }

    /**
     * The same run over another number of documents.
     *
     * @param rows 1 to {@value SearchOptions#MAX_LIMIT}
     * @return a copy
     * @throws IllegalArgumentException if the number is out of bounds
     */
    public FilterDifferential rows(int rows) {
        if (rows < 1 || rows > SearchOptions.MAX_LIMIT) {
            throw new IllegalArgumentException(
                    "rows must be between 1 and " + SearchOptions.MAX_LIMIT + ", was " + rows);
        }
        return new FilterDifferential(seed, rows);
    }

    /**
     * One of the filters.
     *
     * @param index from 0
     * @return always the same for the same seed and index
     */
    public Filter filter(int index) {
        return new RandomFilters(new SplittableRandom(seed + GOLDEN * (index + 1L))).filter();
    }

    /**
     * Loads the documents, and checks what {@link VectorStore#search} finds with each filter; with each fifth also what
     * {@link VectorStore#documentIds} lists.
     *
     * @param store without any documents
     * @param filters how many
     * @return what the filters were like
     * @throws AssertionError if the store finds anything else than the specification
     */
    public Summary check(VectorStore store, int filters) {
        Map<String, Metadata> metadata = load(store);
        Embedding query = vector(store, new SplittableRandom(seed));
        Summary summary = Summary.NOTHING;
        for (int i = 0; i < filters; i++) {
            summary = summary.plus(one(
                    i, metadata, filter -> ids(store.search(query, all(filter)).hits())));
            if (i % 5 == 0) {
                one(i, metadata, filter -> store.documentIds(filter, "", 10_000));
            }
        }
        return summary;
    }

    /**
     * Loads the documents, and checks what {@link KeywordIndex#search} finds with each filter.
     *
     * @param store without any documents
     * @param index over the store
     * @param filters how many
     * @return what the filters were like
     * @throws AssertionError if the index finds anything else than the specification
     */
    public Summary check(VectorStore store, KeywordIndex index, int filters) {
        Map<String, Metadata> metadata = load(store);
        Summary summary = Summary.NOTHING;
        for (int i = 0; i < filters; i++) {
            summary = summary.plus(one(
                    i, metadata, filter -> ids(index.search(WORD, all(filter)).hits())));
        }
        return summary;
    }

    /**
     * What the filters of a run were like; a run whose filters match nothing proves nothing.
     *
     * @param none how many matched no document
     * @param some how many matched some documents, not all
     * @param all how many matched all documents
     */
    public record Summary(int none, int some, int all) {
        private static final Summary NOTHING = new Summary(0, 0, 0);

        private Summary plus(Summary other) {
            return new Summary(none + other.none, some + other.some, all + other.all);
        }
    }

    private Map<String, Metadata> load(VectorStore store) {
        SplittableRandom random = new SplittableRandom(seed);
        RandomFilters filters = new RandomFilters(random);
        Map<String, Metadata> metadata = new LinkedHashMap<>();
        List<EmbeddedDocument> documents = IntStream.range(0, rows)
                .mapToObj(i -> Sample.of(String.format(Locale.ROOT, "row-%04d", i))
                        .metadata(filters.metadata())
                        .chunk(WORD + " " + i, vector(store, random))
                        .build())
                .toList();
        documents.forEach(
                each -> metadata.put(each.document().id(), each.document().metadata()));
        store.replace(documents);
        return metadata;
    }

    private static Embedding vector(VectorStore store, SplittableRandom random) {
        float[] values = new float[store.space().dimensions()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (random.nextDouble() - 0.5);
        }
        return Embedding.of(values).normalized();
    }

    private static SearchOptions all(Filter filter) {
        return SearchOptions.builder()
                .limit(SearchOptions.MAX_LIMIT)
                .filter(filter)
                .build();
    }

    private static List<String> ids(List<Hit> hits) {
        return hits.stream().map(hit -> hit.chunk().documentId()).toList();
    }

    private Summary one(int index, Map<String, Metadata> metadata, Function<Filter, List<String>> search) {
        Filter filter = filter(index);
        FilterComparison comparison = FilterComparison.of(filter, metadata, search);
        if (!comparison.agrees()) {
            FilterComparison smallest = comparison.smallest(metadata, search);
            throw new AssertionError(message(index, filter, smallest, metadata), smallest.failure());
        }
        int found = comparison.expected().size();
        return new Summary(found == 0 ? 1 : 0, found > 0 && found < rows ? 1 : 0, found == rows ? 1 : 0);
    }

    private String message(int index, Filter filter, FilterComparison smallest, Map<String, Metadata> metadata) {
        return "filter " + index + " of seed " + seed + " over " + rows + " documents: the store must find what"
                + " Filter.matches finds\n  smallest part: " + FilterSource.of(smallest.filter()) + "\n  whole filter: "
                + FilterSource.of(filter) + "\n  missing: " + shown(smallest.missing(), metadata) + "\n  too many: "
                + shown(smallest.tooMany(), metadata) + "\n  replay: -Dseed=" + seed
                + ", or FilterDifferential.ofSeed(" + seed + ").rows(" + rows + ").filter(" + index + ")";
    }

    private static String shown(Collection<String> ids, Map<String, Metadata> metadata) {
        String first = ids.stream()
                .limit(SHOWN)
                .map(id -> "\n    " + id + " " + shown(metadata.get(id)))
                .collect(Collectors.joining());
        return ids.isEmpty() ? "none" : ids.size() + " documents" + first;
    }

    private static String shown(@Nullable Metadata metadata) {
        return metadata == null
                ? "(not a document of this run)"
                : metadata.asMap().entrySet().stream()
                        .map(entry ->
                                FilterSource.literal(entry.getKey()) + ": " + FilterSource.literal(entry.getValue()))
                        .collect(Collectors.joining(", ", "{", "}"));
    }
}
