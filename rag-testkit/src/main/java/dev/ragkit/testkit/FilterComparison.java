package dev.ragkit.testkit;

import dev.ragkit.Filter;
import dev.ragkit.Metadata;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a store found with a filter, beside what it should have found.
 *
 * @param filter the filter
 * @param expected the ids of the documents that it matches
 * @param found the ids that the store found
 * @param failure what the store threw instead, or null
 */
record FilterComparison(
        Filter filter,
        Set<String> expected,
        List<String> found,
        @Nullable RuntimeException failure) {
    static FilterComparison of(Filter filter, Map<String, Metadata> metadata, Function<Filter, List<String>> search) {
        Set<String> expected = metadata.entrySet().stream()
                .filter(entry -> filter.matches(entry.getValue()))
                .map(Map.Entry::getKey)
                .collect(Collectors.toCollection(LinkedHashSet::new));
        try {
            return new FilterComparison(filter, expected, search.apply(filter), null);
        } catch (RuntimeException failure) {
            // Not carried on with: it becomes the cause of the error that names the filter.
            return new FilterComparison(filter, expected, List.of(), failure);
        }
    }

    boolean agrees() {
        return failure == null && missing().isEmpty() && tooMany().isEmpty();
    }

    List<String> missing() {
        List<String> missing = new ArrayList<>(expected);
        missing.removeAll(Set.copyOf(found));
        return missing;
    }

    /** Those found that should not have been, and those found twice. */
    List<String> tooMany() {
        Set<String> left = new LinkedHashSet<>(expected);
        return found.stream().filter(id -> !left.remove(id)).toList();
    }

    /** The smallest part of the filter that goes wrong as well, or the whole. */
    FilterComparison smallest(Map<String, Metadata> metadata, Function<Filter, List<String>> search) {
        for (Filter child : children()) {
            FilterComparison part = of(child, metadata, search);
            if (!part.agrees()) {
                return part.smallest(metadata, search);
            }
        }
        return this;
    }

    private List<Filter> children() {
        if (filter instanceof Filter.And and) {
            return and.filters();
        }
        if (filter instanceof Filter.Or or) {
            return or.filters();
        }
        return filter instanceof Filter.Not not ? List.of(not.filter()) : List.of();
    }
}
