package dev.ragkit.pgvector;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * Names the tenant to the policies of row level security, for the length of a transaction. A transaction that writes begins with
 * {@link #enter}. A text that reads has the setting in its first statement and asks for it in its last: the driver may have torn the
 * text into several transactions, and then nothing was to be seen in between. Such a text is read once more in a transaction.
 * Without row level security there is nothing to name.
 */
final class TenantSetting {
    private static final String NAME = "set_config('" + Tenancy.SETTING + "', ?, true)";
    private static final String SETTINGS = "SELECT set_config(";

    private static final String UNKNOWN_SETTING = "42704";

    private final Tenancy tenancy;

    TenantSetting(Tenancy tenancy) {
        this.tenancy = tenancy;
    }

    /** Binds what else a text takes, runs it and reads its rows. */
    interface Reading<T> {
        T of(PreparedStatement statement, Parameters parameters) throws SQLException;
    }

    /** The text as it is sent: a first statement that makes settings has one more, any other text one more statement. */
    String naming(String text) {
        if (!tenancy.isStrict()) {
            return text;
        }
        String named = text.startsWith(SETTINGS)
                ? "SELECT " + NAME + ", " + text.substring("SELECT ".length())
                : "SELECT " + NAME + ";\n" + text;
        return named + ";\nSELECT current_setting('" + Tenancy.SETTING + "', true)";
    }

    /** Runs a text that {@link #naming} gave. */
    <T> T read(Connection connection, String tenant, String text, Reading<T> reading) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(text)) {
            Parameters parameters = new Parameters(statement);
            if (!tenancy.isStrict()) {
                return reading.of(statement, parameters);
            }
            T result = reading.of(statement, parameters.text(tenant));
            if (isStillNamed(statement, tenant)) {
                return result;
            }
        } catch (SQLException e) {
            if (!isTorn(connection, e)) {
                throw e;
            }
        }
        return Session.inTransaction(connection, () -> read(connection, tenant, text, reading));
    }

    /** The rows of a text that began without settings. */
    ResultSet rows(PreparedStatement statement) throws SQLException {
        statement.execute();
        if (tenancy.isStrict()) {
            statement.getMoreResults();
        }
        return statement.getResultSet();
    }

    private static boolean isStillNamed(PreparedStatement statement, String tenant) throws SQLException {
        String last = null;
        while (statement.getMoreResults()) {
            try (ResultSet row = statement.getResultSet()) {
                last = row.next() ? row.getString(1) : null;
            }
        }
        if (!tenant.equals(last) && !statement.getConnection().getAutoCommit()) {
            throw new SQLException("the setting " + Tenancy.SETTING + " is lost within a transaction");
        }
        return tenant.equals(last);
    }

    /** Where no transaction of the session has ever named a tenant, policies fail instead of hiding all rows. */
    private boolean isTorn(Connection connection, SQLException error) throws SQLException {
        return tenancy.isStrict() && UNKNOWN_SETTING.equals(error.getSQLState()) && connection.getAutoCommit();
    }

    /** The first statement of a transaction that writes. */
    void enter(Connection connection, String tenant) throws SQLException {
        if (!tenancy.isStrict()) {
            return;
        }
        try (PreparedStatement statement = connection.prepareStatement("SELECT " + NAME)) {
            statement.setString(1, tenant);
            statement.execute();
        }
    }
}
