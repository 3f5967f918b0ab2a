package dev.ragkit.pgvector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.zaxxer.hikari.HikariDataSource;
import dev.ragkit.EmbeddingSpace;
import dev.ragkit.StoreException;
import java.time.Duration;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

/** A start that cannot succeed is refused at once and costs no connection. */
class RefusedStartTest {
    private static final EmbeddingSpace SPACE =
            EmbeddingSpace.builder("test", "starts", 4).build();
    private static final int CALLS = 1_000;

    private final TestPostgres postgres = TestPostgres.shared();

    private static void apply(DataSource dataSource) {
        PgVectorSchema.builder(SPACE, "docs").build().apply(dataSource);
    }

    private static void open(DataSource dataSource) {
        PgVectorStore.builder(dataSource, SPACE, "docs").build();
    }

    @Test
    void R17_aRoleThatMayNotCreateIsTold() {
        String url = postgres.freshDatabase();
        String role = postgres.jdbcUrl(url, postgres.createRole("weak"));
        refused("a role without CREATE", role, RefusedStartTest::apply, "CREATE on the schema for making tables");
    }

    @Test
    void R17_aDatabaseWithoutTheExtensionIsNamed() {
        String url = postgres.freshDatabaseWithoutExtension();
        String expected = "the extension vector is not installed in this database";
        refused("no extension, opening", url, RefusedStartTest::open, expected);
        refused("no extension, making tables", url, RefusedStartTest::apply, expected);
    }

    @Test
    void R17_anExtensionThatIsTooOldIsNamed() {
        String url = postgres.freshDatabase();
        DataSource database = TestPostgres.dataSource(url);
        apply(database);
        TestCollection.execute(database, "UPDATE pg_extension SET extversion = '0.4.4' WHERE extname = 'vector'");
        String expected = "pgvector 0.5 or newer is needed, this database has 0.4.4";
        refused("an old extension, opening", url, RefusedStartTest::open, expected);
        refused("an old extension, making tables", url, RefusedStartTest::apply, expected);
    }

    private static void refused(String what, String url, Consumer<DataSource> start, String expected) {
        try (HikariDataSource pool = TestCollection.pool(url, 2)) {
            Eventually.holds(() -> pool.getHikariPoolMXBean().getIdleConnections() == 2);
            long slowest = 0;
            for (int call = 0; call < CALLS; call++) {
                long began = System.nanoTime();
                StoreException failure = catchThrowableOfType(StoreException.class, () -> start.accept(pool));
                slowest = Math.max(slowest, System.nanoTime() - began);
                assertThat(failure).hasMessageContaining(expected);
                assertThat(failure.isTransient()).isFalse();
            }
            assertThat(pool.getHikariPoolMXBean().getActiveConnections()).isZero();
            assertThat(pool.getHikariPoolMXBean().getIdleConnections()).isEqualTo(2);
            System.out.printf(
                    "R-17: %s: %d calls refused, the slowest after %d ms, idle connections 2 before and after%n",
                    what, CALLS, Duration.ofNanos(slowest).toMillis());
            assertThat(Duration.ofNanos(slowest)).isLessThan(Duration.ofSeconds(2));
        }
    }
}
