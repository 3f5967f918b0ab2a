package dev.ragkit.pgvector;

import dev.ragkit.Chunk;
import dev.ragkit.Hit;
import dev.ragkit.StoreException;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleUnaryOperator;

/** The rows of a search: a state that is the same on all of them, the columns of a chunk, and what it is ordered by. */
record Rows(State state, List<Hit> hits) {

    /** What a statement says of itself. */
    enum State {
        /** Its settings are not in force; it did nothing. */
        UNTUNED,
        /** It found that it was not to be used; it did nothing. */
        CLOSED,
        /** It searched. */
        SEARCHED
    }

    /** Runs a text of two statements, of which the first makes settings and the second gives the rows. */
    static Rows of(PreparedStatement statement, String origin, DoubleUnaryOperator score) throws SQLException {
        statement.execute();
        if (!statement.getMoreResults()) {
            throw new SQLException("the second statement gave no rows");
        }
        State state = State.CLOSED;
        List<Hit> hits = new ArrayList<>();
        try (ResultSet rows = statement.getResultSet()) {
            while (rows.next()) {
                state = State.values()[rows.getInt(1) + 1];
                if (rows.getString(2) != null) {
                    hits.add(Hit.of(chunk(rows), origin, score.applyAsDouble(rows.getDouble(8))));
                }
            }
        }
        return new Rows(state, hits);
    }

    private static Chunk chunk(ResultSet row) throws SQLException {
        Chunk chunk = Chunk.of(row.getString(2), row.getInt(3), row.getInt(4), row.getString(5))
                .withSource(row.getString(6));
        try {
            return chunk.withMetadata(MetadataJson.read(row.getString(7)));
        } catch (IllegalArgumentException e) {
            throw new StoreException(chunk + " cannot be read: " + e.getMessage());
        }
    }

    /** The hits with at least this score; they come best first. */
    List<Hit> from(double minScore) {
        return hits.stream().filter(hit -> hit.score() >= minScore).toList();
    }
}
