package dev.ragkit.pgvector;

/** A running PostgreSQL that has the extension pgvector, whatever it runs in. */
sealed interface TestServer extends AutoCloseable permits GivenServer, DockerCluster, ProcessCluster {

    /** Returns the URL of the main database, with the login of a superuser. */
    JdbcUrl url();

    /** Returns where the server comes from, for people to read. */
    String origin();

    /** Returns whether the server is still there after the tests, so that what they made in it must be dropped. */
    boolean outlivesTheTests();

    /** Ends the server where it was started for the tests; a second call does nothing. */
    @Override
    void close();
}
