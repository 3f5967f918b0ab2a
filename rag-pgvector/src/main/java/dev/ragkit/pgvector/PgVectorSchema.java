package dev.ragkit.pgvector;

import dev.ragkit.EmbeddingSpace;
import dev.ragkit.Metric;
import dev.ragkit.StoreException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.sql.DataSource;

/**
 * The tables of a collection: prints their DDL, or applies it. Nothing else in this module makes or changes tables.
 *
 * <p>A collection holds one embedding space, one metric and one language; they are written down in the table {@code
 * rag_collection} of its schema and checked by each {@link PgVectorStore} that opens it.
 *
 * <p>Immutable and safe for use by several threads and processes: changes are made in one transaction, one after another.
 */
public final class PgVectorSchema {
    /** The schema unless told otherwise: {@value}. */
    public static final String DEFAULT_SCHEMA = "public";

    /** The text search configuration unless told otherwise: {@value}. */
    public static final String DEFAULT_TEXT_SEARCH = "english";

    static final Pattern CONFIGURATION = Pattern.compile("([a-z_][a-z0-9_]{0,62}\\.)?[a-z_][a-z0-9_]{0,62}");
    private static final String LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('dev.ragkit.schema', 0))";

    /** Where the extension is taken to be while no database is asked. */
    private static final Extension PRINTED = new Extension(DEFAULT_SCHEMA, "0.8");

    private final Tables tables;
    private final Definition definition;
    private final boolean createExtension;
    private final boolean deferIndex;

    private PgVectorSchema(Builder builder) {
        tables = new Tables(builder.schema, builder.collection);
        definition = new Definition(
                builder.space,
                new Definition.Vectors(builder.metric, builder.vectorType, builder.index),
                builder.textSearch);
        definition.check();
        createExtension = builder.createExtension;
        deferIndex = builder.deferIndex || builder.index.kind() == VectorIndex.Kind.IVFFLAT;
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
        Ddl ddl = new Ddl(tables, definition, PRINTED);
        List<String> statements = new ArrayList<>();
        if (createExtension) {
            statements.add(Ddl.createExtension());
        }
        if (!tables.schema().equals(DEFAULT_SCHEMA)) {
            statements.add(ddl.createSchema());
        }
        statements.addAll(ddl.createTables());
        if (isIndexMadeWithTables()) {
            statements.add(ddl.createVectorIndex());
        }
        statements.add(new Registry(tables).insertion(definition));
        return statements;
    }

    /**
     * The DDL as one script.
     *
     * @return {@link #statements()}, each with a semicolon
     */
    public String ddl() {
        return String.join(";\n\n", statements()) + ";\n";
    }

    private boolean isIndexMadeWithTables() {
        return !deferIndex && definition.index().kind() != VectorIndex.Kind.NONE;
    }

    /**
     * Makes the tables, or finds that they are there. Needs the right to create them only where they are not there.
     *
     * @param dataSource the database
     * @throws StoreException if the collection is there with another embedding space, metric, vector type or language, if the
     *     extension is not installed, or if the database fails
     */
    public void apply(DataSource dataSource) {
        change(dataSource, "making tables", connection -> {
            Catalogue catalogue = new Catalogue(connection, tables);
            if (createExtension && !catalogue.isExtensionInstalled()) {
                run(connection, Ddl.createExtension());
            }
            Extension extension = catalogue.extension();
            Optional<Definition> held = held(connection, catalogue);
            if (held.isPresent()) {
                requireSame(held.get());
                return;
            }
            checkServer(catalogue, extension);
            create(connection, catalogue, new Ddl(tables, definition, extension));
        });
    }

    private Optional<Definition> held(Connection connection, Catalogue catalogue) throws SQLException {
        return catalogue.isRegistryThere() ? new Registry(tables).find(connection) : Optional.empty();
    }

    private void create(Connection connection, Catalogue catalogue, Ddl ddl) throws SQLException {
        if (!catalogue.isSchemaThere()) {
            run(connection, ddl.createSchema());
        }
        for (String statement : ddl.createTables()) {
            run(connection, statement);
        }
        if (isIndexMadeWithTables()) {
            run(connection, ddl.createVectorIndex());
        }
        new Registry(tables).put(connection, definition);
    }

    private void requireSame(Definition held) {
        new Registry(tables).requireSpace(held.space(), definition.space());
        requireSame("metric", held.metric(), definition.metric());
        requireSame("vector type", held.type(), definition.type());
        requireSame("text search configuration", held.textSearch(), definition.textSearch());
    }

    private void requireSame(String what, Object held, Object given) {
        if (!held.equals(given)) {
            throw new StoreException(tables.where() + " has the " + what + " " + held + ", not " + given
                    + ": ask for what it has, or make a new collection");
        }
    }

    private void checkServer(Catalogue catalogue, Extension extension) throws SQLException {
        if (definition.type() == VectorType.HALFVEC && !extension.hasHalfvec()) {
            throw new StoreException("halfvec needs pgvector 0.7 or newer, this database has " + extension.version()
                    + ": run ALTER EXTENSION vector UPDATE, or use VectorType.VECTOR");
        }
        if (definition.index().isBinary() && !extension.hasHalfvec()) {
            throw new StoreException("binary quantization needs pgvector 0.7 or newer, this database has "
                    + extension.version() + ": run ALTER EXTENSION vector UPDATE, or use VectorIndex.hnsw()");
        }
        if (!catalogue.isTextSearchThere(definition.textSearch())) {
            throw new StoreException("there is no text search configuration '" + definition.textSearch()
                    + "' in this database: use one that \\dF lists in psql, such as simple");
        }
    }

    /**
     * Builds the index over the embeddings if it is not there, or anew if it is another kind, has other parameters, or an earlier
     * build of it was broken off. Loading first and building then takes a tenth of the time. Writers wait meanwhile; readers
     * do not. A store that was opened before the kind of index changed is to be opened anew.
     *
     * @param dataSource the database
     * @throws StoreException if the collection is not there or is another one, if an IVFFlat index finds no rows to learn from,
     *     or if the database fails
     */
    public void buildIndex(DataSource dataSource) {
        change(dataSource, "building the index", connection -> {
            Catalogue catalogue = new Catalogue(connection, tables);
            Extension extension = catalogue.extension();
            Definition held =
                    held(connection, catalogue).orElseThrow(() -> catalogue.notThere("there is nothing to index"));
            requireSame(held);
            Ddl ddl = new Ddl(tables, definition, extension);
            boolean same = held.index().equals(definition.index());
            if (!same || catalogue.indexState() != Catalogue.IndexState.VALID) {
                run(connection, ddl.dropVectorIndex());
                createIndex(connection, extension, ddl);
            }
            new Registry(tables).put(connection, definition);
            run(connection, ddl.analyze());
        });
    }

    private void createIndex(Connection connection, Extension extension, Ddl ddl) throws SQLException {
        if (definition.index().kind() == VectorIndex.Kind.NONE) {
            return;
        }
        if (definition.index().kind() == VectorIndex.Kind.IVFFLAT && !ddl.hasRows(connection)) {
            throw new StoreException(
                    tables.where() + " has no rows from which an IVFFlat index could learn its lists: load"
                            + " documents first, then build the index");
        }
        if (!extension.buildsInParallelSafely()) {
            run(connection, "SELECT set_config('max_parallel_maintenance_workers', '0', true)");
        }
        run(connection, ddl.createVectorIndex());
    }

    /**
     * Removes the collection with all its documents, of all tenants. Nothing happens where it is not there.
     *
     * @param dataSource the database
     * @throws StoreException if the database fails
     */
    public void drop(DataSource dataSource) {
        change(dataSource, "dropping tables", connection -> {
            Ddl ddl = new Ddl(tables, definition, PRINTED);
            run(connection, ddl.dropTables());
            run(connection, ddl.dropFunctions());
            if (new Catalogue(connection, tables).isRegistryThere()) {
                new Registry(tables).remove(connection);
            }
        });
    }

    /** A change of tables. */
    private interface Change {
        void on(Connection connection) throws SQLException;
    }

    private void change(DataSource dataSource, String doing, Change change) {
        new Session(dataSource, tables.where()).write(doing, connection -> {
            run(connection, "SET TRANSACTION ISOLATION LEVEL READ COMMITTED");
            run(connection, LOCK);
            change.on(connection);
            return true;
        });
    }

    private static void run(Connection connection, String text) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(text)) {
            statement.execute();
        }
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
        private boolean createExtension;
        private boolean deferIndex;

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
         * Leaves the index over the embeddings to {@link PgVectorSchema#buildIndex}, for a large first load. Default: it is made
         * with the tables, unless it is IVFFlat.
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

        private static String qualified(String configuration) {
            return configuration.indexOf('.') < 0 ? "pg_catalog." + configuration : configuration;
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
         * @throws IllegalArgumentException if a name is not allowed, there are too many dimensions for the type and index, or
         *     an index by inner product is asked for without a normalised space
         */
        public PgVectorSchema build() {
            return new PgVectorSchema(this);
        }
    }
}
