package dev.ragkit.pgvector;

import com.zaxxer.hikari.HikariDataSource;
import dev.ragkit.EmbeddingSpace;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;

/**
 * Collections with row level security in a database of their own: the tables belong to an ordinary role, the stores work as another one that
 * may do no more than work on rows.
 */
final class StrictCollection {
    private static final TestPostgres POSTGRES = TestPostgres.shared();

    /** For all collections that need no database of their own. */
    static final StrictCollection SHARED = new StrictCollection();

    final String url = POSTGRES.freshDatabase();
    final String app = POSTGRES.createRole("app");
    private final String ownerRole = POSTGRES.createRole("owner");

    /** A superuser, whom no policy binds. */
    final DataSource superuser = TestPostgres.dataSource(url);

    /** Owns the tables. */
    final DataSource owner = TestPostgres.dataSource(POSTGRES.jdbcUrl(url, ownerRole));

    /** What stores use. */
    final HikariDataSource pool = TestCollection.pool(POSTGRES.jdbcUrl(url, app), 6);

    StrictCollection() {
        TestCollection.execute(superuser, "GRANT CREATE ON SCHEMA public TO " + ownerRole);
        TestCollection.execute(
                superuser,
                "ALTER DEFAULT PRIVILEGES FOR ROLE " + ownerRole
                        + " IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO " + app);
    }

    /** Makes a collection with row level security and opens it. */
    PgVectorStore create(EmbeddingSpace space, UnaryOperator<PgVectorSchema.Builder> settings, SearchPlan plan) {
        return create(TestCollection.name(), space, settings, plan);
    }

    PgVectorStore create(
            String name, EmbeddingSpace space, UnaryOperator<PgVectorSchema.Builder> settings, SearchPlan plan) {
        settings.apply(PgVectorSchema.builder(space, name).rowLevelSecurity())
                .build()
                .apply(owner);
        return PgVectorStore.builder(pool, space, name).plan(plan).build();
    }
}
