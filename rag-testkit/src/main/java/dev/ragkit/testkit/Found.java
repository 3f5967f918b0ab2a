package dev.ragkit.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ragkit.Chunk;
import dev.ragkit.Filter;
import dev.ragkit.Hit;
import dev.ragkit.SearchOptions;
import dev.ragkit.SearchResult;
import dev.ragkit.VectorStore;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** What a search found, in a form to compare with. */
final class Found {
    /** As many hits as there can be. */
    static final SearchOptions ALL = SearchOptions.ofLimit(SearchOptions.MAX_LIMIT);

    /** The order of UTF-8 bytes, which is that of code points. */
    static final Comparator<String> CODE_POINT_ORDER =
            (a, b) -> Arrays.compareUnsigned(a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));

    private Found() {}

    /** All chunks of the store that the filter matches, best first. */
    static SearchResult all(VectorStore store, Filter filter) {
        return store.search(Vectors.QUERY, ALL.toBuilder().filter(filter).build());
    }

    /** All chunks of the store, best first. */
    static List<Hit> all(VectorStore store) {
        SearchResult result = all(store, Filter.all());
        assertThat(result.complete()).as("complete").isTrue();
        return result.hits();
    }

    /** The best chunks of the store. */
    static SearchResult best(VectorStore store, int limit) {
        return store.search(Vectors.QUERY, SearchOptions.ofLimit(limit));
    }

    /** The ids of the documents, one a hit. */
    static List<String> ids(List<Hit> hits) {
        return hits.stream().map(hit -> hit.chunk().documentId()).toList();
    }

    /** The ids of the documents that a filter finds, one a hit. */
    static List<String> ids(VectorStore store, Filter filter) {
        return ids(all(store, filter).hits());
    }

    /** The texts of the hits. */
    static List<String> texts(List<Hit> hits) {
        return hits.stream().map(hit -> hit.chunk().text()).toList();
    }

    /** The hits' chunks. */
    static List<Chunk> chunks(List<Hit> hits) {
        return hits.stream().map(Hit::chunk).toList();
    }

    /** Fails unless the result has so many hits, no chunk twice, in the order of all hits, and says that none is missing. */
    static void assertCount(SearchResult result, int count) {
        assertThat(result.hits()).as("hits").hasSize(count);
        assertThat(chunks(result.hits())).as("chunks").doesNotHaveDuplicates();
        assertThat(result.hits()).as("hits").isSortedAccordingTo(Hit.BEST_FIRST);
        assertThat(result.complete()).as("complete").isTrue();
    }
}
