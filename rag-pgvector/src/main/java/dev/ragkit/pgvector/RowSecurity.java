package dev.ragkit.pgvector;

import dev.ragkit.StoreException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Whether row level security is in force as {@link TenantDdl} makes it, and binds the role that asks. */
final class RowSecurity {
    /** Policies that permit are added up, so one more opens the wall; those that restrict are the host's own affair. */
    private static final String TABLES = """
            SELECT c.oid::regclass, c.relrowsecurity AND c.relforcerowsecurity,
                (SELECT count(*) FROM pg_catalog.pg_policy p WHERE p.polrelid = c.oid AND p.polname = ?
                    AND p.polcmd = '*' AND p.polpermissive AND p.polroles = '{0}'
                    AND pg_get_expr(p.polqual, p.polrelid) = ? AND pg_get_expr(p.polwithcheck, p.polrelid) = ?)
                    = CASE WHEN c.relispartition THEN 0 ELSE 1 END,
                (SELECT count(*) FROM pg_catalog.pg_policy p WHERE p.polrelid = c.oid AND p.polpermissive)
                    = CASE WHEN c.relispartition THEN 0 ELSE 1 END
            FROM pg_catalog.pg_class c
            WHERE c.oid = ANY(CAST(?::text[] AS regclass[]))
                OR c.oid IN (SELECT i.inhrelid FROM pg_catalog.pg_inherits i
                    WHERE i.inhparent = ANY(CAST(?::text[] AS regclass[])))
            ORDER BY 1""";

    /** Who is not bound, among the roles that the session is or may become. */
    private static final String ROLES = """
            SELECT r.rolname, r.rolname = current_user, r.rolsuper, r.rolbypassrls
            FROM pg_catalog.pg_roles r
            WHERE (pg_has_role(current_user, r.oid, 'MEMBER') OR pg_has_role(session_user, r.oid, 'MEMBER'))
                AND (r.rolsuper OR r.rolbypassrls
                    OR r.oid IN (SELECT c.relowner FROM pg_catalog.pg_class c
                        WHERE c.oid = ANY(CAST(?::text[] AS regclass[]))))
            ORDER BY r.rolname <> current_user, r.rolname <> session_user, r.rolname
            LIMIT 1""";

    private static final String SWITCHED_ON = """
            SELECT c.oid::regclass FROM pg_catalog.pg_class c
            WHERE c.oid = ANY(CAST(?::text[] AS regclass[])) AND c.relrowsecurity
            ORDER BY 1""";

    private static final String HIDES = """
            SELECT bool_or(row_security_active(c.oid)), current_user FROM pg_catalog.pg_class c
            WHERE c.oid = ANY(CAST(?::text[] AS regclass[]))""";

    private final Connection connection;
    private final Tables tables;

    RowSecurity(Connection connection, Tables tables) {
        this.connection = connection;
        this.tables = tables;
    }

    /** Fails where a table lacks its policy, or has another that permits. */
    void requirePolicies() throws SQLException {
        List<String> faults = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(TABLES)) {
            statement.setString(1, Tenancy.POLICY);
            statement.setString(2, Tenancy.POLICY_CONDITION);
            statement.setString(3, Tenancy.POLICY_CONDITION);
            statement.setArray(4, rowTables());
            statement.setArray(5, rowTables());
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    fault(rows, faults);
                }
            }
        }
        if (!faults.isEmpty()) {
            throw new StoreException(
                    "row level security of " + tables.where() + " is not as it was made: "
                            + String.join("; ", faults)
                            + ". Drop the policies that are too many, and let the owner run what PgVectorSchema.statements() prints");
        }
    }

    private static void fault(ResultSet row, List<String> faults) throws SQLException {
        String table = row.getString(1);
        if (!row.getBoolean(2)) {
            faults.add("the table " + table + " does not ENABLE and FORCE it");
        } else if (!row.getBoolean(3)) {
            faults.add("the table " + table + " lacks the policy " + Tenancy.POLICY + ", or has another of that name");
        } else if (!row.getBoolean(4)) {
            faults.add("the table " + table + " has one more policy that permits");
        }
    }

    /** Fails for a role that policies do not bind, or that may change them. */
    void requireBoundRole() throws SQLException {
        Optional<String> unbound = unboundRole();
        if (unbound.isPresent()) {
            throw new StoreException("row level security of " + tables.where() + " does not bind this session: "
                    + unbound.get()
                    + ". Connect as a role that only works on the rows: CREATE ROLE rag_app LOGIN PASSWORD '...'; "
                    + String.join("; ", grants(tables, List.of(tables.schema()), "rag_app"))
                    + ". For tests there is trustAnyRole()");
        }
    }

    /** Who is not bound and why, such as {@code the role "postgres" is a superuser}; empty where policies hold the session. */
    Optional<String> unboundRole() throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(ROLES)) {
            statement.setArray(1, rowTables());
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? Optional.of(unbound(row)) : Optional.empty();
            }
        }
    }

    private static String unbound(ResultSet row) throws SQLException {
        String why = row.getBoolean(3)
                ? "is a superuser"
                : row.getBoolean(4) ? "has BYPASSRLS" : "owns tables of the collection";
        return "the role " + Tables.quoted(row.getString(1)) + (row.getBoolean(2) ? " " : ", which it may become, ")
                + why;
    }

    /** What a role needs that only works on the rows, a statement each. */
    static List<String> grants(Tables tables, List<String> schemas, String role) {
        List<String> statements = new ArrayList<>();
        schemas.forEach(schema -> statements.add("GRANT USAGE ON SCHEMA " + Tables.quoted(schema) + " TO " + role));
        statements.addAll(tables.grants(role));
        return statements;
    }

    /** The tables on which it is switched on, by whomever. */
    List<String> tablesWithIt() throws SQLException {
        List<String> names = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(SWITCHED_ON)) {
            statement.setArray(1, rowTables());
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    names.add(rows.getString(1));
                }
            }
        }
        return names;
    }

    /** Fails for a role from which it hides rows, which no grant changes. */
    void requireAllRows() throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(HIDES)) {
            statement.setArray(1, rowTables());
            try (ResultSet row = statement.executeQuery()) {
                if (row.next() && row.getBoolean(1)) {
                    throw new StoreException("row level security hides the tenants of " + tables.where()
                            + " from the role " + Tables.quoted(row.getString(2))
                            + ", and this needs the rows of all of them: do it as a superuser, or as a role with BYPASSRLS"
                            + " and these rights: "
                            + String.join("; ", tables.grants("role")));
                }
            }
        }
    }

    private java.sql.Array rowTables() throws SQLException {
        return connection.createArrayOf(
                "text", new String[] {tables.document(), tables.chunk(), tables.term(), tables.stats()});
    }
}
