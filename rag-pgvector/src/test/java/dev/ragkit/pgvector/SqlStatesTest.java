package dev.ragkit.pgvector;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.ragkit.EmbeddingSpace;
import dev.ragkit.SearchOptions;
import dev.ragkit.StoreException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.postgresql.util.PSQLState;

/** Of each error that the database knows it is known whether a call that met it may be repeated. */
class SqlStatesTest {
    private static final EmbeddingSpace SPACE =
            EmbeddingSpace.builder("test", "states", 4).build();

    /** By code, the word {@code transient} or {@code permanent}. */
    private static Map<String, String> table() {
        Map<String, String> table = new LinkedHashMap<>();
        try (BufferedReader lines = new BufferedReader(
                new InputStreamReader(SqlStatesTest.class.getResourceAsStream("sqlstates.txt"), UTF_8))) {
            for (String line : lines.lines().toList()) {
                if (!line.isEmpty() && !line.startsWith("#")) {
                    String[] words = line.split(" ");
                    assertThat(words).as(line).hasSize(3);
                    assertThat(words[0]).as(line).matches("[0-9A-Z]{5}");
                    assertThat(words[1]).as(line).isIn("transient", "permanent");
                    assertThat(table.put(words[0], words[1])).as(line).isNull();
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return table;
    }

    @Test
    void R25_everySqlStateIsClassified() {
        AtomicReference<SQLException> next = new AtomicReference<>();
        String collection = TestCollection.name();
        PgVectorSchema.builder(SPACE, collection)
                .index(VectorIndex.none())
                .build()
                .apply(TestCollection.POOL);
        PgVectorStore failing = PgVectorStore.builder(throwing(TestCollection.POOL, next), SPACE, collection)
                .build();
        Map<String, String> table = table();
        table.forEach((state, kind) -> {
            next.set(new SQLException("made up", state));
            StoreException failure = catchThrowableOfType(
                    StoreException.class, () -> failing.search("text", SearchOptions.ofDefaults()));
            assertThat(failure.isTransient()).as(state).isEqualTo(kind.equals("transient"));
            assertThat(failure).hasMessageContaining("(SQLSTATE " + state + ")");
            assertThat(failing.versions(List.of("none"))).isEmpty();
        });
        assertThat(TestCollection.POOL.getHikariPoolMXBean().getActiveConnections())
                .isZero();
        System.out.printf(
                "R-25: %d states thrown once each, %d transient, all classified; every call after them succeeded%n",
                table.size(),
                table.values().stream().filter("transient"::equals).count());
        assertThat(table).hasSizeGreaterThan(250);
    }

    @Test
    void R25_theTableHasWhatTheDriverThrowsByItself() {
        Map<String, String> table = table();
        assertThat(Stream.of(PSQLState.values()).map(PSQLState::getState).filter(state -> !state.isEmpty()))
                .isSubsetOf(table.keySet());
    }

    /** Throws what is there once, instead of preparing a statement. */
    private static DataSource throwing(DataSource dataSource, AtomicReference<SQLException> next) {
        return Standin.of(DataSource.class, (method, arguments) -> {
            Object result = method.invoke(dataSource, arguments);
            return result instanceof Connection connection ? throwing(connection, next) : result;
        });
    }

    private static Connection throwing(Connection connection, AtomicReference<SQLException> next) {
        return Standin.of(Connection.class, (method, arguments) -> {
            SQLException failure = method.getName().equals("prepareStatement") ? next.getAndSet(null) : null;
            if (failure != null) {
                throw failure;
            }
            return method.invoke(connection, arguments);
        });
    }
}
