package dev.ragkit.pgvector;

import dev.ragkit.Embedding;
import dev.ragkit.Filter;
import dev.ragkit.SearchOptions;
import dev.ragkit.SearchResult;
import dev.ragkit.SearchResult.Path;
import dev.ragkit.VectorStore;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds the chunks nearest to an embedding: through the index where that pays, and by looking at each row that matches where it
 * does not, or where the index gave too few. One text does all that in one round trip. Where the tenant was large the last time
 * and nothing is filtered, a shorter text does the first part alone, and the second is hardly ever needed.
 */
final class VectorSearch {
    private final Reads routing;
    private final SearchSql sql;
    private final Definition definition;
    private final SearchPlan plan;

    /** Whose rows the index served the last time. A stale name costs a round trip, never a hit. */
    private volatile String largeTenant = "";

    /** Whether the driver was seen to send the statements of a text one by one; then a transaction holds them together. */
    private volatile boolean torn;

    VectorSearch(Reads routing, SearchSql sql, Definition definition, SearchPlan plan) {
        this.routing = routing;
        this.sql = sql;
        this.definition = definition;
        this.plan = plan;
    }

    /** The same search by another plan. */
    VectorSearch by(SearchPlan other) {
        return new VectorSearch(routing, sql, definition, other);
    }

    /** How widely the index looks. */
    Recall.Effort effort(int limit) {
        return plan.effort(limit, definition);
    }

    /** The planner's lines on a search through the index, for any embedding; its settings stay to the end of the transaction. */
    List<String> explain(Connection connection, Embedding embedding, int limit) throws SQLException {
        VectorParameter.register(connection, sql.vectorType);
        VectorParameter parameter = new VectorParameter(embedding, definition.type(), sql.vectorType);
        BoundFilter all = BoundFilter.of(Filter.all());
        Asked asked = new Asked(connection, VectorStore.DEFAULT_TENANT, parameter, all, limit);
        return sql.tenantSetting.read(connection, asked.tenant(), sql.explain, (statement, parameters) -> {
            bindIndex(parameters, asked);
            statement.execute();
            statement.getMoreResults();
            List<String> lines = new ArrayList<>();
            try (ResultSet rows = statement.getResultSet()) {
                while (rows.next()) {
                    lines.add(rows.getString(1));
                }
            }
            return lines;
        });
    }

    /** A search on its way: what was asked, on which connection. */
    private record Asked(
            Connection connection, String tenant, VectorParameter embedding, BoundFilter filter, int limit) {}

    SearchResult search(String tenant, Embedding embedding, SearchOptions options) {
        return run(tenant, embedding, options, asked -> {
            if (definition.index().kind() == VectorIndex.Kind.NONE) {
                return exact(asked);
            }
            Rows rows =
                    torn ? Session.inTransaction(asked.connection(), () -> throughIndex(asked)) : throughIndex(asked);
            if (rows.state() != Rows.State.TORN) {
                return rows;
            }
            torn = true;
            return Session.inTransaction(asked.connection(), () -> throughIndex(asked));
        });
    }

    /** The true nearest, by looking at each row that matches. */
    SearchResult exact(String tenant, Embedding embedding, SearchOptions options) {
        return run(tenant, embedding, options, this::exact);
    }

    /** A way to search. */
    private interface Way {
        Rows rows(Asked asked) throws SQLException;
    }

    private SearchResult run(String tenant, Embedding embedding, SearchOptions options, Way way) {
        Batch.check(embedding, "the query", definition);
        VectorParameter parameter = new VectorParameter(embedding, definition.type(), sql.vectorType);
        BoundFilter filter = BoundFilter.of(options.filter());
        Rows rows = routing.read("searching by embedding", connection -> {
            VectorParameter.register(connection, sql.vectorType);
            return way.rows(new Asked(connection, tenant, parameter, filter, options.limit()));
        });
        remember(tenant, rows.state().path(), filter);
        return rows.result(options.minScore());
    }

    private void remember(String tenant, Path path, BoundFilter filter) {
        if (path == Path.INDEX && !tenant.equals(largeTenant)) {
            largeTenant = tenant;
        } else if (path != Path.INDEX && !filter.isPresent() && tenant.equals(largeTenant)) {
            largeTenant = "";
        }
    }

    private Rows throughIndex(Asked asked) throws SQLException {
        if (asked.filter().isPresent() || !asked.tenant().equals(largeTenant)) {
            return any(asked);
        }
        Rows found = index(asked);
        boolean enough = found.hits().size() == asked.limit() || found.state() == Rows.State.TORN;
        return enough ? found : found.then(exact(asked));
    }

    private Rows any(Asked asked) throws SQLException {
        return read(asked, asked.filter().textOf(sql.any), (statement, parameters) -> {
            bindIndex(parameters, asked);
            bindExact(parameters.integer(asked.limit()), asked);
            Rows.Reader rows = reader(statement);
            Rows found = rows.next();
            boolean enough = found.hits().size() == asked.limit() || found.state() == Rows.State.TORN;
            return enough ? found : found.then(rows.next());
        });
    }

    private Rows index(Asked asked) throws SQLException {
        return read(asked, sql.index, (statement, parameters) -> {
            bindIndex(parameters, asked);
            return reader(statement).next();
        });
    }

    private Rows exact(Asked asked) throws SQLException {
        return read(asked, asked.filter().textOf(sql.exact), (statement, parameters) -> {
            bindExact(parameters, asked);
            return Rows.NONE.then(reader(statement).next());
        });
    }

    private Rows read(Asked asked, String text, TenantSetting.Reading<Rows> reading) throws SQLException {
        return sql.tenantSetting.read(asked.connection(), asked.tenant(), text, reading);
    }

    private Rows.Reader reader(PreparedStatement statement) throws SQLException {
        return Rows.read(statement, VectorStore.SCORE, definition.vectors()::score);
    }

    private void bindIndex(Parameters parameters, Asked asked) throws SQLException {
        int limit = asked.limit();
        parameters
                .integer(plan.breadth(limit, definition))
                .filter(asked.filter())
                .number(plan.threshold(limit))
                .number(limit)
                .text(asked.tenant())
                .vector(asked.embedding());
        if (definition.isRescored()) {
            parameters.text(asked.tenant()).vector(asked.embedding());
            parameters
                    .filter(asked.filter())
                    .integer(plan.breadth(limit, definition))
                    .integer(limit);
        } else {
            parameters.text(asked.tenant()).filter(asked.filter()).integer(limit);
        }
    }

    private static void bindExact(Parameters parameters, Asked asked) throws SQLException {
        parameters
                .vector(asked.embedding())
                .text(asked.tenant())
                .filter(asked.filter())
                .integer(asked.limit())
                .text(asked.tenant())
                .integer(asked.limit());
    }
}
