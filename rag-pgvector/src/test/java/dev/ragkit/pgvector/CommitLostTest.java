package dev.ragkit.pgvector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.zaxxer.hikari.HikariDataSource;
import dev.ragkit.EmbeddedDocument;
import dev.ragkit.EmbeddingSpace;
import dev.ragkit.StoreException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;

/** A call whose COMMIT went unanswered says what became of it. */
class CommitLostTest {
    private static final EmbeddingSpace SPACE =
            EmbeddingSpace.builder("test", "commits", 4).build();
    private static final int ROUNDS = Boolean.getBoolean("rag.deep") ? 1_000 : 100;
    private static final long SEED = Long.getLong("seed", 5);
    private static final int DOCUMENTS = 10;

    private final String url = TestPostgres.shared().freshDatabase();
    private final DataSource direct = TestPostgres.dataSource(url);
    private final FaultProxy proxy = FaultProxy.to(url);
    private final HikariDataSource pool = TestCollection.pool(proxy.jdbcUrl(), 2);

    private final PgVectorStore store = open(direct, pool).within(Duration.ofSeconds(10));

    private static PgVectorStore open(DataSource forTables, DataSource forStore) {
        PgVectorSchema.builder(SPACE, "docs").build().apply(forTables);
        return PgVectorStore.builder(forStore, SPACE, "docs").build();
    }

    private static List<EmbeddedDocument> document(int number, String text) {
        return List.of(TestCollection.document("d" + number, text, TestCollection.direction(new Random(number), 4)));
    }

    @AfterEach
    void close() {
        proxy.close();
        pool.close();
    }

    @Test
    void R05_aCommitThatWasCutOffIsNeitherLostNorDoubled() {
        System.out.println("R-05: seed " + SEED);
        Random random = new Random(SEED);
        int[] replaced = new int[DOCUMENTS];
        int refused = 0;
        for (int round = 0; round < ROUNDS; round++) {
            int number = random.nextInt(DOCUMENTS);
            if (random.nextInt(10) == 0) {
                proxy.cutAt(FaultProxy.Moment.COMMIT, 1);
                List<EmbeddedDocument> lost = document(number, "never seen");
                assertThatThrownBy(() -> store.replace(lost))
                        .isInstanceOf(StoreException.class)
                        .hasMessageContaining("the transaction was rolled back; try again")
                        .satisfies(e ->
                                assertThat(((StoreException) e).isTransient()).isTrue());
                refused++;
            }
            proxy.cutAt(FaultProxy.Moment.ANSWER_TO_COMMIT, 1);
            store.replace(document(number, "text of round " + round));
            replaced[number]++;
        }
        assertThat(proxy.cuts()).isEqualTo(ROUNDS + refused);
        for (int number = 0; number < DOCUMENTS; number++) {
            assertThat(TestCollection.query(direct, "SELECT version FROM docs_document WHERE id = 'd" + number + "'"))
                    .isEqualTo(replaced[number] == 0 ? List.of() : List.of("" + replaced[number]));
        }
        assertThat(TestCollection.query(direct, "SELECT count(*) FROM docs_chunk"))
                .isEqualTo(TestCollection.query(direct, "SELECT chunks FROM docs_stats"));
        assertThat(TestCollection.query(direct, "SELECT id FROM docs_document WHERE text = 'never seen'"))
                .isEmpty();
        System.out.printf(
                "R-05: %d answers to COMMIT cut, 0 lost, 0 duplicate, 0 called failed; %d COMMITs cut, all called rolled back%n",
                ROUNDS, refused);
    }

    @Test
    void aDeleteWhoseAnswerIsLostSaysHowManyThereWere() {
        store.replace(document(1, "text"));
        proxy.cutAt(FaultProxy.Moment.ANSWER_TO_COMMIT, 1);
        assertThat(store.delete(List.of("d1", "d2"))).isEqualTo(1);
        assertThat(store.versions(List.of("d1"))).isEmpty();
    }

    @Test
    void aCommitThatIsStillUnderWayIsWaitedFor() {
        atCommit("PERFORM pg_sleep(0.4)");
        CompletableFuture<Void> call = CompletableFuture.runAsync(() -> store.replace(document(1, "slow")));
        Eventually.holds(() -> !TestCollection.query(
                        direct, "SELECT pid FROM pg_stat_activity WHERE query = 'COMMIT' AND state = 'active'")
                .isEmpty());
        proxy.cut();
        call.join();
        assertThat(store.versions(List.of("d1"))).hasSize(1);
    }

    /** What the application of a host may do at commit. */
    private void atCommit(String does) {
        TestCollection.execute(direct, """
                CREATE FUNCTION at_commit() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN %s; RETURN NULL; END$$;
                CREATE CONSTRAINT TRIGGER at_commit AFTER INSERT ON docs_document DEFERRABLE INITIALLY DEFERRED
                    FOR EACH ROW EXECUTE FUNCTION at_commit()""".formatted(does));
    }

    @Test
    void aSessionThatNeverGotItsCommitKeepsNoLocks() {
        proxy.cutAt(FaultProxy.Moment.COMMIT_UNNOTICED, 1);
        StoreException failure =
                catchThrowableOfType(StoreException.class, () -> store.replace(document(1, "never seen")));
        assertThat(failure).hasMessageContaining("the transaction was rolled back; try again");
        assertThat(failure.isTransient()).isTrue();
        assertThat(TestCollection.query(
                        direct, "SELECT query FROM pg_stat_activity WHERE state LIKE 'idle in transaction%'"))
                .isEmpty();
        store.replace(document(1, "seen"));
    }

    /** The numbers of transactions that never reached the disk are given out again. */
    @Test
    void whatACrashMayHaveForgottenIsNotClaimed() throws SQLException {
        try (TestPostgres crashing = TestPostgres.start(Map.of());
                Connection survivor = crashing.dataSource().getConnection()) {
            Writing<Integer> writing = new Writing<>(connection -> 7);
            int pid = survivor.unwrap(PGConnection.class).getBackendPID();
            try (Connection connection = crashing.dataSource().getConnection()) {
                assertThat(writing.on(connection)).isEqualTo(7);
                assertThat(writing.outcome(connection)).isEqualTo(Writing.Outcome.COMMITTED);
            }
            ProcessHandle.of(pid).orElseThrow().destroyForcibly();
            Eventually.holds(() -> outcome(writing, crashing) != Writing.Outcome.IN_PROGRESS);
            assertThat(outcome(writing, crashing)).isEqualTo(Writing.Outcome.UNKNOWN);
            try (TestPostgres other = TestPostgres.start(Map.of())) {
                assertThat(outcome(writing, other)).isEqualTo(Writing.Outcome.UNKNOWN);
            }
        }
    }

    /** Under way while the server cannot be asked, or has not come to its crash yet. */
    private static Writing.Outcome outcome(Writing<?> writing, TestPostgres server) {
        try (Connection connection = server.dataSource().getConnection()) {
            Writing.Outcome outcome = writing.outcome(connection);
            return outcome == Writing.Outcome.COMMITTED ? Writing.Outcome.IN_PROGRESS : outcome;
        } catch (SQLException starting) {
            return Writing.Outcome.IN_PROGRESS;
        }
    }
}
