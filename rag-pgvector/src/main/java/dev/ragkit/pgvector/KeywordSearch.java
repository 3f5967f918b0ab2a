package dev.ragkit.pgvector;

import dev.ragkit.Hit;
import dev.ragkit.KeywordIndex;
import dev.ragkit.SearchOptions;
import dev.ragkit.SearchResult;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds chunks by BM25, in at most two goes. The first looks at the chunks with the rarest words. What the last of its hits has,
 * every better chunk must exceed, and a chunk's words bound what it can have; so the second go looks only at chunks whose words
 * weigh more together, and there is none if the other words do not (MaxScore: Turtle and Flood, Query evaluation: strategies and
 * optimizations, 1995). The hits are the best of all chunks with any of the words.
 */
final class KeywordSearch {
    /** The first go looks at so many chunks for each hit asked for. */
    private static final int CHUNKS_PER_HIT = 20;

    private final Routing routing;
    private final SearchSql sql;

    KeywordSearch(Routing routing, SearchSql sql) {
        this.routing = routing;
        this.sql = sql;
    }

    private record Asked(Connection connection, String tenant, BoundFilter filter, SearchOptions options) {}

    SearchResult search(String tenant, String text, SearchOptions options) {
        String clean = Utf8.spaced(text);
        BoundFilter filter = BoundFilter.of(options.filter());
        return routing.read("searching by words", connection -> {
            Asked asked = new Asked(connection, tenant, filter, options);
            Terms terms = terms(asked, clean);
            Rows rows = terms.terms().isEmpty() ? Rows.NONE : best(asked, terms);
            return rows.result(options.minScore());
        });
    }

    private Terms terms(Asked asked, String text) throws SQLException {
        return sql.tenantSetting.read(asked.connection(), asked.tenant(), sql.terms, (statement, parameters) -> {
            parameters.text(text).text(asked.tenant());
            return terms(statement);
        });
    }

    private Terms terms(PreparedStatement statement) throws SQLException {
        List<Terms.Term> terms = new ArrayList<>();
        double lengthFactor = 0;
        try (ResultSet rows = sql.tenantSetting.rows(statement)) {
            while (rows.next()) {
                long found = rows.getLong(2);
                double all = Math.max(found, rows.getLong(3));
                double idf = Math.log(1 + (all - found + 0.5) / (found + 0.5));
                terms.add(new Terms.Term(rows.getString(1), found, idf * (KeywordIndex.K1 + 1)));
                lengthFactor = KeywordIndex.K1 * KeywordIndex.B * all / Math.max(1, rows.getLong(4));
            }
        }
        return new Terms(terms, lengthFactor);
    }

    private Rows best(Asked asked, Terms terms) throws SQLException {
        SearchOptions options = asked.options();
        int rarest = terms.rarest((long) CHUNKS_PER_HIT * options.limit());
        Rows rows = rank(asked, terms, terms.anyOf(rarest));
        List<Hit> hits = rows.hits();
        double last =
                hits.size() < options.limit() ? 0 : hits.get(hits.size() - 1).score();
        double least = Math.max(last, options.minScore());
        return terms.weightAfter(rarest) > least ? rows.then(rank(asked, terms, terms.above(least))) : rows;
    }

    private Rows rank(Asked asked, Terms terms, String candidates) throws SQLException {
        String text = sql.rank.text(asked.filter());
        return sql.tenantSetting.read(asked.connection(), asked.tenant(), text, (statement, parameters) -> {
            parameters
                    .array("text", lexemes(terms))
                    .array("float8", weights(terms))
                    .number(terms.lengthFactor())
                    .typed("tsquery", candidates)
                    .text(asked.tenant())
                    .filter(asked.filter())
                    .integer(asked.options().limit())
                    .text(asked.tenant())
                    .integer(asked.options().limit());
            return Rows.NONE.then(
                    Rows.read(statement, KeywordIndex.SCORE, score -> score).next());
        });
    }

    private static Object[] lexemes(Terms terms) {
        return terms.terms().stream().map(Terms.Term::quoted).toArray();
    }

    private static Object[] weights(Terms terms) {
        return terms.terms().stream().map(Terms.Term::weight).toArray();
    }
}
