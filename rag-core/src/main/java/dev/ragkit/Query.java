package dev.ragkit;

/**
 * A question, and how to search for what answers it.
 *
 * @param text the question, not blank, at most {@value #MAX_LENGTH} characters
 * @param options how many hits, among which chunks, from which score on; the score is the vector search's
 */
public record Query(String text, SearchOptions options) {
    /** The longest text, in characters: {@value}. */
    public static final int MAX_LENGTH = 32_768;

    /**
     * Checks the text.
     *
     * @param text the question
     * @param options how many hits
     * @throws IllegalArgumentException if it is blank, too long, or contains NUL or an unpaired surrogate
     */
    public Query {
        Require.notBlank(text, "query");
        if (text.length() > MAX_LENGTH) {
            throw new IllegalArgumentException(
                    "query must have at most " + MAX_LENGTH + " characters, had " + text.length());
        }
        Require.storable(text, "query");
    }

    /**
     * A query with the default options.
     *
     * @param text the question
     * @return the query
     */
    public static Query of(String text) {
        return new Query(text, SearchOptions.ofDefaults());
    }

    /**
     * A query for a number of hits.
     *
     * @param text the question
     * @param limit 1 to {@value SearchOptions#MAX_LIMIT}
     * @return the query
     */
    public static Query of(String text, int limit) {
        return new Query(text, SearchOptions.ofLimit(limit));
    }

    /**
     * A copy that searches only what a filter matches.
     *
     * @param filter replaces what was there
     * @return the copy
     */
    public Query where(Filter filter) {
        return new Query(text, options.toBuilder().filter(filter).build());
    }

    /** Shows the length of the text, not the text. */
    @Override
    public String toString() {
        return "Query[characters=" + text.length() + ", options=" + options + "]";
    }
}
