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
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
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
 * <p>Every call has a deadline ({@link #within}); a call that is late or interrupted is cancelled on the server. A write whose
 * answer gets lost on the way asks the database what became of it: it succeeds if it was committed, and is otherwise a
 * transient {@link StoreException}. Repeating a call is always safe; {@code dev.ragkit.intercept.Retry} does it.
 *
 * <p>Immutable and safe for use by several threads. Nothing needs to be closed but the {@code DataSource}, by its owner.
 */
public final class PgVectorStore implements VectorStore, KeywordIndex {
    /** The time for a call, unless told otherwise: 60 seconds. */
    public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(60);

    private final Parts parts;

    /** What to say to a write, empty if the role may write. */
    private final String noWriting;

    private final String tenant;

    /** What an opened collection is, the same for all handles on it. */
    private record Opened(Definition definition, Sql sql, VectorSearch search) {}

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
                    opened.search.through(routing),
                    new KeywordSearch(routing, opened.search.sql()));
        }
    }

    private PgVectorStore(Parts parts, String noWriting, String tenantKey) {
        this.parts = parts;
        this.noWriting = noWriting;
        this.tenant = tenantKey;
    }

    private DocumentWriter writer() {
        if (!noWriting.isEmpty()) {
            throw new StoreException(noWriting + "; then open the store anew");
        }
        return parts.writer;
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
        return new PgVectorStore(parts, noWriting, TenantKey.of(tenant));
    }

    /**
     * The same collection and tenant, with another time for each call. A call that is not over by then is cancelled on the
     * server, and ends with a transient {@link StoreException} at most 100 ms later, also where the server or the network has
     * stopped answering; its connection is closed. An interrupt of the calling thread does the same at once, with {@link
     * java.util.concurrent.CancellationException}.
     *
     * <p>The time runs from the call on, so waiting for a connection is part of it; but the wait itself can only be ended by the
     * {@code DataSource}: give it a time to wait and to connect that is shorter.
     *
     * @param timeout 1 ms to 1 day
     * @return a handle that shares this one's resources
     * @throws IllegalArgumentException if it is out of bounds
     */
    public PgVectorStore within(Duration timeout) {
        return new PgVectorStore(Parts.of(parts.opened, parts.routing.within(timeout)), noWriting, tenant);
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
        return new PgVectorStore(Parts.of(parts.opened, parts.routing.with(consistency)), noWriting, tenant);
    }

    @Override
    public void replace(List<EmbeddedDocument> documents) {
        writer().replace(tenant, documents);
    }

    @Override
    public int delete(Collection<String> documentIds) {
        return writer().delete(tenant, documentIds);
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

    /**
     * Measures how much of the true nearest this store's searches find, with its present settings and the chunks that are there.
     * Each query is searched for exactly and then as by {@link #search(Embedding, SearchOptions)}, all on one server, one search
     * after another, each in a transaction that may only read. PostgreSQL has no priorities: what can be done is that no search
     * gets a second process. An exact search looks at every chunk of the tenant. All together have {@link Recall#TIMEOUT}, 10
     * minutes, and not the time of a call; an interrupt ends them.
     *
     * @param sampleQueries embeddings of queries, drawn at random from what is asked; 100 or more for an interval of use
     * @param k how many hits are asked for, 1 to {@value SearchOptions#MAX_LIMIT}
     * @return the recall, with a confidence interval
     * @throws IllegalArgumentException if k is out of bounds, there is no query, or one does not fit the store
     * @throws StoreException if the tenant has no chunks, or the database fails
     */
    public Recall recall(List<Embedding> sampleQueries, int k) {
        return recall(sampleQueries, SearchOptions.ofLimit(k));
    }

    /**
     * Measures how much of the true nearest this store's searches find under a filter, as {@link #recall(List, int)}.
     *
     * @param sampleQueries embeddings of queries, drawn at random from what is asked; 100 or more for an interval of use
     * @param options the limit and the filter; no least score
     * @return the recall, with a confidence interval
     * @throws IllegalArgumentException if there is no query, one does not fit the store, or there is a least score
     * @throws StoreException if no chunk of the tenant matches the filter, or the database fails
     */
    public Recall recall(List<Embedding> sampleQueries, SearchOptions options) {
        return trueNearest(sampleQueries, options).recall(parts.opened.search.plan());
    }

    /** For {@link Tuning}. */
    TrueNearest trueNearest(List<Embedding> sampleQueries, SearchOptions options) {
        TrueNearest.check(sampleQueries, options, parts.opened.definition);
        VectorSearch store = parts.opened.search;
        String setting = store.effort(options.limit()).setting();
        Measuring measuring = new Measuring(parts.routing.server().within(Recall.TIMEOUT), setting);
        return TrueNearest.of(
                new TrueNearest.Question(store.through(measuring), tenant, List.copyOf(sampleQueries), options),
                measuring);
    }

    /** Whose documents, where; for {@link PgVectorAnswerCache}. */
    record Place(Tables tables, Routing routing, TenantSetting tenantSetting, String tenant) {}

    Place place() {
        Sql sql = parts.opened.sql();
        return new Place(sql.tables, parts.routing, sql.tenantSetting, tenant);
    }

    VectorIndex index() {
        return parts.opened.definition().index();
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
        private boolean roleMustBeBound = true;
        private Duration timeout = DEFAULT_TIMEOUT;
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
         * Sets how many candidates a search through an HNSW index keeps at least ({@code hnsw.ef_search}): more find more and take
         * longer. Of a binary quantized index as many are ranked by their embeddings. Where the host has set a larger value for
         * the session, or a filter calls for one, that is used. Default, also for searches for more hits than the value: {@value
         * SearchPlan#DEFAULT_EF_SEARCH} or twice the limit, binary quantized 100 or ten times the limit, whichever is more, up to
         * {@value SearchPlan#MAX_EF_SEARCH}. {@link Tuning} finds the value for a recall.
         *
         * @param candidates 1 to {@value SearchPlan#MAX_EF_SEARCH}
         * @return this
         * @throws IllegalArgumentException if the number is out of bounds
         */
        public Builder efSearch(int candidates) {
            if (candidates < 1 || candidates > SearchPlan.MAX_EF_SEARCH) {
                throw new IllegalArgumentException(
                        "efSearch must be between 1 and " + SearchPlan.MAX_EF_SEARCH + ", was " + candidates);
            }
            this.plan = plan.withEfSearch(candidates);
            return this;
        }

        /**
         * Sets how many lists of an IVFFlat index a search looks into at least ({@code ivfflat.probes}): more find more and take
         * longer. Where the host has set a larger value for the session, that is used. Default: the square root of the number
         * of lists. {@link Tuning} finds the value for a recall.
         *
         * @param lists 1 to 32,768; what is more than the index has means all
         * @return this
         * @throws IllegalArgumentException if the number is out of bounds
         */
        public Builder probes(int lists) {
            if (lists < 1 || lists > VectorIndex.MAX_LISTS) {
                throw new IllegalArgumentException(
                        "probes must be between 1 and " + VectorIndex.MAX_LISTS + ", was " + lists);
            }
            this.plan = plan.withProbes(lists);
            return this;
        }

        /**
         * Opens a collection with row level security also as a superuser, a role with BYPASSRLS or the owner of its tables, whom no
         * policy binds: the second wall between tenants is then not there. For tests and development. Default: such a
         * role is refused.
         *
         * @return this
         */
        public Builder trustAnyRole() {
            this.roleMustBeBound = false;
            return this;
        }

        /**
         * Lets searches go to a replica: a standby by streaming replication, or several behind one data source. What it does not
         * answer, the primary does; so give the pool a short time to wait for a connection. A replica that has failed is left
         * alone for 5 s. With row level security its login has to be bound by the policies too, which is checked when the store
         * is opened, so it has to be there then. Default: none.
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
         * Opens the collection: connects, and checks that the extension, the tables and the rights to read them are there and
         * that the embedding space is the collection's. A role that may read and not write opens a store that searches, and
         * whose writes fail with the statement that grants the right. Where the collection has row level security, also
         * that each table enables and forces it with the policies that {@link PgVectorSchema} makes and no other that permits, and
         * that neither the role nor one that it may become is a superuser, has BYPASSRLS or owns a table.
         *
         * @return the store, for the tenant {@value VectorStore#DEFAULT_TENANT}
         * @throws IllegalArgumentException if a name is not allowed
         * @throws StoreException if the database cannot be reached, or something is missing or differs; the message says what to
         *     do
         */
        public PgVectorStore build() {
            Tables tables = new Tables(schema, collection);
            Routing routing = routing(tables.where());
            PgVectorStore store = routing.readToWrite("opening the store", connection -> {
                Catalogue catalogue = new Catalogue(connection, tables);
                Extension extension = catalogue.extension();
                String noWriting = catalogue.requireTables();
                Registry registry = new Registry(tables);
                Definition definition = registry.find(connection)
                        .orElseThrow(() -> catalogue.notThere("the table " + Tables.REGISTRY + " does not name it"));
                registry.requireSpace(definition.space(), space);
                requireWall(connection, tables, definition.tenancy());
                Sql sql = new Sql(tables, definition, extension);
                SearchSql searchSql = new SearchSql(tables, definition, extension);
                VectorParameter.register(connection, searchSql.vectorType);
                Opened opened = new Opened(definition, sql, new VectorSearch(routing, searchSql, definition, plan));
                return new PgVectorStore(Parts.of(opened, routing), noWriting, TenantKey.of(DEFAULT_TENANT));
            });
            requireWallOfReplica(tables, store.parts.opened.definition().tenancy());
            return store;
        }

        private void requireWall(Connection connection, Tables tables, Tenancy tenancy) throws SQLException {
            if (tenancy.isStrict()) {
                RowSecurity security = new RowSecurity(connection, tables);
                security.requirePolicies();
                if (roleMustBeBound) {
                    security.requireBoundRole();
                }
            }
        }

        /** A role that policies do not bind would see all tenants there. */
        private void requireWallOfReplica(Tables tables, Tenancy tenancy) {
            DataSource other = replica;
            if (other != null && tenancy.isStrict()) {
                new Session(other, tables.where())
                        .within(timeout)
                        .read("checking the wall between tenants on the replica", connection -> {
                            requireWall(connection, tables, tenancy);
                            return true;
                        });
            }
        }

        private Routing routing(String where) {
            Routing routing = Routing.toPrimary(new Session(dataSource, where).within(timeout));
            DataSource other = replica;
            return other == null ? routing : routing.andReplica(new Session(other, where).within(timeout));
        }
    }
}
