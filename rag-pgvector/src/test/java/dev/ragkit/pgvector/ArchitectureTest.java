package dev.ragkit.pgvector;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaConstructorCall;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.io.ObjectInputStream;
import java.net.URL;
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Rules on the compiled classes of this module and of rag-core. S-05 among them: what gives an attack a way in is not there. */
class ArchitectureTest {
    private static final JavaClasses MODULE = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .withImportOption(location -> !location.contains("/test-classes/") && !location.contains("/rag-testkit/"))
            .importPackages("dev.ragkit");

    /** Hand text to the driver; each takes it from a fixed text, made of the names of {@code Tables} and nothing else. */
    private static final Set<String> PREPARE = Set.of(
            "AnswerRows",
            "Catalogue",
            "Checkup",
            "ChunkCopy",
            "ChunkInsert",
            "ChunkTable",
            "Ddl",
            "DocumentWriter",
            "IndexBuild",
            "LastWrite",
            "Measuring",
            "PgVectorCacheSchema",
            "PgVectorEmbeddingCache",
            "Pooler",
            "Recount",
            "Registry",
            "RowSecurity",
            "TableCreation",
            "TenantSetting",
            "VectorSearch",
            "Writing");

    /** Put SQL together, from constants and from names that {@code Tables} and {@code Extension} have checked and quoted. */
    private static final Set<String> WRITE_SQL = Set.of(
            "CacheSql",
            "Catalogue",
            "Checkup",
            "ChunkIndex",
            "ChunkTable",
            "Ddl",
            "Definition",
            "Extension",
            "ExtensionChecks",
            "IndexBuild",
            "IndexChecks",
            "IndexSettlement",
            "LastWrite",
            "Measuring",
            "MemoryChecks",
            "PgVectorDoctor",
            "PlanChecks",
            "Pooler",
            "Recount",
            "Registry",
            "RoleChecks",
            "RowSecurity",
            "SearchSql",
            "Sql",
            "TableChecks",
            "TableCreation",
            "Tables",
            "TenantDdl",
            "TenantSetting",
            "Writing");

    private static final Pattern SQL = Pattern.compile(
            "\\s*(SELECT|WITH|INSERT INTO|UPDATE|DELETE FROM|CREATE|ALTER|DROP|COPY|ANALYZE|EXPLAIN|GRANT|SET|LOCK|VACUUM)\\s.*",
            Pattern.DOTALL);

    private static boolean isOurs(JavaClass type) {
        return type.getPackageName().equals("dev.ragkit.pgvector");
    }

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
    void noBareRuntimeException() {
        check(noClasses()
                .that()
                .areNotAssignableTo(RuntimeException.class)
                .should()
                .callConstructorWhere(new DescribedPredicate<>("it makes a bare RuntimeException") {
                    @Override
                    public boolean test(JavaConstructorCall call) {
                        return call.getTargetOwner().isEquivalentTo(RuntimeException.class);
                    }
                }));
    }

    @Test
    void nothingPrints() {
        check(noClasses().should().accessField(System.class, "out").orShould().accessField(System.class, "err"));
    }

    @Test
    void publicClassesAreFinal() {
        check(classes()
                .that()
                .resideInAPackage("dev.ragkit.pgvector")
                .and()
                .arePublic()
                .and()
                .areNotInterfaces()
                .and()
                .areNotEnums()
                .should()
                .haveModifier(JavaModifier.FINAL));
    }

    @Test
    void signaturesThatOthersSeeHaveTypesOfTheJdkAndOfCoreOnly() {
        List<String> strange = MODULE.stream()
                .filter(ArchitectureTest::isOurs)
                .filter(ArchitectureTest::isSeen)
                .flatMap(type -> type.getCodeUnits().stream())
                .filter(unit -> isSeen(unit.getModifiers()))
                .filter(unit -> !typesOf(unit).allMatch(ArchitectureTest::isAllowed))
                .map(JavaCodeUnit::getFullName)
                .toList();

        assertThat(strange).isEmpty();
        assertThat(MODULE.get(PgVectorStore.class).getCodeUnits()).isNotEmpty();
    }

    private static boolean isSeen(JavaClass type) {
        return isSeen(type.getModifiers())
                && type.getEnclosingClass().map(ArchitectureTest::isSeen).orElse(true);
    }

    private static boolean isSeen(Set<JavaModifier> modifiers) {
        return modifiers.contains(JavaModifier.PUBLIC) || modifiers.contains(JavaModifier.PROTECTED);
    }

    private static Stream<JavaClass> typesOf(JavaCodeUnit unit) {
        return Stream.concat(
                Stream.concat(unit.getParameterTypes().stream(), Stream.of(unit.getReturnType()))
                        .flatMap(type -> type.getAllInvolvedRawTypes().stream()),
                unit.getExceptionTypes().stream());
    }

    private static boolean isAllowed(JavaClass type) {
        JavaClass element = type.getBaseComponentType();
        return element.isPrimitive()
                || element.getPackageName().startsWith("java.")
                || element.getName().equals("javax.sql.DataSource")
                || element.getPackageName().startsWith("dev.ragkit");
    }

    @Test
    void S05_textReachesTheDriverFromAFewClassesOnly() {
        Set<String> preparing = MODULE.stream()
                .filter(type -> calls(type).anyMatch(ArchitectureTest::takesText))
                .map(ArchitectureTest::topLevel)
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(preparing).isSubsetOf(PREPARE).isNotEmpty();
        System.out.println("S-05: text is prepared in " + preparing + ", and nowhere is a plain statement");
    }

    private static boolean takesText(JavaAccess<?> call) {
        boolean prepares = call.getTargetOwner().isAssignableTo(Connection.class)
                && (call.getName().startsWith("prepare") || call.getName().equals("nativeSQL"));
        return prepares
                || (call.getTargetOwner().getPackageName().equals("org.postgresql.copy")
                        && call.getName().startsWith("copy"));
    }

    @Test
    void S05_noStatementTakesTextWhenItRuns() {
        List<String> running = MODULE.stream()
                .flatMap(ArchitectureTest::calls)
                .filter(call -> call.getTargetOwner().isAssignableTo(Statement.class)
                        && call instanceof JavaMethodCall method
                        && (method.getName().startsWith("execute")
                                || method.getName().equals("addBatch"))
                        && !method.getTarget().getRawParameterTypes().isEmpty())
                .map(JavaAccess::getDescription)
                .toList();

        assertThat(running).isEmpty();
        assertThat(MODULE.stream().flatMap(ArchitectureTest::calls))
                .noneMatch(call -> call.getName().equals("createStatement"));
    }

    @Test
    void S05_onlyAFewClassesJoinSqlFromPieces() {
        Set<String> joining = new TreeSet<>();
        for (JavaClass type : MODULE) {
            if (ConstantTexts.of(type.getName()).stream()
                    .anyMatch(text -> SQL.matcher(text).matches())) {
                joining.add(topLevel(type));
            }
        }

        assertThat(joining).isSubsetOf(WRITE_SQL).contains("Sql", "SearchSql", "Ddl");
        System.out.println("S-05: SQL stands in " + joining + " and nowhere else");
    }

    @Test
    void S05_thereIsNoWayToRunOrLoadWhatATextNames() {
        ArchRule rule = noClasses()
                .should()
                .dependOnClassesThat()
                .belongToAnyOf(ObjectInputStream.class, ProcessBuilder.class)
                .orShould()
                .dependOnClassesThat()
                .resideInAnyPackage("javax.script..", "javax.naming..", "org.springframework..", "java.rmi..", "ognl..")
                .orShould()
                .callMethod(Runtime.class, "exec", String.class)
                .orShould()
                .callMethod(Runtime.class, "exec", String[].class)
                .orShould()
                .callMethod(URL.class, "openStream")
                .orShould()
                .callMethod(URL.class, "openConnection")
                .orShould()
                .callMethod(Class.class, "forName", String.class)
                .orShould()
                .callMethod(Class.class, "forName", String.class, boolean.class, ClassLoader.class);
        check(rule);
        System.out.println("S-05: " + MODULE.size()
                + " classes, 0 that deserialise, run programs, scripts or classes by name," + " or open URLs");
    }

    private static void check(ArchRule rule) {
        rule.check(MODULE);
    }

    private static Stream<JavaAccess<?>> calls(JavaClass type) {
        return type.getAccessesFromSelf().stream();
    }

    private static String topLevel(JavaClass type) {
        JavaClass top = type;
        while (top.getEnclosingClass().isPresent()) {
            top = top.getEnclosingClass().get();
        }
        return top.getSimpleName();
    }
}
