package dev.ragkit.pgvector;

import dev.ragkit.Embedding;
import dev.ragkit.Filter;
import dev.ragkit.SearchOptions;
import dev.ragkit.SearchResult;
import dev.ragkit.VectorStore;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds the chunks nearest to an embedding: through the index where that pays, and by looking at each row that matches where it
 * does not, or where the index gave too few. One text does all that in one round trip. Where an earlier search tells how the
 * next one will go, a shorter text does one part alone: through the index where the tenant was large the last time and nothing is
 * filtered, exactly where the same filter was found to let few rows through.
 */
final class VectorSearch {
    private final Reads routing;
    private final SearchSql sql;
    private final Definition definition;
    private final SearchPlan plan;
    private final SearchMemory memory;

    VectorSearch(Reads routing, SearchSql sql, Definition definition, SearchPlan plan) {
        this(routing, sql, new Chosen(definition, plan, new SearchMemory()));
    }

    private VectorSearch(Reads routing, SearchSql sql, Chosen chosen) {
        this.routing = routing;
        this.sql = sql;
        this.definition = chosen.definition;
        this.plan = chosen.plan;
        this.memory = chosen.memory;
    }

    /** By what searches are made. */
    private record Chosen(Definition definition, SearchPlan plan, SearchMemory memory) {}

    /** The same search by other ways to the servers. */
    VectorSearch through(Reads other) {
        return new VectorSearch(other, sql, new Chosen(definition, plan, memory));
    }

    /** The same search by another plan. */
    VectorSearch by(SearchPlan other) {
        return new VectorSearch(routing, sql, definition, other);
    }

    SearchPlan plan() {
        return plan;
    }

    SearchSql sql() {
        return sql;
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
                return exact(asked, Rows.State.EXACT);
            }
            Rows.State way = memory.way(tenant, asked.filter(), asked.limit());
            if (way != Rows.State.INDEX) {
                Rows rows = exact(asked, way);
                memory.check(tenant, asked.filter(), asked.limit(), rows);
                return rows;
            }
            Rows rows = untorn(asked);
            memory.keep(tenant, asked.filter(), asked.limit(), rows);
            return rows;
        });
    }

    private Rows untorn(Asked asked) throws SQLException {
        if (!memory.torn) {
            Rows rows = asking(asked);
            if (rows.state() != Rows.State.TORN) {
                return rows;
            }
            memory.torn = true;
        }
        Rows rows = Session.inTransaction(asked.connection(), () -> asking(asked));
        if (rows.state() == Rows.State.TORN) {
            throw new SQLException("the settings of a search are lost within its transaction");
        }
        return rows;
    }

    /** The true nearest, by looking at each row that matches. */
    SearchResult exact(String tenant, Embedding embedding, SearchOptions options) {
        return run(tenant, embedding, options, asked -> exact(asked, Rows.State.EXACT));
    }

    /** A way to search. */
    private interface Way {
        Rows rows(Asked asked) throws SQLException;
    }

    private SearchResult run(String tenant, Embedding embedding, SearchOptions options, Way way) {
        Batch.check(embedding, "the query", definition);
        VectorParameter parameter = new VectorParameter(embedding, definition.type(), sql.vectorType);
        BoundFilter filter = BoundFilter.of(options.filter(), sql.rangeKeys());
        Rows rows = routing.read("searching by embedding", connection -> {
            VectorParameter.register(connection, sql.vectorType);
            return way.rows(new Asked(connection, tenant, parameter, filter, options.limit()));
        });
        return rows.result(options.minScore());
    }

    private Rows asking(Asked asked) throws SQLException {
        if (asked.filter().isPresent() || !memory.isLarge(asked.tenant())) {
            return any(asked);
        }
        Rows found = index(asked);
        return found.isEnough(asked.limit()) ? found : found.then(exact(asked, Rows.State.EXACT));
    }

    private Rows any(Asked asked) throws SQLException {
        return read(asked, sql.any.text(asked.filter()), (statement, parameters) -> {
            bindIndex(parameters, asked);
            bindExact(parameters.integer(asked.limit()), asked);
            Rows.Reader rows = reader(statement);
            Rows found = rows.next();
            return found.isEnough(asked.limit()) ? found : found.then(rows.next());
        });
    }

    private Rows index(Asked asked) throws SQLException {
        return read(asked, sql.index, (statement, parameters) -> {
            bindIndex(parameters, asked);
            return reader(statement).next();
        });
    }

    /** In a way that {@link SearchMemory} knows. */
    private Rows exact(Asked asked, Rows.State way) throws SQLException {
        boolean each = way == Rows.State.EXACT;
        String text = each ? sql.exact.text(asked.filter()) : sql.exact.textByIndex(asked.filter());
        return read(asked, text, (statement, parameters) -> {
            parameters.text(each ? "force_custom_plan" : "force_generic_plan");
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
                .filterAndRange(asked.filter())
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
                .filterAndRange(asked.filter())
                .integer(asked.limit())
                .text(asked.tenant())
                .integer(asked.limit());
    }
}
