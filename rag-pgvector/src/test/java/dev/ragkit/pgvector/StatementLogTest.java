package dev.ragkit.pgvector;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The measure of R-23 finds what it is to find. */
class StatementLogTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "statement: SET enable_sort = off",
                "statement: set session characteristics as transaction read only",
                "execute <unnamed>: SELECT 1; SET jit = off",
                "execute <unnamed>: LISTEN channel",
                "statement: CREATE TEMPORARY TABLE t (i int)",
                "statement: CREATE LOCAL TEMP TABLE t (i int)",
                "statement: SELECT 1 INTO TEMP t",
                "statement: DECLARE c CURSOR WITH HOLD FOR SELECT 1",
                "execute <unnamed>: SELECT pg_advisory_lock(1)",
                "execute <unnamed>: SELECT pg_try_advisory_lock($1)",
                "execute <unnamed>: SELECT set_config('jit', 'off', true), set_config('enable_sort', 'off', false)",
                "statement: PREPARE p AS SELECT 1",
                "statement: DISCARD ALL"
            })
    void stateOfASessionIsFound(String statement) {
        assertThat(StatementLog.ofSessionState(List.of(statement)))
                .singleElement()
                .satisfies(found -> assertThat(statement).endsWith(found));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "statement: SET TRANSACTION ISOLATION LEVEL READ COMMITTED",
                "execute <unnamed>: SET LOCAL jit = off",
                "execute S_1: SELECT pg_advisory_xact_lock(1)",
                "execute <unnamed>: SELECT set_config('jit', 'off', true)",
                "execute <unnamed>: UPDATE t SET a = 1",
                "statement: CREATE TABLE temperature (i int)",
                "statement: COPY t FROM STDIN (FORMAT BINARY)"
            })
    void whatEndsWithTheTransactionIsNot(String statement) {
        assertThat(StatementLog.ofSessionState(List.of(statement))).isEmpty();
    }
}
