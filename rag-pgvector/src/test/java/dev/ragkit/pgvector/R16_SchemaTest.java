package dev.ragkit.pgvector;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ragkit.EmbeddingSpace;
import dev.ragkit.StoreException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

/** making tables and building indexes, broken off at every statement and started by two at once, ends in one schema. */
class R16_SchemaTest {
    private static final boolean DEEP = Boolean.getBoolean("rag.deep");

    private static final int ROUNDS = DEEP ? 1_000 : 100;

    private static final EmbeddingSpace SPACE =
            EmbeddingSpace.builder("test", "r16", 8).normalized().build();

    /** All that the catalogue says of a schema, but for the numbers and the schema's name. */
    private static final String HASH = """
            SELECT md5(string_agg(plain, E'\\n' ORDER BY plain COLLATE "C")) FROM (
            SELECT replace(line, 'SCHEMA', '-') AS plain FROM (
                SELECT concat_ws(' ', c.relname, c.relkind, c.reloptions, a.attname, format_type(a.atttypid, a.atttypmod),
                    a.attnotnull, a.attgenerated, a.attcollation, pg_get_expr(d.adbin, d.adrelid)) AS line
                FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
                WHERE c.relnamespace = 'SCHEMA'::regnamespace
                UNION ALL SELECT concat_ws(' ', pg_get_indexdef(indexrelid), indisvalid, indisready, indislive)
                FROM pg_index JOIN pg_class c ON c.oid = indexrelid WHERE c.relnamespace = 'SCHEMA'::regnamespace
                UNION ALL SELECT concat_ws(' ', conname, conrelid::regclass, pg_get_constraintdef(oid))
                FROM pg_constraint WHERE connamespace = 'SCHEMA'::regnamespace
                UNION ALL SELECT pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'SCHEMA'::regnamespace
                UNION ALL SELECT (SELECT string_agg(to_jsonb(r) - 'created_at' #>> '{}', ',') FROM SCHEMA.rag_collection r)
            ) lines) plain_lines""";

    private static final String URL = TestPostgres.shared().freshDatabase();
    private static final DataSource DATABASE = TestCollection.pool(URL, 4);

    private String hash(String schema) {
        return TestCollection.query(DATABASE, HASH.replace("SCHEMA", schema)).get(0);
    }

    private static PgVectorSchema.Builder docs(String schema) {
        return PgVectorSchema.builder(SPACE, "docs").schema(schema);
    }

    /** A start of a program, then an exchange of the index. */
    private static void work(DataSource dataSource, String schema) {
        docs(schema).deferIndex().build().apply(dataSource);
        docs(schema).build().buildIndex(dataSource);
        docs(schema).index(VectorIndex.hnsw().binaryQuantized()).build().buildIndex(dataSource);
    }

    @Test
    void brokenOffAtEachStatementItEndsInTheSameSchema() {
        work(DATABASE, "whole");
        String expected = hash("whole");
        int cuts = 0;
        for (LostConnection.Moment moment : LostConnection.Moment.values()) {
            boolean struck = true;
            for (int n = 1; struck; n++) {
                String schema = "cut_" + moment.name().toLowerCase(Locale.ROOT) + "_" + n;
                LostConnection faulty =
                        new LostConnection(TestPostgres.dataSource(URL), R16_SchemaTest::isCut, n, moment);
                struck = isBrokenOff(faulty, schema);
                work(DATABASE, schema);
                assertThat(hash(schema))
                        .as("%s statement %d of %s", moment, n, faulty.statements())
                        .isEqualTo(expected);
                cuts += struck ? 1 : 0;
            }
        }
        System.out.printf("R-16: broken off at %d points, %d times the same schema%n", cuts, cuts);
        assertThat(cuts).isGreaterThan(50);
    }

    /** To be cut off at a statement that only reads is the same as to be cut off after the one before, so those are left to the deep run. */
    private static boolean isCut(String statement) {
        return DEEP || !statement.startsWith("SELECT");
    }

    private static boolean isBrokenOff(LostConnection faulty, String schema) {
        try {
            work(faulty.source(), schema);
        } catch (StoreException e) {
            assertThat(e).hasMessageContaining("08006");
        }
        return faulty.struck();
    }

    @Test
    void twoThatStartAtOnceMakeOneSchemaAndNobodyHearsOfTheOther() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(2);
        Set<String> hashes = new HashSet<>();
        try {
            for (int round = 0; round < ROUNDS; round++) {
                String schema = "both_" + round;
                CyclicBarrier together = new CyclicBarrier(2);
                Callable<Void> start = () -> {
                    together.await();
                    docs(schema).build().apply(DATABASE);
                    return null;
                };
                List<Future<Void>> starts = new ArrayList<>(List.of(threads.submit(start), threads.submit(start)));
                for (Future<Void> each : starts) {
                    each.get();
                }
                hashes.add(hash(schema));
            }
        } finally {
            threads.shutdownNow();
        }
        System.out.printf("R-16: %d pairs of starts, %d schema(s), 0 errors%n", ROUNDS, hashes.size());
        assertThat(hashes).hasSize(1);
    }

    @Test
    void aChangeOfTheSchemaChangesTheHash() {
        docs("first").build().apply(DATABASE);
        docs("second").index(VectorIndex.hnsw(8, 64)).build().apply(DATABASE);
        docs("third").build().apply(DATABASE);
        assertThat(hash("first")).isNotEqualTo(hash("second")).isEqualTo(hash("third"));
        TestCollection.execute(DATABASE, "ALTER TABLE third.docs_term ALTER COLUMN df DROP NOT NULL");
        assertThat(hash("first")).isNotEqualTo(hash("third"));
    }
}
