package dev.ragkit.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ragkit.elsewhere.Elsewhere;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A subclass in another package runs every test of the suite, and cannot hide one. */
class SuitesRunFromElsewhereTest {
    static Stream<Class<?>> suites() {
        return Arrays.stream(Elsewhere.class.getDeclaredClasses());
    }

    @ParameterizedTest
    @MethodSource("suites")
    void everyTestRunsAndPasses(Class<?> suite) {
        SuiteRun run = SuiteRun.of(suite);
        assertThat(run.failed()).isEmpty();
        assertThat(run.passed()).isEqualTo(tests(suite.getSuperclass())).hasSizeGreaterThan(5);
    }

    @ParameterizedTest
    @MethodSource("suites")
    void noTestCanBeOverridden(Class<?> suite) {
        assertThat(groups(suite.getSuperclass()).flatMap(group -> Arrays.stream(group.getDeclaredMethods())))
                .filteredOn(method -> method.isAnnotationPresent(Test.class))
                .isNotEmpty()
                .allMatch(method -> Modifier.isFinal(method.getModifiers()));
    }

    private static Set<String> tests(Class<?> contract) {
        return groups(contract)
                .flatMap(group -> Arrays.stream(group.getDeclaredMethods()))
                .filter(method -> method.isAnnotationPresent(Test.class))
                .map(Method::getName)
                .collect(Collectors.toSet());
    }

    /** The contract and what its nested classes extend. */
    private static Stream<Class<?>> groups(Class<?> contract) {
        return Stream.concat(
                Stream.of(contract),
                Arrays.stream(contract.getDeclaredClasses()).map(Class::getSuperclass));
    }
}
