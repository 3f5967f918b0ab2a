package dev.ragkit.pgvector;

import dev.ragkit.EmbeddingSpace;
import dev.ragkit.Metadata;
import dev.ragkit.Metric;
import dev.ragkit.StoreException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The table that says of each collection of a schema what it is. */
final class Registry {
    /** What the library makes and understands. */
    static final int SCHEMA_VERSION = 1;

    private static final String RANGE_KEYS = "keys";

    private final Tables tables;

    Registry(Tables tables) {
        this.tables = tables;
    }

    Optional<Definition> find(Connection connection) throws SQLException {
        String text =
                "SELECT schema_version, space, metric, vector_type, vector_index, text_search, range_keys, tenancy FROM "
                        + tables.registry() + " WHERE name = ?";
        try (PreparedStatement statement = connection.prepareStatement(text)) {
            statement.setString(1, tables.collection());
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? Optional.of(definition(row)) : Optional.empty();
            }
        }
    }

    private Definition definition(ResultSet row) throws SQLException {
        int version = row.getInt(1);
        if (version > SCHEMA_VERSION) {
            throw new StoreException(tables.where() + " has schema version " + version + ", this library knows "
                    + SCHEMA_VERSION + " and older: use the library that made it, or a newer one");
        }
        String textSearch = row.getString(6);
        if (!PgVectorSchema.CONFIGURATION.matcher(textSearch).matches()) {
            throw new StoreException("the registry of " + tables.where()
                    + " names a text search configuration that is no" + " name: somebody changed the table "
                    + Tables.REGISTRY + " by hand; put back what was there");
        }
        Definition.Vectors vectors = new Definition.Vectors(
                Metric.valueOf(row.getString(3)),
                VectorType.valueOf(row.getString(4)),
                VectorIndex.of(MetadataJson.read(row.getString(5))));
        return new Definition(
                space(MetadataJson.read(row.getString(2))),
                vectors,
                new Definition.Lookup(textSearch, rangeKeys(MetadataJson.read(row.getString(7)))),
                Tenancy.of(MetadataJson.read(row.getString(8))));
    }

    /** They become part of statements, so what is none is refused. */
    private static List<String> rangeKeys(Metadata row) {
        List<String> keys = new ArrayList<>();
        if (row.value(RANGE_KEYS) instanceof List<?> names) {
            names.forEach(name -> keys.add(Definition.Lookup.requireRangeKey(String.valueOf(name))));
        }
        return keys;
    }

    void put(Connection connection, Definition definition) throws SQLException {
        String text = "INSERT INTO " + tables.registry()
                + " (name, schema_version, space, metric, vector_type, vector_index, text_search, range_keys, tenancy)"
                + " VALUES (?, ?, CAST(? AS jsonb), ?, ?, CAST(? AS jsonb), ?, CAST(? AS jsonb), CAST(? AS jsonb))"
                + " ON CONFLICT (name) DO UPDATE"
                + " SET vector_index = excluded.vector_index, range_keys = excluded.range_keys";
        try (PreparedStatement statement = connection.prepareStatement(text)) {
            List<String> values = values(definition);
            statement.setString(1, tables.collection());
            statement.setInt(2, SCHEMA_VERSION);
            for (int i = 0; i < values.size(); i++) {
                statement.setString(3 + i, values.get(i));
            }
            statement.executeUpdate();
        }
    }

    void remove(Connection connection) throws SQLException {
        String text = "DELETE FROM " + tables.registry() + " WHERE name = ?";
        try (PreparedStatement statement = connection.prepareStatement(text)) {
            statement.setString(1, tables.collection());
            statement.executeUpdate();
        }
    }

    /** A statement that says the collection wants no index over its embeddings. */
    String withoutIndex() {
        return "UPDATE " + tables.registry() + " SET vector_index = "
                + literal(MetadataJson.write(VectorIndex.none().toMetadata())) + " WHERE name = "
                + literal(tables.collection());
    }

    /** The row as a statement to print. */
    String insertion(Definition definition) {
        List<String> literals = new ArrayList<>();
        literals.add(literal(tables.collection()));
        literals.add(Integer.toString(SCHEMA_VERSION));
        values(definition).forEach(value -> literals.add(literal(value)));
        return "INSERT INTO " + tables.registry()
                + "\n    (name, schema_version, space, metric, vector_type, vector_index, text_search, range_keys, tenancy)\nVALUES\n    ("
                + String.join(", ", literals) + ")\nON CONFLICT (name) DO NOTHING";
    }

    /** Means the same whether or not the session takes backslashes in plain literals for escapes. */
    private static String literal(String value) {
        String quoted = "'" + value.replace("'", "''") + "'";
        return value.indexOf('\\') < 0 ? quoted : "E" + quoted.replace("\\", "\\\\");
    }

    private static List<String> values(Definition definition) {
        return List.of(
                MetadataJson.write(toMetadata(definition.space())),
                definition.metric().name(),
                definition.type().name(),
                MetadataJson.write(definition.index().toMetadata()),
                definition.textSearch(),
                MetadataJson.write(Metadata.of(RANGE_KEYS, definition.rangeKeys())),
                MetadataJson.write(definition.tenancy().toMetadata()));
    }

    private static Metadata toMetadata(EmbeddingSpace space) {
        return Metadata.of(Map.of(
                "provider", space.provider(),
                "model", space.model(),
                "dimensions", space.dimensions(),
                "revision", space.revision(),
                "normalized", space.isNormalized(),
                "documentPrefix", space.documentPrefix(),
                "queryPrefix", space.queryPrefix()));
    }

    private EmbeddingSpace space(Metadata row) {
        int dimensions = row.value("dimensions") instanceof Long number ? Math.toIntExact(number) : 0;
        EmbeddingSpace.Builder space = EmbeddingSpace.builder(text(row, "provider"), text(row, "model"), dimensions)
                .revision(text(row, "revision"))
                .documentPrefix(text(row, "documentPrefix"))
                .queryPrefix(text(row, "queryPrefix"));
        return Boolean.TRUE.equals(row.value("normalized")) ? space.normalized().build() : space.build();
    }

    private static String text(Metadata row, String key) {
        @Nullable Object value = row.value(key);
        return value == null ? "" : value.toString();
    }

    /** Refuses another space than the collection holds; the message says in what they differ. */
    void requireSpace(EmbeddingSpace held, EmbeddingSpace given) {
        if (held.equals(given)) {
            return;
        }
        List<String> differences = new ArrayList<>();
        Metadata a = toMetadata(held);
        Metadata b = toMetadata(given);
        for (String key : a.keys()) {
            String was = text(a, key);
            String is = text(b, key);
            if (!was.equals(is)) {
                differences.add(key + " '" + was + "' there, '" + is + "' here");
            }
        }
        throw new StoreException(tables.where() + " holds embeddings of " + held + ", not of " + given + ": "
                + String.join("; ", differences)
                + ". Use the embedder that the collection was made with, or make a new collection");
    }
}
