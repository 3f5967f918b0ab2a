package dev.ragkit.pgvector;

import dev.ragkit.pgvector.Finding.Kind;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.postgresql.core.BaseConnection;

/** The role and the driver that connect. */
final class RoleChecks {
    private static final String HELD = """
            SELECT c.relrowsecurity, r.rolsuper OR r.rolbypassrls,
                pg_has_role(r.oid, c.relowner, 'USAGE') AND NOT c.relforcerowsecurity
            FROM pg_catalog.pg_class c, pg_catalog.pg_roles r
            WHERE c.oid = to_regclass(?) AND r.rolname = current_user""";

    private RoleChecks() {}

    /** Whether row level security is on, and what lets a role through it. */
    private record Held(boolean on, boolean byRight, boolean asOwner) {}

    static void examine(Checkup checkup) throws SQLException {
        Tables tables = checkup.tables();
        for (String table : List.of(tables.document(), tables.chunk(), tables.term(), tables.stats())) {
            Held held =
                    checkup.one(HELD, row -> new Held(row.getBoolean(1), row.getBoolean(2), row.getBoolean(3)), table);
            if (held.on && (held.byRight || held.asOwner)) {
                bypassed(checkup, table, held);
                break;
            }
        }
        driver(checkup, checkup.connection().unwrap(BaseConnection.class));
    }

    private static void bypassed(Checkup checkup, String table, Held held) throws SQLException {
        String why = "Row level security does not hold this role, so it is no wall between tenants. ";
        if (held.byRight) {
            String app = Tables.quoted(checkup.tables().collection() + "_app");
            checkup.add(
                    Kind.ROW_SECURITY_BYPASSED,
                    "the role " + checkup.role() + " is a superuser or has BYPASSRLS, and " + table
                            + " has row level security",
                    why + "Connect as a role without these rights; give the new one a password.",
                    grants(checkup, app).toArray(new String[0]));
            return;
        }
        Tables tables = checkup.tables();
        checkup.add(
                Kind.ROW_SECURITY_BYPASSED,
                "the role " + checkup.role() + " owns " + table + ", which has row level security without FORCE",
                why + "Better still connect as a role that owns nothing.",
                force(tables.document()),
                force(tables.chunk()),
                force(tables.term()),
                force(tables.stats()));
    }

    private static String force(String table) {
        return "ALTER TABLE " + table + " FORCE ROW LEVEL SECURITY";
    }

    private static List<String> grants(Checkup checkup, String role) {
        Tables tables = checkup.tables();
        List<String> statements = new ArrayList<>();
        statements.add("CREATE ROLE " + role + " LOGIN NOSUPERUSER NOBYPASSRLS");
        statements.add("GRANT USAGE ON SCHEMA " + Tables.quoted(tables.schema()) + ", "
                + Tables.quoted(checkup.extension().schema()) + " TO " + role);
        statements.addAll(tables.grants(role));
        return statements;
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
