package dev.ragkit.pgvector;

/** The names of the tables of the caches in a schema, checked once, then quoted and qualified wherever they stand in SQL. */
record CacheTables(String schema) {
    static final String EMBEDDINGS = "rag_embedding_cache";
    static final String ANSWERS = "rag_answer_cache";

    CacheTables {
        Tables.schemaName(schema);
    }

    String embeddings() {
        return qualified(EMBEDDINGS);
    }

    String answers() {
        return qualified(ANSWERS);
    }

    private String qualified(String name) {
        return Tables.quoted(schema) + '.' + Tables.quoted(name);
    }

    /** For messages. */
    String where() {
        return "the caches in schema '" + schema + "'";
    }
}
