package dev.ragkit.pgvector;

import dev.ragkit.Embedding;
import dev.ragkit.SearchOptions;
import dev.ragkit.SearchResult;
import dev.ragkit.SearchResult.Path;
import dev.ragkit.VectorStore;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds the chunks nearest to an embedding: through the index where that pays, and by looking at each row that matches where it
 * does not, or where the index gave too few.
 */
final class VectorSearch {
    private static final Pattern ESTIMATED_ROWS = Pattern.compile("\"Plan Rows\": (\\d+)");

    private final Routing routing;
    private final Sql sql;
    private final Definition definition;
    private final SearchPlan plan;
    private final String vectorType;

    VectorSearch(Routing routing, Sql sql, Definition definition, SearchPlan plan) {
        this.routing = routing;
        this.sql = sql;
        this.definition = definition;
        this.plan = plan;
        this.vectorType = sql.vectorType;
    }

    /** A search on its way: what was asked, on which connection. */
    private record Asked(
            Connection connection, String tenant, VectorParameter embedding, BoundFilter filter, int limit) {}

    SearchResult search(String tenant, Embedding embedding, SearchOptions options) {
        Batch.check(embedding, "the query", definition);
        VectorParameter parameter = new VectorParameter(embedding, definition.type(), vectorType);
        BoundFilter filter = BoundFilter.of(options.filter());
        return routing.read("searching by embedding", connection -> {
            VectorParameter.register(connection, vectorType);
            Asked asked = new Asked(connection, tenant, parameter, filter, options.limit());
            Path path = Path.EXACT;
            if (isIndexWorthTrying(asked)) {
                Rows rows = index(asked);
                if (rows.state() == Rows.State.UNTUNED) {
                    rows = Session.inTransaction(connection, () -> index(asked));
                }
                if (rows.hits().size() == options.limit()) {
                    return new SearchResult(rows.from(options.minScore()), Path.INDEX, true);
                }
                path = rows.state() == Rows.State.SEARCHED ? Path.INDEX_THEN_EXACT : Path.EXACT;
            }
            return new SearchResult(exact(asked).from(options.minScore()), path, true);
        });
    }

    /** Without a filter the statement itself decides, by the tenant's kept number of rows; with one the planner is asked. */
    private boolean isIndexWorthTrying(Asked asked) throws SQLException {
        if (definition.index().kind() == VectorIndex.Kind.NONE) {
            return false;
        }
        return !asked.filter().isPresent() || !isExactFirst(asked);
    }

    private boolean isExactFirst(Asked asked) throws SQLException {
        try (PreparedStatement statement = asked.connection().prepareStatement(sql.estimate)) {
            statement.setString(1, asked.tenant());
            asked.filter().bind(statement, 2);
            statement.execute();
            double matching = 0;
            try (ResultSet rows = statement.getResultSet()) {
                Matcher estimate = ESTIMATED_ROWS.matcher(rows.next() ? rows.getString(1) : "");
                matching = estimate.find() ? Double.parseDouble(estimate.group(1)) : 0;
            }
            statement.getMoreResults();
            try (ResultSet rows = statement.getResultSet()) {
                return plan.isExactFirst(matching, rows.next() ? rows.getDouble(1) : 0, asked.limit());
            }
        }
    }

    private Rows index(Asked asked) throws SQLException {
        try (PreparedStatement statement =
                asked.connection().prepareStatement(asked.filter().textOf(sql.searchIndex))) {
            statement.setInt(1, plan.efSearch(asked.limit()));
            statement.setInt(2, definition.index().probes());
            statement.setDouble(3, asked.filter().isPresent() ? 0 : plan.threshold(asked.limit()));
            statement.setString(4, asked.tenant());
            return rows(statement, 5, asked);
        }
    }

    private Rows exact(Asked asked) throws SQLException {
        try (PreparedStatement statement =
                asked.connection().prepareStatement(asked.filter().textOf(sql.searchExact))) {
            return rows(statement, 1, asked);
        }
    }

    private Rows rows(PreparedStatement statement, int first, Asked asked) throws SQLException {
        statement.setObject(first, asked.embedding());
        statement.setString(first + 1, asked.tenant());
        int next = asked.filter().bind(statement, first + 2);
        statement.setInt(next, asked.limit());
        return Rows.of(statement, VectorStore.SCORE, definition.vectors()::score);
    }
}
