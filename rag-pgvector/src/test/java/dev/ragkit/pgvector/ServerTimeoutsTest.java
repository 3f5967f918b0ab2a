package dev.ragkit.pgvector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.zaxxer.hikari.HikariDataSource;
import dev.ragkit.EmbeddingSpace;
import dev.ragkit.StoreException;
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** Limits that the host has set on the server end a call and do no other harm. */
class ServerTimeoutsTest {
    private static final EmbeddingSpace SPACE =
            EmbeddingSpace.builder("test", "timeouts", 4).build();

    private static StoreException failure(Runnable call) {
        return catchThrowableOfType(StoreException.class, call::run);
    }

    /** A busy machine may run into the limit once more; a poisoned connection always would. */
    private static boolean succeeds(Runnable call) {
        try {
            call.run();
            return true;
        } catch (StoreException limited) {
            return false;
        }
    }

    private static Session.Work<Boolean> idling() {
        return connection -> {
            try (Statement statement = connection.createStatement()) {
                statement.execute("SELECT 1");
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(500));
                return statement.execute("SELECT 2");
            }
        };
    }

    @Test
    void R24_timeoutsOfTheServerAreSaidAndLeaveNoPoisonedConnection() throws Exception {
        for (String setting : List.of("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")) {
            String url = TestPostgres.shared().freshDatabase();
            try (HikariDataSource pool = TestCollection.pool(url + "&options=-c%20" + setting + "=200", 1);
                    Connection blocker = TestPostgres.dataSource(url).getConnection()) {
                PgVectorSchema.builder(SPACE, "docs").build().apply(TestPostgres.dataSource(url));
                PgVectorStore store = PgVectorStore.builder(pool, SPACE, "docs").build();
                blocker.setAutoCommit(false);
                try (Statement lock = blocker.createStatement()) {
                    lock.execute("LOCK TABLE docs_document");
                }
                Runnable replace = () -> store.replace(
                        List.of(TestCollection.document("a", "text", TestCollection.direction(new Random(1), 4))));
                StoreException failure = switch (setting) {
                    case "statement_timeout", "lock_timeout" -> failure(replace);
                    default -> failure(() -> new Session(pool, "the test").write("idling", idling()));
                };
                blocker.rollback();
                switch (setting) {
                    case "statement_timeout" -> {
                        assertThat(failure).hasMessageContaining("ran into statement_timeout; raise that");
                        assertThat(failure.isTransient()).isFalse();
                    }
                    case "lock_timeout" -> {
                        assertThat(failure).hasMessageContaining("a lock was not to be had in time; try again");
                        assertThat(failure.isTransient()).isTrue();
                    }
                    default -> {
                        assertThat(failure).hasMessageContaining("idle_in_transaction_session_timeout ended");
                        assertThat(failure.isTransient()).isTrue();
                    }
                }
                Eventually.holds(() -> succeeds(replace));
                assertThat(store.versions(List.of("a"))).hasSize(1);
                System.out.println(
                        "R-24: " + setting + " of 200 ms: " + failure.getMessage() + "; the connection works");
            }
        }
    }
}
