package dev.ragkit.pgvector;

import dev.ragkit.DocumentVersion;
import dev.ragkit.Filter;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Says which documents there are, and in which version. */
final class DocumentReader {
    private static final int MAX_PAGE = 10_000;

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
            Map<String, DocumentVersion> found = new HashMap<>();
            try (PreparedStatement statement = connection.prepareStatement(sql.versions)) {
                statement.setString(1, tenant);
                statement.setArray(2, connection.createArrayOf("text", ids));
                try (ResultSet rows = statement.executeQuery()) {
                    while (rows.next()) {
                        found.put(rows.getString(1), new DocumentVersion(rows.getString(2), rows.getBoolean(3)));
                    }
                }
            }
            return found;
        });
    }

    List<String> documentIds(String tenant, Filter filter, String after, int limit) {
        if (limit < 1 || limit > MAX_PAGE) {
            throw new IllegalArgumentException("limit must be between 1 and " + MAX_PAGE + ", was " + limit);
        }
        if (!Utf8.isStorable(after)) {
            throw new IllegalArgumentException(
                    "after must be an id that an earlier page gave, or empty; it has NUL or an unpaired surrogate");
        }
        BoundFilter bound = BoundFilter.of(filter);
        return routing.readToWrite("listing documents", connection -> {
            List<String> ids = new ArrayList<>();
            try (PreparedStatement statement = connection.prepareStatement(bound.textOf(sql.documentIds))) {
                new Parameters(statement).text(tenant).text(after).filter(bound).integer(limit);
                try (ResultSet rows = statement.executeQuery()) {
                    while (rows.next()) {
                        ids.add(rows.getString(1));
                    }
                }
            }
            return ids;
        });
    }
}
