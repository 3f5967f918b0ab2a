package dev.ragkit.pgvector;

import dev.ragkit.StoreException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Makes the tables of a collection where they are not there. It looks first, without a lock, so a start that finds all in order
 * waits for nobody. What a schema's collections share is made in a short transaction of its own; a collection is made in one
 * more, under a lock that only others who make the same collection wait for.
 */
final class TableCreation {
    private static final String LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(?, 0))";
    /** Where the extension is taken to be while no database is asked. */
    static final Extension PRINTED = new Extension(PgVectorSchema.DEFAULT_SCHEMA, "0.8");

    private static final String SHARED = "dev.ragkit.schema";

    private final Session session;
    private final Tables tables;
    private final Definition definition;
    private final Extent extent;

    /** What is made, and what is left to somebody or something else. */
    record Extent(boolean extension, Indexes indexes) {}

    /** Which indexes come with the tables. */
    enum Indexes {
        /** All. */
        ALL,
        /** All but the one over the embeddings, which cannot be built over no rows. */
        ALL_BUT_VECTOR,
        /** None: the caller said that it is for a build to see to them. */
        DEFERRED
    }

    TableCreation(Session session, Tables tables, Definition definition, Extent extent) {
        this.session = session;
        this.tables = tables;
        this.definition = definition;
        this.extent = extent;
    }

    /** All statements, to print. */
    static List<String> statements(Tables tables, Definition definition, Extent extent) {
        Ddl ddl = new Ddl(tables, definition, PRINTED);
        List<String> statements = new ArrayList<>();
        if (extent.extension()) {
            statements.add(Ddl.createExtension());
        }
        if (!tables.schema().equals(PgVectorSchema.DEFAULT_SCHEMA)) {
            statements.add(ddl.createSchema());
        }
        statements.add(ddl.createRegistry());
        statements.addAll(tablesAndIndexes(ddl, definition, extent));
        statements.add(new Registry(tables).insertion(definition));
        return statements;
    }

    private static List<String> tablesAndIndexes(Ddl ddl, Definition definition, Extent extent) {
        List<String> statements = new ArrayList<>(ddl.createTables());
        if (extent.indexes() != Indexes.DEFERRED) {
            ddl.filterIndexes().forEach(index -> statements.add(index.create()));
        }
        if (extent.indexes() == Indexes.ALL && definition.index().kind() != VectorIndex.Kind.NONE) {
            statements.add(ddl.vectorIndex().create());
        }
        return statements;
    }

    /** Makes what is missing. */
    void run() {
        if (session.read("looking for tables", this::isThereOrCanBeMade)) {
            return;
        }
        session.write("making the schema", connection -> {
            begin(connection, SHARED);
            share(connection, new Catalogue(connection, tables));
            return true;
        });
        session.write("making tables", connection -> {
            lock(connection, tables);
            Catalogue catalogue = new Catalogue(connection, tables);
            if (!isThere(catalogue, connection)) {
                create(connection, catalogue.extension());
            }
            return true;
        });
    }

    /** Makes others who make the same tables wait until the end of the transaction. */
    static void lock(Connection connection, Tables tables) throws SQLException {
        begin(connection, SHARED + ":" + tables.schema() + "." + tables.collection());
    }

    private static void begin(Connection connection, String lock) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(LOCK)) {
            statement.setString(1, lock);
            statement.execute();
        }
    }

    /** A standby is told apart here, as a transaction that writes cannot even begin on one. */
    private boolean isThereOrCanBeMade(Connection connection) throws SQLException {
        Catalogue catalogue = new Catalogue(connection, tables);
        boolean there = isThere(catalogue, connection);
        if (!there) {
            catalogue.requirePrimary();
        }
        return there;
    }

    private boolean isThere(Catalogue catalogue, Connection connection) throws SQLException {
        if (!catalogue.isExtensionInstalled() && extent.extension()) {
            return false;
        }
        catalogue.extension();
        Optional<Definition> held = held(connection, catalogue);
        held.ifPresent(found -> {
            requireSame(found);
            requireSameIndex(found);
        });
        return held.isPresent();
    }

    Optional<Definition> held(Connection connection, Catalogue catalogue) throws SQLException {
        return catalogue.isRegistryThere() ? new Registry(tables).find(connection) : Optional.empty();
    }

    private void share(Connection connection, Catalogue catalogue) throws SQLException {
        if (extent.extension() && !catalogue.isExtensionInstalled()) {
            Catalogue.run(connection, Ddl.createExtension());
        }
        Extension extension = catalogue.extension();
        checkServer(catalogue, extension);
        Ddl ddl = new Ddl(tables, definition, extension);
        if (!catalogue.isSchemaThere()) {
            Catalogue.run(connection, ddl.createSchema());
        }
        if (!catalogue.isRegistryThere()) {
            Catalogue.run(connection, ddl.createRegistry());
        }
    }

    private void create(Connection connection, Extension extension) throws SQLException {
        Ddl ddl = new Ddl(tables, definition, extension);
        for (String statement : tablesAndIndexes(ddl, definition, extent)) {
            Catalogue.run(connection, statement);
        }
        new Registry(tables).put(connection, definition);
    }

    /** Refuses a collection that is there with what it would have to be made anew for. */
    void requireSame(Definition held) {
        new Registry(tables).requireSpace(held.space(), definition.space());
        requireSame("metric", held.metric(), definition.metric());
        requireSame("vector type", held.type(), definition.type());
        requireSame("text search configuration", held.textSearch(), definition.textSearch());
        requireSame("wall between tenants", held.tenancy(), definition.tenancy());
    }

    private void requireSame(String what, Object held, Object given) {
        if (!held.equals(given)) {
            throw new StoreException(tables.where() + " has the " + what + " " + held + ", not " + given
                    + ": ask for what it has, or make a new collection");
        }
    }

    /** Whoever asks for an index and gets another one silently would measure and tune what is not there. */
    private void requireSameIndex(Definition held) {
        if (extent.indexes() == Indexes.DEFERRED) {
            return;
        }
        requireSameIndex("index", held.index(), definition.index());
        requireSameIndex("range indexes over the keys", held.rangeKeys(), definition.rangeKeys());
    }

    private void requireSameIndex(String what, Object held, Object given) {
        if (!held.equals(given)) {
            throw new StoreException(tables.where() + " has the " + what + " " + held + ", not " + given
                    + ": call buildIndex(dataSource) to build what is asked for and drop the rest, ask for what it has, or say deferIndex() to leave"
                    + " the index to buildIndex");
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
}
