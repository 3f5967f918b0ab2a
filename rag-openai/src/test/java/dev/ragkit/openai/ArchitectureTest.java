package dev.ragkit.openai;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
    private static final JavaClasses MODULE = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .withImportOption(location -> !location.contains("/test-classes/"))
            .importPackages("dev.ragkit.openai");

    @Test
    void namesSayWhatIsSpecial() {
        check(noClasses()
                .should()
                .haveSimpleNameEndingWith("Impl")
                .orShould()
                .haveNameMatching(".*\\.(Abstract|Base)[A-Z]\\w*")
                .orShould()
                .haveNameMatching(".*(Utils?|Helper|Manager|Processor)"));
    }

    @Test
    void onlyTheCodecKnowsJackson() {
        check(noClasses()
                .that()
                .haveNameNotMatching(".*\\.Json(Input|Output)(\\$.*)?")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("com.fasterxml.."));
    }

    @Test
    void nothingButCoreOkHttpJacksonAndTheJdkIsUsed() {
        check(classes()
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "java..",
                        "javax.net..",
                        "org.jspecify..",
                        "com.fasterxml.jackson.core..",
                        "okhttp3",
                        "okio",
                        "kotlin..",
                        "dev.ragkit",
                        "dev.ragkit.intercept",
                        "dev.ragkit.openai"));
    }

    @Test
    void nothingPrints() {
        check(noClasses().should().accessField(System.class, "out").orShould().accessField(System.class, "err"));
    }

    @Test
    void publicClassesAreFinal() {
        check(classes().that().arePublic().and().areNotInterfaces().should().haveModifier(JavaModifier.FINAL));
    }

    @Test
    void signaturesThatOthersSeeHaveTypesOfTheJdkAndOfCoreOnly() {
        List<String> strange = MODULE.stream()
                .filter(type -> isSeen(type.getModifiers()))
                .flatMap(type -> type.getCodeUnits().stream())
                .filter(unit -> isSeen(unit.getModifiers()))
                .filter(unit -> unit.getOwner()
                        .getEnclosingClass()
                        .map(e -> isSeen(e.getModifiers()))
                        .orElse(true))
                .filter(unit -> !typesOf(unit).allMatch(ArchitectureTest::isAllowed))
                .map(JavaCodeUnit::getFullName)
                .toList();

        assertThat(strange).isEmpty();
        assertThat(MODULE.get(OpenAiConnection.class).getCodeUnits()).isNotEmpty();
    }

    private static boolean isSeen(Set<JavaModifier> modifiers) {
        return modifiers.contains(JavaModifier.PUBLIC) || modifiers.contains(JavaModifier.PROTECTED);
    }

    private static Stream<JavaClass> typesOf(JavaCodeUnit unit) {
        return Stream.concat(
                unit.getParameterTypes().stream().flatMap(type -> type.getAllInvolvedRawTypes().stream()),
                unit.getReturnType().getAllInvolvedRawTypes().stream());
    }

    private static boolean isAllowed(JavaClass type) {
        JavaClass element = type.getBaseComponentType();
        return element.isPrimitive()
                || element.getPackageName().startsWith("java.")
                || element.getPackageName().startsWith("dev.ragkit");
    }

    private static void check(ArchRule rule) {
        rule.check(MODULE);
    }
}
