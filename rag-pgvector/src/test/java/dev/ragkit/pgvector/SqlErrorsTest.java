package dev.ragkit.pgvector;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ragkit.StoreException;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

class SqlErrorsTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "08000", "08001", "08003", "08004", "08006", "08007", "08P01", "40001", "40P01", "55P03", "57P01",
                "57P02", "57P03", "25006", "53300"
            })
    void conflictsRestartsAndOutagesAreTransient(String state) {
        assertThat(translated(new SQLException("x", state)).isTransient()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "22021", "22P02", "23503", "23505", "28P01", "28000", "3D000", "3F000", "42501", "42601", "42703",
                "42704", "42883", "42P01", "53100", "53200", "54000", "57014", "XX000", "0A000", "58030"
            })
    void faultsThatStayAreNot(String state) {
        StoreException error = translated(new SQLException("x", state));
        assertThat(error.isTransient()).isFalse();
        assertThat(error).hasMessageContaining("(SQLSTATE " + state + ")");
    }

    @Test
    void whatAPoolWrapsIsFound() {
        SQLException timeout = new SQLTransientConnectionException("pool - Connection is not available");
        assertThat(translated(timeout).isTransient()).isTrue();
        SQLException refused = new SQLException("Connection to db:5432 refused", "08001");
        SQLException wrapped = new SQLException("pool", refused);
        assertThat(translated(wrapped))
                .hasMessageContaining("the database cannot be reached")
                .hasMessageContaining("Connection to db:5432 refused")
                .hasCause(wrapped);
        SQLException chained = new SQLException("batch");
        chained.setNextException(new SQLException("x", "40P01"));
        assertThat(translated(chained).isTransient()).isTrue();
        SQLException circular = new SQLException("a");
        circular.setNextException(new SQLException("b", circular));
        assertThat(translated(circular).isTransient()).isFalse();
    }

    @Test
    void whatTheServerSaysOfRowsStaysInTheCause() {
        PSQLException error = new PSQLException(
                new ServerErrorMessage(
                        "SERROR\0C23505\0Mduplicate key value violates unique constraint\0DKey (id)=(SECRET-VALUE) already exists.\0"));
        assertThat(error.getMessage()).contains("SECRET-VALUE");
        assertThat(translated(error))
                .hasMessage("PostgreSQL failed searching: see the cause (SQLSTATE 23505)")
                .hasCause(error);
    }

    private static StoreException translated(SQLException error) {
        return SqlErrors.translate(error, "searching");
    }
}
