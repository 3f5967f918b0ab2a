package dev.ragkit.pgvector;

import dev.ragkit.pgvector.Finding.Kind;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** The indexes of the table of chunks: whether they are there, whole, of the right kind, and once only. */
final class IndexChecks {
    /** From so many chunks on it takes an index to find the nearest in a few milliseconds. */
    static final long MANY_CHUNKS = 10_000;

    /** Before so many scans of the table, or transactions since the index was made, nothing is said of its use. */
    private static final long MANY_SCANS = 1_000;

    private static final String INDEXES = """
            SELECT x.relname, n.nspname, m.amname, o.opcname, coalesce(a.attname, pg_get_expr(i.indexprs, i.indrelid), ''),
                i.indisvalid AND i.indisready,
                EXISTS (SELECT FROM pg_catalog.pg_stat_progress_create_index p WHERE p.index_relid = i.indexrelid),
                i.indpred IS NOT NULL OR i.indisunique OR i.indnatts > 1,
                (SELECT coalesce(sum(s.idx_scan), 0) FROM pg_catalog.pg_stat_all_indexes s
                    WHERE s.indexrelid = i.indexrelid OR s.indexrelid IN (
                        SELECT h.inhrelid FROM pg_catalog.pg_inherits h WHERE h.inhparent = i.indexrelid)),
                age(i.xmin)
            FROM pg_catalog.pg_index i
            JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid
            JOIN pg_catalog.pg_namespace n ON n.oid = x.relnamespace
            JOIN pg_catalog.pg_am m ON m.oid = x.relam
            JOIN pg_catalog.pg_opclass o ON o.oid = i.indclass[0]
            LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
            WHERE i.indrelid = to_regclass(?)
            ORDER BY x.relname""";

    /** Of a table in partitions, what all of them have together. */
    private static final String TABLE = """
            SELECT coalesce(sum(greatest(c.reltuples, s.n_live_tup, 0)) FILTER (WHERE c.relkind <> 'p'), 0)::bigint,
                coalesce(sum(coalesce(s.seq_scan, 0) + coalesce(s.idx_scan, 0)), 0), bool_or(c.relkind = 'p')
            FROM pg_catalog.pg_class c LEFT JOIN pg_catalog.pg_stat_all_tables s ON s.relid = c.oid
            WHERE c.oid = to_regclass(?)
                OR c.oid IN (SELECT h.inhrelid FROM pg_catalog.pg_inherits h WHERE h.inhparent = to_regclass(?))""";

    private final Checkup checkup;
    private final List<Index> indexes;
    private final Table table;

    /** An index as the catalogue has it. */
    private record Index(String name, String schema, Is is, State state, Use use) {
        static Index of(ResultSet row) throws SQLException {
            return new Index(
                    row.getString(1),
                    row.getString(2),
                    new Is(row.getString(3), row.getString(4), row.getString(5), row.getBoolean(8)),
                    new State(row.getBoolean(6), row.getBoolean(7)),
                    new Use(row.getLong(9), row.getLong(10)));
        }

        String qualified() {
            return Tables.quoted(schema) + "." + Tables.quoted(name);
        }

        boolean isOfVectors() {
            return is.method.equals("hnsw") || is.method.equals("ivfflat");
        }

        /** What a broken REINDEX CONCURRENTLY, or a broken build of ours, leaves behind beside the index itself. */
        boolean isLeftOver(Tables tables) {
            return name.matches(".*_cc(new|old)\\d*")
                    || name.startsWith(ChunkIndex.nextNames(tables))
                    || name.startsWith(ChunkIndex.oldNames(tables));
        }
    }

    /** What it is over: method, operator class, column or expression, and whether it is partial, unique or of several columns. */
    private record Is(String method, String operatorClass, String column, boolean special) {}

    private record State(boolean valid, boolean building) {}

    private record Use(long scans, long age) {}

    private record Table(long chunks, long scans, boolean partitioned) {}

    private IndexChecks(Checkup checkup) throws SQLException {
        this.checkup = checkup;
        String chunk = checkup.tables().chunk();
        indexes = checkup.list(INDEXES, Index::of, chunk);
        table = checkup.one(TABLE, row -> new Table(row.getLong(1), row.getLong(2), row.getBoolean(3)), chunk, chunk);
    }

    static void examine(Checkup checkup) throws SQLException {
        IndexChecks checks = new IndexChecks(checkup);
        checks.indexes.forEach(checks::invalid);
        checks.indexes.forEach(checks::mismatched);
        checks.duplicates();
        checks.missing();
        checks.unused();
    }

    private void invalid(Index index) {
        if (index.state.valid || index.state.building) {
            return;
        }
        checkup.add(
                Kind.INDEX_INVALID,
                "the index " + index.qualified() + " is not valid",
                "A build of it was broken off. Every write keeps it up, and no search reads it; IF NOT EXISTS takes it for the"
                        + " index that is wanted.",
                safely(
                        index.isLeftOver(checkup.tables())
                                ? drop(index)
                                : "REINDEX INDEX" + concurrently() + index.qualified()));
    }

    private void mismatched(Index index) {
        if (!index.isOfVectors() || !index.state.valid || isRight(index)) {
            return;
        }
        checkup.add(
                Kind.INDEX_MISMATCHED,
                "the index " + index.qualified() + " is " + index.is.method + " (" + index.is.operatorClass
                        + "), the collection has " + wanted(),
                "No search of the store can use it, and every write keeps it up.",
                isOurs(index) && isIndexWanted() ? safely(drop(index), create()) : new String[] {drop(index)});
    }

    private void duplicates() {
        for (Index index : indexes) {
            if (!index.state.valid || index.is.special || isOurs(index)) {
                continue;
            }
            boolean twin = indexes.stream()
                    .filter(other -> !other.name.equals(index.name) && other.state.valid && other.is.equals(index.is))
                    .anyMatch(other -> isOurs(other) || other.name.compareTo(index.name) < 0);
            if (twin && !(index.isOfVectors() && !isRight(index))) {
                checkup.add(
                        Kind.INDEX_DUPLICATE,
                        "the index " + index.qualified() + " does what another one does: " + index.is.method + " over "
                                + index.is.column + " (" + index.is.operatorClass + ")",
                        "It takes space and time with every write.",
                        drop(index));
            }
        }
    }

    private void missing() {
        missingVectorIndex();
        missingGin(
                "metadata",
                "jsonb_path_ops",
                "Filters have to look at every chunk.",
                checkup.ddl().metadataIndex().create());
        missingGin(
                "tsv",
                "tsvector_ops",
                "Searches by words have to look at every chunk.",
                checkup.ddl().wordIndex().create());
        checkup.definition().rangeKeys().forEach(this::missingRange);
    }

    private void missingRange(String key) {
        String name = checkup.tables().rangeIndexName(key);
        if (indexes.stream().noneMatch(index -> index.name.equals(name))) {
            checkup.add(
                    Kind.INDEX_MISSING,
                    "the index over the numbers under '" + key + "', " + Tables.quoted(name) + ", is not there",
                    "Filters by a range of them have to look at every chunk.",
                    online(checkup.ddl().rangeIndex(key).create()));
        }
    }

    private void missingVectorIndex() {
        if (!isIndexWanted() || indexes.stream().anyMatch(index -> index.name.equals(vectorName()))) {
            return;
        }
        Optional<Index> renamed = indexes.stream()
                .filter(index -> index.isOfVectors() && index.state.valid && !index.is.special && isRight(index))
                .findFirst();
        String name = Tables.quoted(vectorName());
        if (renamed.isPresent()) {
            checkup.add(
                    Kind.INDEX_MISSING,
                    "the index over the embeddings has the name "
                            + renamed.get().qualified() + ", not " + name,
                    "Searches of the store look for it by its name and look at every chunk where it is not there.",
                    "ALTER INDEX " + renamed.get().qualified() + " RENAME TO " + name);
        } else if (table.chunks >= MANY_CHUNKS) {
            checkup.add(
                    Kind.INDEX_MISSING,
                    "the index over the embeddings, " + name + ", is not there, with about " + table.chunks + " chunks",
                    "Searches look at every chunk. PgVectorSchema.buildIndex builds it, too.",
                    safely(create()));
        }
    }

    private void missingGin(String column, String operatorClass, String why, String ddl) {
        boolean there =
                indexes.stream().anyMatch(index -> index.is.equals(new Is("gin", operatorClass, column, false)));
        if (!there) {
            checkup.add(
                    Kind.INDEX_MISSING,
                    "there is no index over " + column + " in "
                            + checkup.tables().chunk(),
                    why,
                    online(ddl));
        }
    }

    private void unused() {
        for (Index index : indexes) {
            boolean unused = index.use.scans == 0 && index.use.age >= MANY_SCANS && table.scans >= MANY_SCANS;
            if (isOurs(index) && index.isOfVectors() && index.state.valid && isRight(index) && unused) {
                checkup.add(
                        Kind.INDEX_UNUSED,
                        "the index " + index.qualified() + " was never used, in " + table.scans
                                + " scans of the table since the statistics began",
                        "Where each tenant has few chunks, or filters leave few, looking at each is faster, and the index costs"
                                + " time with every write. Open the store anew after it is dropped.",
                        drop(index),
                        new Registry(checkup.tables()).withoutIndex());
            }
        }
    }

    private boolean isOurs(Index index) {
        Tables tables = checkup.tables();
        return index.name.equals(vectorName())
                || index.name.equals(tables.indexName("metadata"))
                || index.name.equals(tables.indexName("tsv"));
    }

    private String vectorName() {
        return checkup.tables().indexName("vector");
    }

    private boolean isRight(Index index) {
        Definition definition = checkup.definition();
        return index.is.method.equals(definition.index().method())
                && index.is.operatorClass.equals(definition.vectors().operatorClass());
    }

    private boolean isIndexWanted() {
        return checkup.definition().index().kind() != VectorIndex.Kind.NONE;
    }

    private String wanted() {
        return isIndexWanted()
                ? checkup.definition().index().method() + " ("
                        + checkup.definition().vectors().operatorClass() + ")"
                : "none";
    }

    private String concurrently() {
        return table.partitioned ? " " : " CONCURRENTLY ";
    }

    private String drop(Index index) {
        return "DROP INDEX" + concurrently() + index.qualified();
    }

    private String create() {
        return online(checkup.ddl().vectorIndex().create());
    }

    private String online(String ddl) {
        return ddl.replaceFirst("CREATE INDEX ", "CREATE INDEX" + concurrently());
    }

    /** Where a parallel build is not safe, without. */
    private String[] safely(String... statements) {
        if (checkup.extension().buildsInParallelSafely()) {
            return statements;
        }
        String[] all = new String[statements.length + 1];
        all[0] = "SET max_parallel_maintenance_workers = 0";
        System.arraycopy(statements, 0, all, 1, statements.length);
        return all;
    }
}
