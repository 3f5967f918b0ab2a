package dev.ragkit.pgvector;

import dev.ragkit.SearchOptions;
import dev.ragkit.StoreException;
import dev.ragkit.VectorStore;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import javax.sql.DataSource;

/**
 * Looks for what is wrong with a collection and its database: the version of pgvector and its known faults, indexes that are
 * invalid, missing, of the wrong kind, double or never used, searches that do not use them, dead rows, missing statistics, memory
 * that is too small, a role that row level security does not hold, and options of the driver. {@link Finding.Kind} names all.
 *
 * <p>It changes nothing: it reads the catalogue and asks for plans, in one transaction that may only read, with 5 seconds for each
 * statement and 1 second for a lock. Each finding has the SQL that mends it, for you to read and run. Run it with the {@code
 * DataSource} of the application, for it also looks at the role and the settings of the session.
 *
 * <p>Immutable and safe for use by several threads.
 */
public final class PgVectorDoctor {
    /** The time for an examination, unless told otherwise: 60 seconds. */
    public static final Duration DEFAULT_TIMEOUT = PgVectorStore.DEFAULT_TIMEOUT;

    private static final String BOUNDS =
            "SELECT set_config('statement_timeout', '5s', true), set_config('lock_timeout', '1s', true)";

    private final DataSource dataSource;
    private final Tables tables;
    private final int limit;
    private final Duration timeout;

    /** A group of things to look at. */
    private interface Check {
        void on(Checkup checkup) throws SQLException;
    }

    private PgVectorDoctor(Builder builder) {
        dataSource = builder.dataSource;
        tables = new Tables(builder.schema, builder.collection);
        limit = builder.limit;
        timeout = builder.timeout;
    }

    /**
     * Starts a doctor for a collection.
     *
     * @param dataSource gives connections to the database, by the PostgreSQL driver: that of the application
     * @param collection its name, as given to {@link PgVectorSchema}
     * @return the builder
     */
    public static Builder builder(DataSource dataSource, String collection) {
        return new Builder(dataSource, collection);
    }

    /**
     * Examines the collection.
     *
     * @return what was found, the worst first; empty if nothing
     * @throws StoreException if the database cannot be reached, the collection is not there, the role may not read it, a
     *     statement takes longer than 5 seconds, or the whole longer than {@link Builder#timeout}
     */
    public List<Finding> examine() {
        Session session = new Session(dataSource, tables.where()).within(timeout);
        return session.read(
                "examining it", connection -> Session.inTransaction(connection, () -> on(session, connection)));
    }

    private List<Finding> on(Session session, Connection connection) throws SQLException {
        Catalogue.run(connection, "SET TRANSACTION READ ONLY");
        Catalogue.run(connection, BOUNDS);
        Catalogue catalogue = new Catalogue(connection, tables);
        Extension extension = catalogue.extension();
        catalogue.requireTables();
        Definition definition = new Registry(tables)
                .find(connection)
                .orElseThrow(() -> catalogue.notThere("the table " + Tables.REGISTRY + " does not name it"));
        new TenantSetting(definition.tenancy()).enter(connection, TenantKey.of(VectorStore.DEFAULT_TENANT));
        Checkup checkup = new Checkup(connection, tables, definition, extension);
        for (Check check : checks(session)) {
            check.on(checkup);
        }
        return checkup.findings().stream()
                .sorted(Comparator.comparing(Finding::severity).reversed())
                .toList();
    }

    private List<Check> checks(Session session) {
        return List.of(
                ExtensionChecks::examine,
                IndexChecks::examine,
                TableChecks::examine,
                MemoryChecks::examine,
                new PlanChecks(session, limit)::examine,
                RoleChecks::examine);
    }

    /** Shows the collection. */
    @Override
    public String toString() {
        return "PgVectorDoctor[" + tables.where() + "]";
    }

    /** Collects what a {@link PgVectorDoctor} needs. For use by one thread. */
    public static final class Builder {
        private final DataSource dataSource;
        private final String collection;
        private String schema = PgVectorSchema.DEFAULT_SCHEMA;
        private int limit = SearchOptions.DEFAULT_LIMIT;
        private Duration timeout = DEFAULT_TIMEOUT;

        private Builder(DataSource dataSource, String collection) {
            this.dataSource = dataSource;
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
         * Sets how many hits searches usually ask for. Default: {@value SearchOptions#DEFAULT_LIMIT}.
         *
         * @param limit 1 to {@value SearchOptions#MAX_LIMIT}
         * @return this
         * @throws IllegalArgumentException if the limit is out of bounds
         */
        public Builder limit(int limit) {
            this.limit = SearchOptions.ofLimit(limit).limit();
            return this;
        }

        /**
         * Sets the time for an examination. Default: {@link PgVectorDoctor#DEFAULT_TIMEOUT}, 60 s.
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
         * Checks the names.
         *
         * @return the doctor
         * @throws IllegalArgumentException if a name is not allowed
         */
        public PgVectorDoctor build() {
            return new PgVectorDoctor(this);
        }
    }
}
