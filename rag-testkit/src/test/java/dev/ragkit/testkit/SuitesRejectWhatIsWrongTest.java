package dev.ragkit.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A suite proves something only if it rejects what is wrong. Each of these implementations is wrong, in one way. */
class SuitesRejectWhatIsWrongTest {
    private static final Map<Class<?>, SuiteRun> RUNS = Stream.of(
                    WrongSearches.class,
                    WrongFilters.class,
                    WrongWrites.class,
                    WrongEdges.class,
                    WrongKeywordIndexes.class,
                    WrongChunkers.class,
                    WrongEmbedders.class,
                    WrongGenerators.class,
                    WrongRetrievers.class)
            .flatMap(each -> Arrays.stream(each.getDeclaredClasses()))
            .filter(each -> each.isAnnotationPresent(CaughtBy.class))
            .sorted(Comparator.comparing(Class::getName))
            .collect(Collectors.toMap(Function.identity(), SuiteRun::of, (a, b) -> a, LinkedHashMap::new));

    static Stream<Class<?>> wrong() {
        return RUNS.keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("wrong")
    void isRejected(Class<?> suite) {
        SuiteRun run = RUNS.get(suite);
        assertThat(run.failed()).contains(suite.getAnnotation(CaughtBy.class).value());
        assertThat(run.passed()).as("what is right about it").isNotEmpty();
    }

    @ParameterizedTest
    @MethodSource("suites")
    void eachTestRejectsSomething(Class<?> contract) {
        Set<String> idle = new TreeSet<>();
        RUNS.forEach((suite, run) -> {
            if (contract.isAssignableFrom(suite)) {
                idle.addAll(run.passed());
            }
        });
        RUNS.forEach((suite, run) -> {
            if (contract.isAssignableFrom(suite)) {
                idle.removeAll(run.failed());
            }
        });
        assertThat(idle).as("tests that reject nothing").isEmpty();
    }

    static Stream<Class<?>> suites() {
        return Stream.of(
                VectorStoreContract.class,
                KeywordIndexContract.class,
                ChunkerContract.class,
                EmbedderContract.class,
                GeneratorContract.class,
                RetrieverContract.class);
    }

    @Test
    void thereAreManyWaysToBeWrong() {
        assertThat(RUNS).hasSizeGreaterThan(80);
    }
}
