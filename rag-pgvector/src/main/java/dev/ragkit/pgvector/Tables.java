package dev.ragkit.pgvector;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.zip.CRC32;

/** The names of a collection's tables, checked once, then quoted and qualified wherever they stand in SQL. */
record Tables(String schema, String collection) {
    /** The one table that all collections of a schema share. */
    static final String REGISTRY = "rag_collection";

    static final String DOCUMENT = "_document";
    static final String CHUNK = "_chunk";

    private static final Pattern SCHEMA = Pattern.compile("[a-z_][a-z0-9_]{0,62}");
    private static final Pattern COLLECTION = Pattern.compile("[a-z_][a-z0-9_]{0,47}");

    Tables {
        require(SCHEMA, schema, "schema", 63);
        require(COLLECTION, collection, "collection", 48);
    }

    static String schemaName(String schema) {
        require(SCHEMA, schema, "schema", 63);
        return schema;
    }

    private static void require(Pattern pattern, String name, String what, int most) {
        if (!pattern.matcher(name).matches()) {
            throw new IllegalArgumentException(what + " name must be 1 to " + most
                    + " lower-case letters, digits and underscores, not beginning with a digit, was '" + name + "'");
        }
    }

    static String quoted(String identifier) {
        return '"' + identifier.replace("\"", "\"\"") + '"';
    }

    String qualified(String name) {
        return quoted(schema) + '.' + quoted(name);
    }

    String registry() {
        return qualified(REGISTRY);
    }

    String document() {
        return qualified(collection + DOCUMENT);
    }

    String chunk() {
        return qualified(collection + CHUNK);
    }

    String term() {
        return qualified(collection + "_term");
    }

    String stats() {
        return qualified(collection + "_stats");
    }

    /** A part of a table, by its number. */
    String partition(String kind, int number) {
        return qualified(collection + kind + "_p" + number);
    }

    /** The function that says how many rows a filter is taken to match, and what it takes to find them. */
    String estimate() {
        return qualified(collection + "_estimate");
    }

    /** The same with the types of what it takes, by which it is told from the one of that name that asks about a range. */
    String estimateOfFilter() {
        return estimate() + "(text, jsonpath, boolean)";
    }

    /** Only there where a key has a range index, or had one. */
    String estimateOfRange() {
        return estimate() + "(text, jsonpath, boolean, text, numeric, numeric)";
    }

    /** The function that says how many rows are in reach of the index. */
    String rows() {
        return qualified(collection + "_rows");
    }

    /** All of them, as the catalogue has them. */
    List<String> names() {
        return List.of(
                REGISTRY, collection + "_document", collection + "_chunk", collection + "_term", collection + "_stats");
    }

    /** Those of the functions, as the catalogue has them. */
    List<String> functionNames() {
        return List.of(collection + "_estimate", collection + "_rows");
    }

    /** The index over the embeddings, qualified. */
    String vectorIndex() {
        return qualified(indexName("vector"));
    }

    /** An index of the table of chunks, not quoted; it lies in its table's schema. */
    String indexName(String suffix) {
        return collection + "_chunk_" + suffix;
    }

    /** Of the index over the numbers under a metadata key, which may be longer than what a name has room for. */
    String rangeIndexName(String key) {
        CRC32 sum = new CRC32();
        sum.update(key.getBytes(StandardCharsets.UTF_8));
        return indexName(String.format(Locale.ROOT, "%08x", sum.getValue()));
    }

    /** What a role needs to work on the rows, a statement each. Functions are for everybody, unless the host has said otherwise. */
    List<String> grants(String role) {
        return List.of(
                "GRANT SELECT ON " + registry() + " TO " + role,
                "GRANT SELECT, INSERT, UPDATE, DELETE ON " + document() + ", " + chunk() + ", " + term() + ", "
                        + stats() + " TO " + role,
                grantExecute(estimateOfFilter() + ", " + rows() + "()", role));
    }

    static String grantExecute(String functions, String role) {
        return "GRANT EXECUTE ON FUNCTION " + functions + " TO " + role;
    }

    /** For messages. */
    String where() {
        return "collection '" + collection + "' in schema '" + schema + "'";
    }
}
