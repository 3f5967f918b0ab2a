package dev.ragkit;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "dev.ragkit", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule coreSeesOnlyTheJdkSlf4jAndJspecify = classes()
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("java..", "org.slf4j..", "org.jspecify..", "dev.ragkit..");

    @ArchTest
    static final ArchRule theRootDoesNotSeeWhatWrapsIt = noClasses()
            .that()
            .resideInAPackage("dev.ragkit")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.ragkit.intercept", "dev.ragkit.eval");

    @ArchTest
    static final ArchRule noCycles =
            slices().matching("dev.ragkit.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule namesSayWhatIsSpecial = noClasses()
            .should()
            .haveSimpleNameEndingWith("Impl")
            .orShould()
            .haveNameMatching(".*\\.(Abstract|Base)[A-Z]\\w*")
            .orShould()
            .haveNameMatching(".*(Utils?|Helper|Manager|Processor)");

    @ArchTest
    static final ArchRule noBareRuntimeException = noClasses()
            .that()
            .areNotAssignableTo(RuntimeException.class)
            .should()
            .callConstructor(RuntimeException.class, String.class)
            .orShould()
            .callConstructor(RuntimeException.class, String.class, Throwable.class)
            .orShould()
            .callConstructor(RuntimeException.class, Throwable.class)
            .orShould()
            .callConstructor(RuntimeException.class);

    @ArchTest
    static final ArchRule nothingPrints =
            noClasses().should().accessField(System.class, "out").orShould().accessField(System.class, "err");
}
