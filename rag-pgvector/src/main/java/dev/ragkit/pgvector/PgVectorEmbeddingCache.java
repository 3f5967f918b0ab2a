package dev.ragkit.pgvector;

import dev.ragkit.Embedding;
import dev.ragkit.StoreException;
import dev.ragkit.intercept.EmbeddingCache;
import dev.ragkit.intercept.EmbeddingKey;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;

/**
 * Keeps embeddings in PostgreSQL, for all processes and over restarts. Its table is made by {@link PgVectorCacheSchema}, whose {@code
 * prune} removes what is old.
 *
 * <pre>
 * CachedEmbedder.of(embedder, PgVectorEmbeddingCache.builder(dataSource).build()).tenant("acme")
 * </pre>
 *
 * <p>The table holds no text: a key is the tenant and a digest. Components are kept as they are, four bytes each. A call that finds
 * or keeps any number of embeddings is one statement. Keeping under a key that is there replaces what is there, so repeating is safe.
 *
 * <p>Immutable and safe for use by several threads.
 */
public final class PgVectorEmbeddingCache implements EmbeddingCache {
    private final Session session;
    private final CacheTables tables;
    private final CacheSql sql;

    private PgVectorEmbeddingCache(Session session, CacheTables tables) {
        this.session = session;
        this.tables = tables;
        this.sql = new CacheSql(tables);
    }

    /**
     * Starts a cache.
     *
     * @param dataSource gives connections to the database; a pool, for real use
     * @return the builder
     */
    public static Builder builder(DataSource dataSource) {
        return new Builder(dataSource);
    }

    @Override
    public Map<EmbeddingKey, Embedding> find(Collection<EmbeddingKey> keys) {
        if (keys.isEmpty()) {
            return Map.of();
        }
        List<EmbeddingKey> wanted = List.copyOf(keys);
        return session.read("finding embeddings", connection -> find(connection, wanted));
    }

    private Map<EmbeddingKey, Embedding> find(Connection connection, List<EmbeddingKey> keys) throws SQLException {
        Map<EmbeddingKey, Embedding> found = new HashMap<>();
        try (PreparedStatement statement = connection.prepareStatement(sql.findEmbeddings())) {
            bindKeys(new Parameters(statement), keys);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    found.put(keys.get(rows.getInt(1) - 1), embedding(rows.getBytes(2)));
                }
            }
        }
        return found;
    }

    private static Parameters bindKeys(Parameters parameters, List<EmbeddingKey> keys) throws SQLException {
        return parameters
                .array(
                        "text",
                        keys.stream().map(key -> TenantKey.of(key.tenant())).toArray())
                .array("text", keys.stream().map(EmbeddingKey::digest).toArray());
    }

    @Override
    public void keep(Map<EmbeddingKey, Embedding> embeddings) {
        if (embeddings.isEmpty()) {
            return;
        }
        List<EmbeddingKey> keys = new ArrayList<>();
        List<byte[]> components = new ArrayList<>();
        embeddings.forEach((key, embedding) -> {
            keys.add(key);
            components.add(bytes(embedding));
        });
        session.write("keeping embeddings", connection -> {
            try (PreparedStatement statement = connection.prepareStatement(sql.keepEmbeddings())) {
                bindKeys(new Parameters(statement), keys).array("bytea", components.toArray(byte[][]::new));
                return statement.executeUpdate();
            }
        });
    }

    private static byte[] bytes(Embedding embedding) {
        ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * embedding.dimensions());
        bytes.asFloatBuffer().put(embedding.asBuffer());
        return bytes.array();
    }

    private Embedding embedding(byte[] bytes) {
        if (bytes.length == 0 || bytes.length % Float.BYTES != 0) {
            throw new StoreException("the table " + CacheTables.EMBEDDINGS + " of " + tables.where() + " holds an"
                    + " embedding of " + bytes.length + " bytes, which is none: somebody changed it by hand; empty it");
        }
        float[] values = new float[bytes.length / Float.BYTES];
        ByteBuffer.wrap(bytes).asFloatBuffer().get(values);
        return Embedding.of(values);
    }

    /** Shows the schema. */
    @Override
    public String toString() {
        return "PgVectorEmbeddingCache[" + tables.schema() + "]";
    }

    /** Collects what a {@link PgVectorEmbeddingCache} needs. For use by one thread. */
    public static final class Builder {
        private final DataSource dataSource;
        private String schema = PgVectorSchema.DEFAULT_SCHEMA;
        private Duration timeout = PgVectorStore.DEFAULT_TIMEOUT;

        private Builder(DataSource dataSource) {
            this.dataSource = dataSource;
        }

        /**
         * Sets the schema of the table. Default: {@value PgVectorSchema#DEFAULT_SCHEMA}.
         *
         * @param schema as given to {@link PgVectorCacheSchema}
         * @return this
         */
        public Builder schema(String schema) {
            this.schema = schema;
            return this;
        }

        /**
         * Sets the time for each call; see {@link PgVectorStore#within}. Default: {@link PgVectorStore#DEFAULT_TIMEOUT}, 60 s.
         *
         * @param timeout 1 ms to 1 day
         * @return this
         * @throws IllegalArgumentException if it is out of bounds
         */
        public Builder timeout(Duration timeout) {
            this.timeout = Deadline.check(timeout);
            return this;
        }

        /**
         * Opens the cache: connects, and checks that its table is there.
         *
         * @return the cache
         * @throws IllegalArgumentException if the name of the schema is not allowed
         * @throws StoreException if the database cannot be reached, or the table is not there
         */
        public PgVectorEmbeddingCache build() {
            CacheTables tables = new CacheTables(schema);
            Session session = new Session(dataSource, tables.where()).within(timeout);
            session.read("opening the cache", connection -> {
                PgVectorCacheSchema.in(schema).require(connection);
                return true;
            });
            return new PgVectorEmbeddingCache(session, tables);
        }
    }
}
