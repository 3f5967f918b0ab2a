package dev.ragkit.pgvector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragkit.EmbeddingSpace;
import dev.ragkit.StoreException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import javax.sql.DataSource;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** What sees to tables ends in its time, too, and whoever waits for it can be interrupted. */
class SchemaDeadlineTest {
    private static final EmbeddingSpace SPACE =
            EmbeddingSpace.builder("test", "deadlines", 8).build();

    private static final Duration SHORT = Duration.ofMillis(300);

    private final DataSource database =
            TestPostgres.dataSource(TestPostgres.shared().freshDatabase());

    private static PgVectorSchema.Builder docs() {
        return PgVectorSchema.builder(SPACE, "docs");
    }

    @Test
    void everyCallThatHasToWaitEndsInItsTime() throws Exception {
        docs().build().apply(database);
        PgVectorSchema impatient = docs().timeout(SHORT).build();
        PgVectorDoctor doctor =
                PgVectorDoctor.builder(database, "docs").timeout(SHORT).build();
        try (Connection blocker = database.getConnection()) {
            blocker.setAutoCommit(false);
            blocker.createStatement().execute("LOCK TABLE rag_collection, docs_chunk, docs_stats, docs_term");
            for (ThrowingCallable call : List.<ThrowingCallable>of(
                    () -> impatient.apply(database),
                    () -> impatient.drop(database),
                    () -> impatient.recount(database),
                    () -> impatient.buildIndex(database),
                    doctor::examine)) {
                assertThatThrownBy(call)
                        .isInstanceOf(StoreException.class)
                        .hasMessageContaining("did not end within 300 ms")
                        .hasMessageContaining("timeout(Duration)")
                        .hasCauseInstanceOf(TimeoutException.class);
            }
            blocker.rollback();
        }
        impatient.apply(database);
        assertThat(doctor.examine()).isNotNull();
    }

    @Test
    void theTimeHasBoundsAndADefault() {
        assertThat(PgVectorSchema.DEFAULT_TIMEOUT).isEqualTo(Duration.ofSeconds(60));
        assertThat(PgVectorDoctor.DEFAULT_TIMEOUT).isEqualTo(Duration.ofSeconds(60));
        for (ThrowingCallable call : List.<ThrowingCallable>of(
                () -> docs().timeout(Duration.ZERO),
                () -> PgVectorDoctor.builder(database, "docs").timeout(Duration.ofDays(2)))) {
            assertThatThrownBy(call)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("timeout must be between 1 ms and 1 day, was ");
        }
    }

    /** The question how far the build is gets no connection. */
    @Test
    void whoeverWaitsForTheTellingCanBeInterruptedAndHasTheReport() throws Exception {
        docs().deferIndex().build().apply(database);
        CountDownLatch asked = new CountDownLatch(1);
        DataSource slow = Standin.of(DataSource.class, (method, arguments) -> {
            if (Thread.currentThread().getName().equals("rag-index-progress")) {
                asked.countDown();
                awaitInterrupt();
            }
            return method.invoke(database, arguments);
        });
        AtomicReference<IndexReport> report = new AtomicReference<>();
        AtomicBoolean flag = new AtomicBoolean();
        Thread builder = new Thread(() -> {
            report.set(docs().build().buildIndex(slow, progress -> {}));
            flag.set(Thread.currentThread().isInterrupted());
        });
        builder.start();
        assertThat(asked.await(20, TimeUnit.SECONDS)).isTrue();
        Eventually.holds(() -> builder.getState() == Thread.State.WAITING && isBuilt());
        builder.interrupt();
        builder.join(20_000);
        assertThat(builder.isAlive()).isFalse();
        assertThat(report.get().built()).hasSize(3);
        assertThat(flag).isTrue();
    }

    /** As pools do where they have none to give. */
    private static void awaitInterrupt() throws SQLException {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SQLException("interrupted while waiting for a connection", e);
        }
    }

    private boolean isBuilt() {
        return TestCollection.query(database, "SELECT relname FROM pg_class WHERE relname LIKE 'docs_chunk_%'")
                .contains("docs_chunk_vector");
    }
}
