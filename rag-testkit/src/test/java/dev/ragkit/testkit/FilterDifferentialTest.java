package dev.ragkit.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragkit.Filter;
import dev.ragkit.InMemoryStore;
import dev.ragkit.Metadata;
import dev.ragkit.Metric;
import dev.ragkit.StoreException;
import dev.ragkit.VectorStore;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FilterDifferentialTest {
    private static final int FILTERS = Boolean.getBoolean("rag.deep") ? 100_000 : 5_000;

    private final FilterDifferential differential = FilterDifferential.ofSeed(42);

    @Test
    void theStoreInMemoryFindsWhatFiltersMatch() {
        FilterDifferential.Summary summary = differential.check(inMemory(), FILTERS);
        System.out.println("FilterDifferential on the store in memory: " + summary);
        assertThat(summary.none() + summary.some() + summary.all()).isEqualTo(FILTERS);
        assertThat(summary.some()).as("filters that tell documents apart").isGreaterThan(FILTERS / 2);
    }

    @Test
    void theKeywordIndexInMemoryFindsWhatFiltersMatch() {
        InMemoryStore store = inMemory();
        FilterDifferential.Summary summary = differential.check(store, store, FILTERS / 10);
        assertThat(summary.some()).isGreaterThan(FILTERS / 20);
    }

    @Test
    void theSameSeedGivesTheSameFilters() {
        FilterDifferential again = FilterDifferential.ofSeed(42);
        for (int i = 0; i < 200; i++) {
            assertThat(again.filter(i)).isEqualTo(differential.filter(i));
        }
        assertThat(differential.filter(0)).isNotEqualTo(differential.filter(1));
    }

    @Test
    void allKindsOfNodesAndValuesOccur() {
        Set<Object> kinds = new HashSet<>();
        IntStream.range(0, 2_000).forEach(i -> collect(differential.filter(i), kinds));
        assertThat(kinds)
                .contains(
                        Filter.Compare.class,
                        Filter.In.class,
                        Filter.Exists.class,
                        Filter.Contains.class,
                        Filter.And.class,
                        Filter.Or.class,
                        Filter.Not.class,
                        String.class,
                        Long.class,
                        Double.class,
                        Boolean.class)
                .contains((Object[]) Filter.Operator.values());
    }

    @Test
    void metadataHoldAllKindsOfValuesAndLackKeys() {
        RandomFilters random = new RandomFilters(new SplittableRandom(1));
        List<Metadata> all =
                IntStream.range(0, 100).mapToObj(i -> random.metadata()).toList();
        Set<Class<?>> kinds = new HashSet<>();
        all.forEach(metadata -> metadata.asMap()
                .values()
                .forEach(value -> kinds.add(value instanceof List ? List.class : value.getClass())));
        assertThat(kinds).containsExactlyInAnyOrder(String.class, Long.class, Double.class, Boolean.class, List.class);
        assertThat(all)
                .anyMatch(metadata -> metadata.value("price") == null)
                .anyMatch(metadata -> metadata.value("price") instanceof String);
    }

    @ParameterizedTest
    @MethodSource("wrongFilters")
    void everyWrongReadingOfAFilterIsFound(WrongStore wrong) {
        VectorStore store = wrong.create(Vectors.space(Metric.COSINE), Metric.COSINE);
        assertThatThrownBy(() -> differential.rows(100).check(store, 4_000))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("smallest part: Filter.");
    }

    static Stream<WrongStore> wrongFilters() {
        return Stream.of(
                new WrongFilters.ThreeValuedLogic(),
                new WrongFilters.NumbersByType(),
                new WrongFilters.NumbersAsDoubles(),
                new WrongFilters.ValuesAsText(),
                new WrongFilters.StringsWithoutCase(),
                new WrongFilters.StringsInTheOrderOfJava(),
                new WrongFilters.BooleansNeverEqual(),
                new WrongFilters.EqualityLooksIntoLists(),
                new WrongFilters.ContainsPartsOfText(),
                new WrongFilters.AnEmptyInMatchesAll(),
                new WrongFilters.EmptyValuesDoNotExist(),
                new WrongFilters.OrMeansAnd(),
                new WrongFilters.AnEmptyOrMatchesAll());
    }

    @Test
    void aFailureNamesTheSmallestPartAndTheDocuments() {
        VectorStore wrong = new ListStore(Vectors.space(Metric.COSINE), Metric.COSINE, new StoreRules() {
            @Override
            boolean matches(Filter filter, Metadata metadata) {
                return SqlLogic.matches(filter, metadata);
            }
        });
        assertThatThrownBy(() -> differential.rows(50).check(wrong, 500))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining(" over 50 documents")
                .hasMessageContaining("smallest part: Filter.not(Filter.")
                .hasMessageContaining("missing: ")
                .hasMessageContaining("row-00")
                .hasMessageContaining("too many: none")
                .hasMessageContaining("replay: -Dseed=");
    }

    @Test
    void aStoreThatThrowsIsReportedWithTheFilter() {
        VectorStore failing = new ListStore(Vectors.space(Metric.COSINE), Metric.COSINE, new StoreRules() {
            @Override
            boolean matches(Filter filter, Metadata metadata) {
                if (filter instanceof Filter.Exists) {
                    throw new StoreException("syntax error at or near \"?\"");
                }
                return filter.matches(metadata);
            }
        });
        assertThatThrownBy(() -> differential.rows(20).check(failing, 500))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("smallest part: Filter.exists(")
                .hasRootCauseMessage("syntax error at or near \"?\"");
    }

    @Test
    void aFilterIsShownAsTheSourceThatMakesIt() {
        Filter filter = Filter.and(
                Filter.not(Filter.eq("o'key", "say \"\\\u00e9\"")),
                Filter.or(Filter.gte("n", 1), Filter.lt("n", 2.5)),
                Filter.in("k", List.of("a", 1L, true)),
                Filter.contains("list", "\n"),
                Filter.exists("k"));
        assertThat(FilterSource.of(filter))
                .isEqualTo("Filter.and(Filter.not(Filter.eq(\"o'key\", \"say \\\"\\\\\\u00e9\\\"\")),"
                        + " Filter.or(Filter.gte(\"n\", 1L), Filter.lt(\"n\", 2.5)),"
                        + " Filter.in(\"k\", List.of(\"a\", 1L, true)),"
                        + " Filter.contains(\"list\", \"\\012\"), Filter.exists(\"k\"))");
    }

    @Test
    void rowsAreBounded() {
        for (int rows : new int[] {0, 1_001}) {
            assertThatThrownBy(() -> differential.rows(rows))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("rows must be between 1 and 1000, was " + rows);
        }
    }

    private static InMemoryStore inMemory() {
        return VectorStore.inMemory(Vectors.space(Metric.COSINE));
    }

    private static void collect(Filter filter, Set<Object> kinds) {
        kinds.add(filter.getClass());
        List<Filter> children = new ArrayList<>();
        if (filter instanceof Filter.And and) {
            children.addAll(and.filters());
        } else if (filter instanceof Filter.Or or) {
            children.addAll(or.filters());
        } else if (filter instanceof Filter.Not not) {
            children.add(not.filter());
        } else if (filter instanceof Filter.Compare compare) {
            kinds.add(compare.operator());
            kinds.add(compare.value().getClass());
        }
        children.forEach(child -> collect(child, kinds));
    }
}
