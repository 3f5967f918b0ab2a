package dev.ragkit.pgvector;

import java.util.Locale;

/**
 * An index that the table of chunks is to have.
 *
 * @param name by which searches know it, not quoted
 * @param definition what stands after the name in {@code CREATE INDEX}
 */
record ChunkIndex(Tables tables, String name, String definition) {
    private static final int DIGITS = 8;

    /** Made with the table, while it is empty and nobody else sees it. */
    String create() {
        return "CREATE INDEX IF NOT EXISTS " + Tables.quoted(name) + " " + definition;
    }

    /** Made under a name of its own beside readers and writers. Cannot stand in a transaction. */
    String createConcurrently() {
        return "CREATE INDEX CONCURRENTLY IF NOT EXISTS " + Tables.quoted(nextName()) + " " + definition;
    }

    /** Differs where the definition does, so what has this name and is valid is what is wanted. */
    String nextName() {
        return nextNames(tables) + hex(definition.hashCode());
    }

    /** Whether an index has the name of one in the making. */
    static boolean isNext(Tables tables, String name) {
        return isNumbered(nextNames(tables), name);
    }

    /** Whether an index has the name of one that is to go. */
    static boolean isOld(Tables tables, String name) {
        return isNumbered(oldNames(tables), name);
    }

    private static boolean isNumbered(String prefix, String name) {
        return name.startsWith(prefix) && name.length() == prefix.length() + DIGITS;
    }

    /** How the names of indexes in the making begin. */
    private static String nextNames(Tables tables) {
        return tables.collection() + "_new_";
    }

    /** How the names of indexes that are to go begin. */
    private static String oldNames(Tables tables) {
        return tables.collection() + "_old_";
    }

    /** A name for an index that is to go, which no other one has. */
    static String oldName(Tables tables, long oid) {
        return oldNames(tables) + hex((int) oid);
    }

    private static String hex(int number) {
        return String.format(Locale.ROOT, "%08x", number);
    }
}
