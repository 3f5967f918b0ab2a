package dev.ragkit.pgvector;

import dev.ragkit.pgvector.Finding.Kind;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.postgresql.core.BaseConnection;

/** The role and the driver that connect. */
final class RoleChecks {
    private RoleChecks() {}

    static void examine(Checkup checkup) throws SQLException {
        RowSecurity security = new RowSecurity(checkup.connection(), checkup.tables());
        List<String> tables = security.tablesWithIt();
        if (!tables.isEmpty()) {
            security.unboundRole().ifPresent(unbound -> bypassed(checkup, tables, unbound));
        }
        driver(checkup, checkup.connection().unwrap(BaseConnection.class));
    }

    private static void bypassed(Checkup checkup, List<String> tables, String unbound) {
        String app = Tables.quoted(checkup.tables().collection() + "_app");
        List<String> statements = new ArrayList<>();
        statements.add("CREATE ROLE " + app + " LOGIN NOSUPERUSER NOBYPASSRLS");
        statements.addAll(RowSecurity.grants(
                checkup.tables(),
                List.of(checkup.tables().schema(), checkup.extension().schema()),
                app));
        checkup.add(
                Kind.ROW_SECURITY_BYPASSED,
                unbound + ", and there is row level security on " + String.join(", ", tables),
                "Row level security does not hold such a role, or can be changed by it, so it is no wall between tenants."
                        + " Connect as a role without these rights; give the new one a password.",
                statements.toArray(new String[0]));
    }

    private static void driver(Checkup checkup, BaseConnection driver) throws SQLException {
        if (driver.getLogServerErrorDetail()) {
            checkup.add(
                    Kind.SERVER_ERROR_DETAIL,
                    "the driver keeps what the server says of an error in its exceptions",
                    "That may hold values of rows, and reaches the logs where causes of exceptions do. Add"
                            + " logServerErrorDetail=false to the JDBC URL.");
        }
        if (driver.getPrepareThreshold() == 0) {
            checkup.add(
                    Kind.STATEMENTS_NOT_PREPARED,
                    "prepareThreshold is 0, so the driver never prepares a statement on the server",
                    "Each search is parsed again. Take it out of the JDBC URL, unless the connections go through PgBouncer"
                            + " older than 1.21 in transaction mode, which needs it.");
        }
    }
}
