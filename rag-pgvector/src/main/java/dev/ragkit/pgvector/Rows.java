package dev.ragkit.pgvector;

import dev.ragkit.Chunk;
import dev.ragkit.Hit;
import dev.ragkit.Metadata;
import dev.ragkit.SearchResult;
import dev.ragkit.SearchResult.Path;
import dev.ragkit.StoreException;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleUnaryOperator;

/**
 * What a search found: the hits, the way there, and how many rows were looked at. In the database a row has the number of rows
 * looked at, the columns of a chunk, and what it is ordered by; a row without a chunk has the state in place of the number.
 */
record Rows(List<Hit> hits, State state, long looked) {
    /** Before anything was looked at. */
    static final Rows NONE = new Rows(List.of(), State.EXACT, 0);

    /** How far a search is; all but the last are what a statement says of itself, from -1 on. */
    enum State {
        /** Its settings were not in force, so it did nothing: the driver sent the statements of the text one by one. */
        TORN,
        /** Not through the index over the embeddings. */
        EXACT,
        /** Through the index. */
        INDEX,
        /** Exactly, on rows that the index over metadata finds whatever the values are. */
        EXACT_BY_METADATA,
        /** Through the index, then exactly. */
        INDEX_THEN_EXACT;

        private static final State[] FROM_TORN_ON = values();

        static State of(int number) {
            return FROM_TORN_ON[number + 1];
        }

        Path path() {
            return switch (this) {
                case INDEX -> Path.INDEX;
                case INDEX_THEN_EXACT -> Path.INDEX_THEN_EXACT;
                case TORN, EXACT, EXACT_BY_METADATA -> Path.EXACT;
            };
        }
    }

    /** Whether nothing is to be searched exactly after this: there are as many as were asked for, or nothing was searched yet. */
    boolean isEnough(int limit) {
        return hits.size() == limit || state == State.TORN;
    }

    /** These rows were too few; those of an exact search take their place. */
    Rows then(Rows exact) {
        State both = state == State.INDEX ? State.INDEX_THEN_EXACT : state;
        return new Rows(exact.hits, both, looked + exact.looked);
    }

    /** The hits with at least this score. */
    SearchResult result(double minScore) {
        List<Hit> enough = new ArrayList<>(hits);
        enough.removeIf(hit -> hit.score() < minScore);
        enough.sort(Hit.BEST_FIRST);
        return new SearchResult(enough, state.path(), true, looked);
    }

    /** Runs a text of several statements, of which the first makes settings and each other gives rows. */
    static Reader read(PreparedStatement statement, String origin, DoubleUnaryOperator score) throws SQLException {
        statement.execute();
        return new Reader(statement, origin, score);
    }

    /** Reads the rows of one statement after another. */
    record Reader(PreparedStatement statement, String origin, DoubleUnaryOperator score) {
        Rows next() throws SQLException {
            if (!statement.getMoreResults()) {
                throw new SQLException("a statement of the search gave no rows");
            }
            State state = State.INDEX;
            long looked = 0;
            List<Hit> hits = new ArrayList<>();
            try (ResultSet rows = statement.getResultSet()) {
                while (rows.next()) {
                    String documentId = rows.getString(2);
                    if (documentId == null) {
                        state = State.of(rows.getInt(1));
                    } else {
                        looked = Math.max(looked, rows.getLong(1));
                        hits.add(Hit.of(chunk(documentId, rows), origin, score.applyAsDouble(rows.getDouble(8))));
                    }
                }
            }
            return new Rows(hits, state, looked);
        }
    }

    private static Chunk chunk(String documentId, ResultSet row) throws SQLException {
        Chunk chunk = Chunk.of(documentId, row.getInt(3), row.getInt(4), row.getString(5));
        String source = row.getString(6);
        String json = row.getString(7);
        return chunk.described(
                source, json.equals("{}") ? Metadata.empty() : Metadata.lazily(() -> metadata(documentId, json)));
    }

    private static Metadata metadata(String documentId, String json) {
        try {
            return MetadataJson.read(json);
        } catch (IllegalArgumentException e) {
            throw new StoreException(
                    "the metadata of a chunk of document '" + documentId + "' cannot be read: " + e.getMessage());
        }
    }
}
