package dev.ragkit.benchmarks;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * What a careful engineer writes by hand: a connection of one's own with its settings made at connect, one statement that the
 * driver prepares on the server, the vector bound in binary, and the columns read into a record. Nothing is checked.
 *
 * @param name for the tables
 * @param url of the database
 * @param settings of the session
 * @param statement what is run
 * @param corpus whose queries are asked
 */
record Floor(String name, String url, Map<String, String> settings, Plan statement, Corpus corpus)
        implements Contender {
    /**
     * A statement whose parameters are the vector, or the number of a query, then the value of a filter if there is one, then the
     * limit.
     *
     * @param sql the text
     * @param vector whether the first parameter is the vector itself
     * @param filter the values of the filter: one, or none
     * @param limit hits asked for
     */
    record Plan(String sql, boolean vector, List<Object> filter, int limit) {}

    /** What a search reads; the metadata as the server sends it. */
    record Row(
            String documentId, int ordinal, int start, String text, String source, String metadata, double distance) {}

    @Override
    public Session open() {
        try {
            Connection connection = DriverManager.getConnection(url);
            try (Statement set = connection.createStatement()) {
                for (Map.Entry<String, String> setting : settings.entrySet()) {
                    set.execute("SET " + setting.getKey() + " = '" + setting.getValue() + "'");
                }
            }
            BinaryVector.register(connection);
            return new Prepared(this, connection, connection.prepareStatement(statement.sql()));
        } catch (SQLException e) {
            throw new IllegalStateException("the floor cannot be opened: " + name, e);
        }
    }

    /** One prepared statement on one connection. */
    private static final class Prepared implements Session {
        private final Floor floor;
        private final Connection connection;
        private final PreparedStatement statement;
        private final List<float[]> queries;

        Prepared(Floor floor, Connection connection, PreparedStatement statement) {
            this.floor = floor;
            this.connection = connection;
            this.statement = statement;
            this.queries = IntStream.range(0, floor.corpus.queries())
                    .mapToObj(floor.corpus::query)
                    .toList();
        }

        @Override
        public List<Row> search(int query) {
            try {
                bind(query);
                try (ResultSet rows = statement.executeQuery()) {
                    List<Row> result = new ArrayList<>(floor.statement.limit());
                    while (rows.next()) {
                        result.add(new Row(
                                rows.getString(1),
                                rows.getInt(2),
                                rows.getInt(3),
                                rows.getString(4),
                                rows.getString(5),
                                rows.getString(6),
                                rows.getDouble(7)));
                    }
                    return result;
                }
            } catch (SQLException e) {
                throw new IllegalStateException("the floor failed: " + floor.name, e);
            }
        }

        private void bind(int query) throws SQLException {
            int next = 1;
            if (floor.statement.vector()) {
                statement.setObject(next++, new BinaryVector(queries.get(query)));
            } else {
                statement.setInt(next++, query);
            }
            for (Object value : floor.statement.filter()) {
                statement.setObject(next++, value);
            }
            statement.setInt(next, floor.statement.limit());
        }

        @Override
        public List<Integer> rows(int query) {
            return search(query).stream()
                    .map(row -> Passages.row(row.documentId(), row.ordinal()))
                    .toList();
        }

        @Override
        public void close() {
            try {
                connection.close();
            } catch (SQLException e) {
                throw new IllegalStateException("the floor cannot be closed: " + floor.name, e);
            }
        }
    }
}
