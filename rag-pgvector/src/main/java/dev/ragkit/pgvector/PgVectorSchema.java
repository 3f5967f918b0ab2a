package dev.ragkit.pgvector;

import dev.ragkit.EmbeddingSpace;
import dev.ragkit.Filter;
import dev.ragkit.Metric;
import dev.ragkit.StoreException;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import javax.sql.DataSource;

/**
 * The tables of a collection: prints their DDL, or applies it. Nothing else in this module makes or changes tables.
 *
 * <p>A collection holds one embedding space, one metric and one language; they are written down in the table {@code
 * rag_collection} of its schema and checked by each {@link PgVectorStore} that opens it.
 *
 * <p>Every call has a deadline ({@link Builder#timeout}), but for {@link #buildIndex}, which is ended by an interrupt.
 *
 * <p>Immutable and safe for use by several threads and processes.
 */
public final class PgVectorSchema {
    /** The schema unless told otherwise: {@value}. */
    public static final String DEFAULT_SCHEMA = "public";

    /** The text search configuration unless told otherwise: {@value}. */
    public static final String DEFAULT_TEXT_SEARCH = "english";

    /** The time for a call but {@link #buildIndex}, unless told otherwise: 60 seconds, as a store's. */
    public static final Duration DEFAULT_TIMEOUT = PgVectorStore.DEFAULT_TIMEOUT;

    static final Pattern CONFIGURATION = Pattern.compile("([a-z_][a-z0-9_]{0,62}\\.)?[a-z_][a-z0-9_]{0,62}");

    private final Tables tables;
    private final Definition definition;
    private final TableCreation.Extent extent;
    private final Duration timeout;

    private PgVectorSchema(Builder builder) {
        tables = new Tables(builder.schema, builder.collection);
        definition = new Definition(
                builder.space,
                new Definition.Vectors(builder.metric, builder.vectorType, builder.index),
                new Definition.Lookup(builder.textSearch, List.copyOf(builder.rangeKeys)),
                new Tenancy(builder.wall, builder.partitions));
        definition.check();
        requireNamesOfTheirOwn();
        extent = new TableCreation.Extent(builder.createExtension, indexes(builder));
        timeout = builder.timeout;
    }

    /** A name has room for a digest of a key only. */
    private void requireNamesOfTheirOwn() {
        long names = definition.rangeKeys().stream()
                .map(tables::rangeIndexName)
                .distinct()
                .count();
        if (names < definition.rangeKeys().size()) {
            throw new IllegalArgumentException("the range indexes over " + definition.rangeKeys()
                    + " would have one name between them: use another key for one of them");
        }
    }

    private static TableCreation.Indexes indexes(Builder builder) {
        if (builder.deferIndex) {
            return TableCreation.Indexes.DEFERRED;
        }
        return builder.index.kind() == VectorIndex.Kind.IVFFLAT
                ? TableCreation.Indexes.ALL_BUT_VECTOR
                : TableCreation.Indexes.ALL;
    }

    /**
     * Starts the schema of a collection.
     *
     * @param space of all its embeddings
     * @param collection its name: 1 to 48 lower-case letters, digits and underscores, not beginning with a digit; the tables'
     *     names begin with it
     * @return the builder
     */
    public static Builder builder(EmbeddingSpace space, String collection) {
        return new Builder(space, collection);
    }

    /**
     * The DDL, for those who apply it by other means. The extension is taken to be in the schema {@value #DEFAULT_SCHEMA}.
     *
     * @return the statements in order, without semicolons; they may be run again
     */
    public List<String> statements() {
        return TableCreation.statements(tables, definition, extent);
    }

    /**
     * The DDL as one script.
     *
     * @return {@link #statements()}, each with a semicolon
     */
    public String ddl() {
        return String.join(";\n\n", statements()) + ";\n";
    }

    /**
     * Makes the tables, or finds that they are there, which takes one look, no lock and no right but to read {@code
     * rag_collection}. Where it is broken off, calling it again finishes the work; any number of processes may call it at once.
     *
     * @param dataSource the database; the primary, where there are standbys and the tables are still to be made
     * @throws StoreException if the collection is there with another embedding space, metric, vector type, language or wall between
     *     tenants, or with another index and {@link Builder#deferIndex} was not said, if the extension is not installed, or if the database fails
     */
    public void apply(DataSource dataSource) {
        creation(session(dataSource)).run();
    }

    private Session session(DataSource dataSource) {
        return new Session(dataSource, tables.where()).within(timeout);
    }

    private TableCreation creation(Session session) {
        return new TableCreation(session, tables, definition, extent);
    }

    /**
     * Makes the indexes of the collection what they are to be: builds those that are not there, or that an earlier build left
     * unfinished, exchanges the one over the embeddings where it is of another kind or has other parameters, and removes those of
     * keys that have no {@link Builder#rangeIndex} any more. Loading first and building then takes a tenth of the time. Readers
     * and writers go on meanwhile, and searches use the index that is there until its successor is built; only in a collection
     * with partitions writers wait. A store that was opened before the kind of index or the keys changed is to be opened anew.
     *
     * <p>Where it is broken off, by a failure or with the process, nothing is lost, and the next call finds what is there and
     * goes on. Calls from several processes at once wait for each other, collection by collection. It takes one connection at a
     * time, changes no setting of it, and cannot be done on a standby. The role's {@code statement_timeout} has to leave time
     * for it.
     *
     * @param dataSource the database, as a role that owns the tables
     * @return what was built, and what the database's owner should know
     * @throws StoreException if the collection is not there or is another one, if an IVFFlat index finds no rows to learn from,
     *     or if the database fails
     */
    public IndexReport buildIndex(DataSource dataSource) {
        Session session = session(dataSource);
        session.read("looking for tables", connection -> {
            TableCreation creation = creation(session);
            Catalogue catalogue = new Catalogue(connection, tables);
            catalogue.extension();
            creation.requireSame(creation.held(connection, catalogue)
                    .orElseThrow(() -> catalogue.notThere("there is nothing to index")));
            return true;
        });
        return new IndexBuild(new Session(dataSource, tables.where()), tables, definition).run();
    }

    /**
     * Does what {@link #buildIndex(DataSource)} does, and tells how far it is, some times a second.
     *
     * @param dataSource the database, as a role that owns the tables; a second connection is taken now and then, and where there
     *     is none nothing is told
     * @param progress is called by a thread of its own, one call after the other, never after this method has returned; what it
     *     throws ends the telling and is thrown here when the work is done
     * @return what was built, and what the database's owner should know
     * @throws StoreException as {@link #buildIndex(DataSource)} does
     */
    public IndexReport buildIndex(DataSource dataSource, Consumer<? super IndexProgress> progress) {
        return BuildWatch.during(() -> buildIndex(dataSource), session(dataSource), tables, progress);
    }

    /**
     * Removes the collection with all its documents, of all tenants. Nothing happens where it is not there.
     *
     * @param dataSource the database
     * @throws StoreException if the database fails
     */
    public void drop(DataSource dataSource) {
        session(dataSource).write("dropping tables", connection -> {
            Ddl ddl = new Ddl(tables, definition, TableCreation.PRINTED);
            Catalogue.run(connection, ddl.dropTables());
            Catalogue.run(connection, ddl.dropFunctions());
            if (new Catalogue(connection, tables).isRegistryThere()) {
                new Registry(tables).remove(connection);
            }
            return true;
        });
    }

    /**
     * Counts anew what keyword search knows of the chunks of all tenants: in how many chunks each word is, how many chunks and words
     * there are. Writers keep these counts themselves; this is for when somebody changed rows of chunks by other means. Without
     * it, words may weigh too little, and those that only a chunk put in by hand has may not be found. Writers wait meanwhile;
     * readers do not.
     *
     * @param dataSource the database, as a role that sees the rows of all tenants: with row level security a superuser, or one with
     *     {@code BYPASSRLS} and rights on the tables
     * @return how many counts were wrong
     * @throws StoreException if the collection is not there, row level security hides rows from the role, or the database fails
     */
    public long recount(DataSource dataSource) {
        return session(dataSource).write("counting words", new Recount(tables)::on);
    }

    /** Shows the collection and what it is. */
    @Override
    public String toString() {
        return "PgVectorSchema[" + tables.where() + ", " + definition.space() + ", " + definition.metric() + ", "
                + definition.type() + ", index " + definition.index() + ", " + definition.textSearch() + "]";
    }

    /** Collects what a {@link PgVectorSchema} consists of. For use by one thread. */
    public static final class Builder {
        private final EmbeddingSpace space;
        private final String collection;
        private String schema = DEFAULT_SCHEMA;
        private Metric metric = Metric.COSINE;
        private VectorType vectorType = VectorType.VECTOR;
        private VectorIndex index = VectorIndex.hnsw();
        private String textSearch = qualified(DEFAULT_TEXT_SEARCH);
        private final Set<String> rangeKeys = new LinkedHashSet<>();
        private Tenancy.Wall wall = Tenancy.Wall.PREDICATE;
        private int partitions;
        private boolean createExtension;
        private boolean deferIndex;
        private Duration timeout = DEFAULT_TIMEOUT;

        private Builder(EmbeddingSpace space, String collection) {
            this.space = space;
            this.collection = collection;
        }

        /**
         * Sets the schema that the tables lie in. Default: {@value PgVectorSchema#DEFAULT_SCHEMA}.
         *
         * @param schema 1 to 63 lower-case letters, digits and underscores, not beginning with a digit
         * @return this
         */
        public Builder schema(String schema) {
            this.schema = schema;
            return this;
        }

        /**
         * Sets the time for each call but {@link PgVectorSchema#buildIndex}, which takes as long as it takes. A call that is not over
         * by then is cancelled on the server, changes nothing, and ends with a transient {@link StoreException}. {@link
         * PgVectorSchema#recount} of a large collection may need more. Default: {@link PgVectorSchema#DEFAULT_TIMEOUT}, 60 s.
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
         * Sets how embeddings compare. Default: {@link Metric#COSINE}.
         *
         * @param metric the metric; an index by {@link Metric#INNER_PRODUCT} needs a normalised space
         * @return this
         */
        public Builder metric(Metric metric) {
            this.metric = metric;
            return this;
        }

        /**
         * Sets how components are kept. Default: {@link VectorType#VECTOR}.
         *
         * @param vectorType the type
         * @return this
         */
        public Builder vectorType(VectorType vectorType) {
            this.vectorType = vectorType;
            return this;
        }

        /**
         * Sets the index over the embeddings. Default: {@link VectorIndex#hnsw()}.
         *
         * @param index the index
         * @return this
         */
        public Builder index(VectorIndex index) {
            this.index = index;
            return this;
        }

        /**
         * Leaves all indexes but the primary keys to {@link PgVectorSchema#buildIndex(DataSource)}, for a large first load; until
         * then each search looks at every row. {@link PgVectorSchema#apply} then takes a collection with whatever index it has.
         * Default: the indexes are made with the tables, but for IVFFlat.
         *
         * @return this
         */
        public Builder deferIndex() {
            this.deferIndex = true;
            return this;
        }

        /**
         * Sets the text search configuration that finds the words of a text. Default: {@value
         * PgVectorSchema#DEFAULT_TEXT_SEARCH}.
         *
         * @param configuration the name of a configuration that comes with PostgreSQL, such as {@code german} or {@code
         *     simple}, or one's own with its schema, such as {@code public.mine}
         * @return this
         * @throws IllegalArgumentException if it is no such name
         */
        public Builder textSearch(String configuration) {
            if (!CONFIGURATION.matcher(configuration).matches()) {
                throw new IllegalArgumentException("the text search configuration must be a name such as english or"
                        + " public.mine, in lower-case letters, digits and underscores, was '" + configuration + "'");
            }
            this.textSearch = qualified(configuration);
            return this;
        }

        /**
         * Gives the numbers under a metadata key an index, by which searches find the chunks that a filter lets through with
         * {@link Filter#lt}, {@link Filter#lte}, {@link Filter#gt}, {@link Filter#gte}, {@link Filter#eq} or {@link Filter#in} of
         * that key, alone or below {@link Filter#and}. Without one such a filter is held against each chunk of
         * the tenant. Each index takes space, and time with each write. May be called for several keys. Default: none; values
         * and lists have an index over all keys anyway.
         *
         * @param key 1 to 63 letters, digits, underscores, full stops and hyphens, not beginning with a digit; at most 4 keys
         * @return this
         * @throws IllegalArgumentException if the key is not allowed
         */
        public Builder rangeIndex(String key) {
            this.rangeKeys.add(Definition.Lookup.requireRangeKey(key));
            return this;
        }

        private static String qualified(String configuration) {
            return configuration.indexOf('.') < 0 ? "pg_catalog." + configuration : configuration;
        }

        /**
         * Puts a second wall between tenants: policies of the database, which bind the owner of the tables too, let a statement see and
         * write only the rows of the tenant that its transaction names. Stores name it, and open only as a role whom policies bind
         * ({@link PgVectorStore.Builder#build}). Keyword searches, and exact ones under a filter, then look at all rows of the
         * tenant. Default: each statement's own condition on the tenant is the only wall.
         *
         * @return this
         */
        public Builder rowLevelSecurity() {
            this.wall = Tenancy.Wall.ROW_LEVEL_SECURITY;
            return this;
        }

        /**
         * Keeps documents and chunks in partitions by a hash of the tenant, each with its own indexes. Default: tables of one piece.
         *
         * @param partitions how many, 2 to 256; it cannot be changed later
         * @return this
         * @throws IllegalArgumentException if the number is out of bounds
         */
        public Builder partitionsByTenant(int partitions) {
            this.partitions = Tenancy.requirePartitions(partitions);
            return this;
        }

        /**
         * Installs the extension where it is missing, which mostly takes a superuser. Default: {@link PgVectorSchema#apply} fails
         * where it is missing.
         *
         * @return this
         */
        public Builder createExtension() {
            this.createExtension = true;
            return this;
        }

        /**
         * Checks everything together.
         *
         * @return the schema
         * @throws IllegalArgumentException if a name is not allowed, there are too many dimensions for the type and index, an
         *     index by inner product is asked for without a normalised space, or there are range indexes for more than 4 keys
         *     or under row level security
         */
        public PgVectorSchema build() {
            return new PgVectorSchema(this);
        }
    }
}
