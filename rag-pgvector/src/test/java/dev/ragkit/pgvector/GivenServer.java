package dev.ragkit.pgvector;

/** A server that somebody else runs and whose URL was given. */
record GivenServer(JdbcUrl url) implements TestServer {

    @Override
    public String origin() {
        return "the server of " + ServerSearch.URL_VARIABLE;
    }

    @Override
    public boolean outlivesTheTests() {
        return true;
    }

    @Override
    public void close() {}
}
