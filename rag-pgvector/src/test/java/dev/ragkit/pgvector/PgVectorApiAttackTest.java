package dev.ragkit.pgvector;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.ragkit.Filter;
import dev.ragkit.RagException;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Whatever text a caller passes, wherever: it comes back as it was, or it is refused, and no SQL is written because of it. */
class PgVectorApiAttackTest {
    private static final long SEED = Long.getLong("seed", 20_261_122);

    @Test
    void S03_everyTextParameterKeepsOrRefusesWhatItGets() throws IOException, URISyntaxException {
        System.out.println("S-03: replay with -Dseed=" + SEED);
        List<String> payloads = ApiPayloads.of(SEED);
        try (HikariDataSource pool = TestCollection.pool(TestPostgres.shared().freshDatabase(), 1);
                HikariDataSource scratch =
                        TestCollection.pool(TestPostgres.shared().freshDatabase(), 1)) {
            StatementTexts statements = StatementTexts.of(pool);
            ApiStrings api = new ApiStrings(new ApiStore(pool, scratch, payloads));
            List<String> plain = List.of("a".repeat(48), "docs");
            Map<String, List<ApiStrings.Way>> ways = listed(api, parameters());
            attack(ways, plain);
            List<String> before = statements.list();

            Tally tally = attack(ways, payloads);

            List<String> after = statements.list();
            System.out.printf(
                    "S-03: %d parameters of %d signatures, %d payloads each: %d came back as they were, %d were refused, %d wrong;"
                            + " %d SQL texts before, %d after%n",
                    tally.parameters,
                    ways.size(),
                    payloads.size(),
                    tally.kept,
                    tally.refused,
                    tally.wrong.size(),
                    before.size(),
                    after.size());
            assertThat(tally.wrong).isEmpty();
            assertThat(tally.kept).isGreaterThan(tally.refused);
            assertThat(after).isEqualTo(before);
        }
    }

    /** What came of all texts in all parameters. */
    private static final class Tally {
        private int parameters;
        private int kept;
        private int refused;
        private final List<String> wrong = new ArrayList<>();
    }

    private static Tally attack(Map<String, List<ApiStrings.Way>> ways, List<String> payloads) {
        Tally tally = new Tally();
        ways.forEach((signature, parameters) -> {
            for (int i = 0; i < parameters.size(); i++) {
                tally.parameters++;
                for (String payload : payloads) {
                    attack(signature + " #" + i, parameters.get(i), payload, tally);
                }
            }
        });
        return tally;
    }

    private static void attack(String parameter, ApiStrings.Way way, String payload, Tally tally) {
        try {
            String back = way.through(payload);
            if (back.equals(payload)) {
                tally.kept++;
            } else {
                tally.wrong.add(parameter + " took '" + payload + "' and gave '" + back + "'");
            }
        } catch (IllegalArgumentException | RagException refused) {
            tally.refused++;
            if (refused.getCause() instanceof SQLException) {
                tally.wrong.add(parameter + " let the server see '" + payload + "': " + refused.getMessage());
            }
        }
    }

    /** The ways of the public signatures; fails where one has none, and names it. */
    private static Map<String, List<ApiStrings.Way>> listed(ApiStrings api, Map<String, Integer> parameters) {
        Map<String, Integer> listed = new TreeMap<>();
        api.ways().forEach((signature, ways) -> listed.put(signature, ways.size()));
        Map<String, Integer> missing = new TreeMap<>(parameters);
        missing.entrySet().removeAll(listed.entrySet());
        assertThat(missing)
                .as(
                        "each parameter that takes text must have its way in ApiStrings, or be excluded there; these have none")
                .isEmpty();
        assertThat(listed).as("no more than there are").hasSameSizeAs(parameters);
        return api.ways();
    }

    private static Map<String, Integer> parameters() throws IOException, URISyntaxException {
        Map<String, Integer> parameters = new TreeMap<>();
        for (Class<?> anchor : List.of(Filter.class, PgVectorStore.class)) {
            for (Class<?> type : classes(anchor)) {
                executables(type).forEach(each -> {
                    String signature = signature(each);
                    int texts = (int) Arrays.stream(each.getGenericParameterTypes())
                            .filter(PgVectorApiAttackTest::takesText)
                            .count();
                    if (texts > 0 && ApiStrings.NOT_DATA.stream().noneMatch(signature::contains)) {
                        parameters.put(signature, texts);
                    }
                });
            }
        }
        return parameters;
    }

    private static boolean takesText(Type type) {
        return type.getTypeName().matches(".*java\\.lang\\.(String|Object|CharSequence)\\b.*|.*<.*\\?.*>");
    }

    private static Stream<Executable> executables(Class<?> type) {
        return Stream.<Executable>concat(
                        Arrays.stream(type.getDeclaredMethods()), Arrays.stream(type.getDeclaredConstructors()))
                .filter(each -> !each.isSynthetic())
                .filter(each -> Modifier.isPublic(each.getModifiers()) || Modifier.isProtected(each.getModifiers()));
    }

    /** Simple names; a builder of this module with its outer class, as several have the same method. */
    private static String signature(Executable each) {
        Class<?> type = each.getDeclaringClass();
        boolean nested =
                type.getSimpleName().equals("Builder") && type.getPackageName().endsWith("pgvector");
        String name = (nested ? type.getEnclosingClass().getSimpleName() + "." : "") + type.getSimpleName();
        return name + "." + (each instanceof Constructor ? "new" : each.getName())
                + Arrays.stream(each.getGenericParameterTypes())
                        .map(parameter -> shown(each, parameter))
                        .collect(Collectors.joining(", ", "(", ")"));
    }

    private static String shown(Executable each, Type parameter) {
        int index = Arrays.asList(each.getGenericParameterTypes()).indexOf(parameter);
        boolean callback = parameter.getTypeName().startsWith("java.util.function");
        String raw = each.getParameterTypes()[index].getSimpleName();
        return callback ? raw + "<String>" : raw;
    }

    private static List<Class<?>> classes(Class<?> anchor) throws IOException, URISyntaxException {
        URI place = anchor.getProtectionDomain().getCodeSource().getLocation().toURI();
        Path given = Path.of(place);
        if (Files.isDirectory(given)) {
            return classes(given);
        }
        try (FileSystem jar = FileSystems.newFileSystem(given)) {
            return classes(jar.getPath("/"));
        }
    }

    private static List<Class<?>> classes(Path root) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            return files.map(file -> root.relativize(file).toString())
                    .filter(name -> name.startsWith("dev/ragkit/"))
                    .filter(name -> name.endsWith(".class") && !name.endsWith("-info.class"))
                    .map(name -> name.substring(0, name.length() - 6).replace('/', '.'))
                    .<Class<?>>map(PgVectorApiAttackTest::load)
                    .filter(PgVectorApiAttackTest::isPublic)
                    .toList();
        }
    }

    private static Class<?> load(String name) {
        try {
            return Class.forName(name);
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    private static boolean isPublic(Class<?> type) {
        return Modifier.isPublic(type.getModifiers())
                && (type.getEnclosingClass() == null || isPublic(type.getEnclosingClass()));
    }
}
