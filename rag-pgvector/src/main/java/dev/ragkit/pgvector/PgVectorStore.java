package dev.ragkit.pgvector;

import dev.ragkit.DocumentVersion;
import dev.ragkit.EmbeddedDocument;
import dev.ragkit.Embedding;
import dev.ragkit.EmbeddingSpace;
import dev.ragkit.Filter;
import dev.ragkit.KeywordIndex;
import dev.ragkit.Metric;
import dev.ragkit.SearchOptions;
import dev.ragkit.SearchResult;
import dev.ragkit.StoreException;
import dev.ragkit.VectorStore;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A collection in PostgreSQL: documents with their chunks and embeddings, searched by embedding and by words. Its tables are
 * made by {@link PgVectorSchema}.
 *
 * <p>A call borrows one connection and gives it back as it was; no setting of the session is changed. A search through an
 * approximate index that gives too few hits is followed by an exact one, so {@link SearchResult#complete} is always true.
 *
 * <p>Immutable and safe for use by several threads. Nothing needs to be closed but the {@code DataSource}, by its owner.
 */
public final class PgVectorStore implements VectorStore, KeywordIndex {
    private final Parts parts;

    private final String tenant;

    /** What an opened collection is, the same for all handles on it. */
    private record Opened(Definition definition, Sql sql, SearchSql searchSql, SearchPlan plan) {}

    /** What works on a collection, for all handles that reach it in the same way. */
    private record Parts(
            Opened opened,
            Routing routing,
            DocumentWriter writer,
            DocumentReader reader,
            VectorSearch vectorSearch,
            KeywordSearch keywordSearch) {
        static Parts of(Opened opened, Routing routing) {
            return new Parts(
                    opened,
                    routing,
                    new DocumentWriter(routing, opened.sql, opened.definition),
                    new DocumentReader(routing, opened.sql),
                    new VectorSearch(routing, opened.searchSql, opened.definition, opened.plan),
                    new KeywordSearch(routing, opened.searchSql));
        }
    }

    private PgVectorStore(Parts parts, String tenantKey) {
        this.parts = parts;
        this.tenant = tenantKey;
    }

    /**
     * Starts a store on a collection.
     *
     * @param dataSource gives connections to the database, by the PostgreSQL driver; a pool, for real use
     * @param space of all embeddings of the collection; the store refuses to open a collection of another
     * @param collection its name, as given to {@link PgVectorSchema}
     * @return the builder
     */
    public static Builder builder(DataSource dataSource, EmbeddingSpace space, String collection) {
        return new Builder(dataSource, space, collection);
    }

    @Override
    public EmbeddingSpace space() {
        return parts.opened.definition.space();
    }

    @Override
    public Metric metric() {
        return parts.opened.definition.metric();
    }

    @Override
    public PgVectorStore tenant(String tenant) {
        return new PgVectorStore(parts, TenantKey.of(tenant));
    }

    /**
     * The same collection and tenant, with another consistency of its searches. Only searches go to a replica; {@link
     * #versions}, {@link #documentIds} and everything that writes always go to the primary. Without a {@link Builder#replica} it
     * changes nothing.
     *
     * @param consistency how much of what was written a search has to see; {@link Consistency#LAST_WRITE} unless told otherwise
     * @return a handle that shares this one's resources
     */
    public PgVectorStore consistency(Consistency consistency) {
        return new PgVectorStore(Parts.of(parts.opened, parts.routing.with(consistency)), tenant);
    }

    @Override
    public void replace(List<EmbeddedDocument> documents) {
        parts.writer.replace(tenant, documents);
    }

    @Override
    public int delete(Collection<String> documentIds) {
        return parts.writer.delete(tenant, documentIds);
    }

    @Override
    public Map<String, DocumentVersion> versions(Collection<String> documentIds) {
        return parts.reader.versions(tenant, documentIds);
    }

    @Override
    public List<String> documentIds(Filter filter, String after, int limit) {
        return parts.reader.documentIds(tenant, filter, after, limit);
    }

    @Override
    public SearchResult search(Embedding embedding, SearchOptions options) {
        return parts.vectorSearch.search(tenant, embedding, options);
    }

    @Override
    public SearchResult search(String text, SearchOptions options) {
        return parts.keywordSearch.search(tenant, text, options);
    }

    /** Shows the embedding space and the metric; not the tenant, whose name may be personal. */
    @Override
    public String toString() {
        return "PgVectorStore[" + space() + ", " + metric() + "]";
    }

    /** Collects what a {@link PgVectorStore} needs. For use by one thread. */
    public static final class Builder {
        private final DataSource dataSource;
        private final EmbeddingSpace space;
        private final String collection;
        private String schema = PgVectorSchema.DEFAULT_SCHEMA;
        private SearchPlan plan = SearchPlan.ofDefaults();
        private @Nullable DataSource replica;

        private Builder(DataSource dataSource, EmbeddingSpace space, String collection) {
            this.dataSource = dataSource;
            this.space = space;
            this.collection = collection;
        }

        /**
         * Sets the schema of the collection's tables. Default: {@value PgVectorSchema#DEFAULT_SCHEMA}.
         *
         * @param schema as given to {@link PgVectorSchema}
         * @return this
         */
        public Builder schema(String schema) {
            this.schema = schema;
            return this;
        }

        /**
         * Lets searches go to a replica: a standby by streaming replication, or several behind one data source. What it does not
         * answer, the primary does; so give the pool a short time to wait for a connection. A replica that has failed is left
         * alone for 5 s. Default: none.
         *
         * @param dataSource gives connections to the replica, to the database of the same name and with a login that may read
         * @return this
         * @see PgVectorStore#consistency
         */
        public Builder replica(DataSource dataSource) {
            this.replica = dataSource;
            return this;
        }

        /** For tests. */
        Builder plan(SearchPlan plan) {
            this.plan = plan;
            return this;
        }

        /**
         * Opens the collection: connects, and checks that the extension, the tables and the rights are there and that the
         * embedding space is the collection's.
         *
         * @return the store, for the tenant {@value VectorStore#DEFAULT_TENANT}
         * @throws IllegalArgumentException if a name is not allowed
         * @throws StoreException if the database cannot be reached, or something is missing or differs; the message says what to
         *     do
         */
        public PgVectorStore build() {
            Tables tables = new Tables(schema, collection);
            Routing routing = routing(tables.where());
            return routing.readToWrite("opening the store", connection -> {
                Catalogue catalogue = new Catalogue(connection, tables);
                Extension extension = catalogue.extension();
                catalogue.requireTables();
                Registry registry = new Registry(tables);
                Definition definition = registry.find(connection)
                        .orElseThrow(() -> catalogue.notThere("the table " + Tables.REGISTRY + " does not name it"));
                registry.requireSpace(definition.space(), space);
                SearchSql searchSql = new SearchSql(tables, definition, extension);
                VectorParameter.register(connection, searchSql.vectorType);
                Opened opened = new Opened(definition, new Sql(tables), searchSql, plan);
                return new PgVectorStore(Parts.of(opened, routing), TenantKey.of(DEFAULT_TENANT));
            });
        }

        private Routing routing(String where) {
            Routing routing = Routing.toPrimary(new Session(dataSource, where));
            DataSource other = replica;
            return other == null ? routing : routing.andReplica(new Session(other, where));
        }
    }
}
