package dev.ragkit.benchmarks;

import java.util.List;

/** A client of a server for embeddings that is measured beside others. */
interface EmbeddingClient {
    /** For the tables. */
    String name();

    /** Gets ready to embed texts by a server; this is not measured. */
    Session open(String baseUrl, List<String> texts);

    /** The calls of one turn. */
    interface Session extends AutoCloseable {
        /** Embeds all texts and returns what a caller would read. This is what is measured. */
        Object embed();

        /** Whether what {@link #embed} returned has so many vectors, of which the first is this one. */
        boolean isRight(Object embedded, int count, float[] first);

        @Override
        void close();
    }
}
