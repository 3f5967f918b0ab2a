package dev.ragkit.benchmarks;

import java.util.List;

/** A way to search that is measured beside others. */
interface Contender {
    /** For the tables. */
    String name();

    /** Starts a session for one thread; opening is not measured. */
    Session open();

    /** Searches of one thread. */
    interface Session extends AutoCloseable {
        /** Runs a query of the corpus and returns everything a caller would read. This is what is measured. */
        Object search(int query);

        /** The rows of the corpus that a query finds, best first. */
        List<Integer> rows(int query);

        @Override
        void close();
    }
}
