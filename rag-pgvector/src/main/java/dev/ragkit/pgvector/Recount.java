package dev.ragkit.pgvector;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/** Puts the counters of keyword search right, whatever was done to the chunks, while nobody else can change them. */
final class Recount {
    /** Fails where row level security would hide rows, which would then be taken for gone. */
    private static final String ALL_ROWS = "SELECT set_config('row_security', 'off', true)";

    /** Waits for the writers that have changed counters; those that have not yet wait for this, and add to what is found here. */
    private static final String LOCK = "LOCK TABLE {term}, {stats} IN SHARE ROW EXCLUSIVE MODE";

    private static final String TERMS = """
            WITH counted AS MATERIALIZED (
                SELECT c.tenant, l.lexeme, count(*) AS df
                FROM {chunk} c CROSS JOIN LATERAL unnest(tsvector_to_array(c.tsv)) AS l(lexeme)
                WHERE octet_length(l.lexeme) <= {counted}
                GROUP BY c.tenant, l.lexeme
            ), put AS (
                INSERT INTO {term} (tenant, lexeme, df)
                SELECT n.tenant, n.lexeme, n.df
                FROM counted n LEFT JOIN {term} t ON t.tenant = n.tenant AND t.lexeme = n.lexeme
                WHERE t.df IS DISTINCT FROM n.df
                ON CONFLICT (tenant, lexeme) DO UPDATE SET df = excluded.df
                RETURNING 1
            ), removed AS (
                DELETE FROM {term} t
                WHERE NOT EXISTS (SELECT FROM counted n WHERE n.tenant = t.tenant AND n.lexeme = t.lexeme)
                RETURNING 1
            )
            SELECT (SELECT count(*) FROM put) + (SELECT count(*) FROM removed)""";

    private static final String STATS = """
            WITH put AS (
                INSERT INTO {stats} (tenant, chunks, words)
                SELECT tenant, coalesce(n.chunks, 0), coalesce(n.words, 0)
                FROM (SELECT c.tenant, count(*) AS chunks, sum(c.words) AS words FROM {chunk} c GROUP BY c.tenant) n
                FULL JOIN {stats} s USING (tenant)
                WHERE s.chunks IS DISTINCT FROM coalesce(n.chunks, 0) OR s.words IS DISTINCT FROM coalesce(n.words, 0)
                ON CONFLICT (tenant) DO UPDATE SET chunks = excluded.chunks, words = excluded.words
                RETURNING 1
            )
            SELECT count(*) FROM put""";

    private final Tables tables;

    Recount(Tables tables) {
        this.tables = tables;
    }

    /** Works in the transaction that is open, which sees what others commit while it waits ({@link Writing}); returns how many counters were wrong. */
    long on(Connection connection) throws SQLException {
        new RowSecurity(connection, tables).requireAllRows();
        Catalogue.run(connection, ALL_ROWS);
        Catalogue.run(connection, fill(LOCK));
        return number(connection, fill(TERMS)) + number(connection, fill(STATS));
    }

    private String fill(String text) {
        return text.replace("{chunk}", tables.chunk())
                .replace("{term}", tables.term())
                .replace("{stats}", tables.stats())
                .replace("{counted}", Integer.toString(Sql.MAX_COUNTED_LEXEME));
    }

    private static long number(Connection connection, String text) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(text);
                ResultSet row = statement.executeQuery()) {
            row.next();
            return row.getLong(1);
        }
    }
}
