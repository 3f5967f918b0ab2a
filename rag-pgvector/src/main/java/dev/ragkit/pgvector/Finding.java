package dev.ragkit.pgvector;

import java.util.List;

/**
 * Something that {@link PgVectorDoctor} found wrong with a collection or its database.
 *
 * <p>Immutable and safe for use by several threads.
 *
 * @param kind what it is
 * @param what the facts, with names and numbers; no values of rows
 * @param why why it matters, and what to know before it is mended
 * @param mend the SQL that mends it: statements to be run in this order on one connection, each on its own and not inside a
 *     transaction, by the owner of the tables or, where the text says so, a superuser; empty where it is mended outside the
 *     database
 */
public record Finding(Kind kind, String what, String why, List<String> mend) {
    /** How much it matters. */
    public enum Severity {
        /** Nothing is wrong now; something may be had for little. */
        INFO,
        /** It costs time or will get worse. */
        WARNING,
        /** Something does not work as it should, or is not safe. */
        ERROR
    }

    /** What can be found. */
    public enum Kind {
        /** This version of pgvector can write outside its memory while it builds such an index. */
        EXTENSION_VULNERABLE(Severity.ERROR),
        /** This version of pgvector has faults that harm such an index. */
        EXTENSION_FAULTY(Severity.WARNING),
        /** This version of pgvector cannot go on scanning while rows are missing. */
        EXTENSION_WITHOUT_ITERATION(Severity.WARNING),
        /** The build of an index was broken off: it is kept up and never read. */
        INDEX_INVALID(Severity.ERROR),
        /** An index that searches need is not there. */
        INDEX_MISSING(Severity.ERROR),
        /** An index over the embeddings is of another kind or metric than the collection's, so no search can use it. */
        INDEX_MISMATCHED(Severity.ERROR),
        /** Two indexes do the same. */
        INDEX_DUPLICATE(Severity.WARNING),
        /** The index over the embeddings is kept up and was never used. */
        INDEX_UNUSED(Severity.INFO),
        /** The index over the embeddings is larger than all memory that the server counts on. */
        INDEX_LARGER_THAN_CACHE(Severity.WARNING),
        /** The index over the embeddings is larger than the server's own memory for pages. */
        INDEX_LARGER_THAN_BUFFERS(Severity.INFO),
        /** A build of the index over the embeddings would not fit into the memory for it. */
        MAINTENANCE_MEMORY_SMALL(Severity.INFO),
        /** A search of the store does not use the index. */
        SEARCH_WITHOUT_INDEX(Severity.ERROR),
        /** A statement without the store's settings, as written by hand, does not use the index. */
        PLANNER_PREFERS_SCAN(Severity.INFO),
        /** A statement without the store's settings gets fewer rows than asked for. */
        EF_SEARCH_BELOW_LIMIT(Severity.INFO),
        /** Many rows of the table are dead. */
        DEAD_ROWS(Severity.WARNING),
        /** The planner knows nothing of the table. */
        NEVER_ANALYSED(Severity.WARNING),
        /** Nobody clears away the dead rows of the table. */
        AUTOVACUUM_OFF(Severity.WARNING),
        /** Row level security is on, and this role is not held by it. */
        ROW_SECURITY_BYPASSED(Severity.ERROR),
        /** What the server says of an error, which may hold values of rows, reaches the causes of exceptions. */
        SERVER_ERROR_DETAIL(Severity.INFO),
        /** The driver never prepares a statement on the server. */
        STATEMENTS_NOT_PREPARED(Severity.INFO);

        private final Severity severity;

        Kind(Severity severity) {
            this.severity = severity;
        }

        /**
         * How much it matters.
         *
         * @return the severity
         */
        public Severity severity() {
            return severity;
        }
    }

    /**
     * Copies the statements.
     *
     * @param kind what it is
     * @param what the facts
     * @param why why it matters
     * @param mend the SQL that mends it
     */
    public Finding {
        mend = List.copyOf(mend);
    }

    /**
     * How much it matters.
     *
     * @return the severity of the kind
     */
    public Severity severity() {
        return kind.severity();
    }

    /** Some lines for people to read: the severity and what was found, why it matters, and the SQL. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(severity() + " " + kind + ": " + what + "\n  " + why);
        mend.forEach(statement -> text.append("\n  ").append(statement).append(';'));
        return text.toString();
    }
}
