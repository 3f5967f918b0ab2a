package dev.ragkit.pgvector;

import dev.ragkit.DocumentVersion;
import dev.ragkit.Filter;
import dev.ragkit.StoreChecks;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Says which documents there are, and in which version. */
final class DocumentReader {
    private final Routing routing;
    private final Sql sql;

    DocumentReader(Routing routing, Sql sql) {
        this.routing = routing;
        this.sql = sql;
    }

    Map<String, DocumentVersion> versions(String tenant, Collection<String> documentIds) {
        Object[] ids = documentIds.stream().filter(Utf8::isStorable).distinct().toArray();
        if (ids.length == 0) {
            return Map.of();
        }
        return routing.readToWrite("reading versions", connection -> {
            return sql.tenantSetting.read(connection, tenant, sql.versions, (statement, parameters) -> {
                parameters.text(tenant).array("text", ids);
                return versions(statement);
            });
        });
    }

    private Map<String, DocumentVersion> versions(PreparedStatement statement) throws SQLException {
        Map<String, DocumentVersion> found = new HashMap<>();
        try (ResultSet rows = sql.tenantSetting.rows(statement)) {
            while (rows.next()) {
                found.put(rows.getString(1), new DocumentVersion(rows.getString(2), rows.getBoolean(3)));
            }
        }
        return found;
    }

    List<String> documentIds(String tenant, Filter filter, String after, int limit) {
        StoreChecks.page(limit);
        if (!Utf8.isStorable(after)) {
            throw new IllegalArgumentException(
                    "after must be an id that an earlier page gave, or empty; it has NUL or an unpaired surrogate");
        }
        BoundFilter bound = BoundFilter.of(filter);
        return routing.readToWrite("listing documents", connection -> {
            String text = sql.documentIds.text(bound);
            return sql.tenantSetting.read(connection, tenant, text, (statement, parameters) -> {
                parameters.text(tenant).text(after).filter(bound).integer(limit);
                return ids(statement);
            });
        });
    }

    private List<String> ids(PreparedStatement statement) throws SQLException {
        List<String> ids = new ArrayList<>();
        try (ResultSet rows = sql.tenantSetting.rows(statement)) {
            while (rows.next()) {
                ids.add(rows.getString(1));
            }
        }
        return ids;
    }
}
