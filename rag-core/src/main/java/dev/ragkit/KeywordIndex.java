package dev.ragkit;

/**
 * Finds chunks by words. A store that can also implements this.
 *
 * <p>The score is BM25 over the chunks of the tenant: the sum over the distinct words of the query of {@code idf * tf * (k1 + 1) / (tf +
 * k1 * (1 - b + b * length / average length))}, with {@code idf = ln(1 + (N - df + 0.5) / (df + 0.5))}, {@code k1} = {@value #K1} and
 * {@code b} = {@value #B} (Robertson and Zaragoza, The Probabilistic Relevance Framework, 2009). What counts as a word is up to the
 * implementation: stemming and stop words differ, and so do scores across implementations.
 *
 * <p>Implementations are safe for use by several threads.
 */
public interface KeywordIndex {
    /** The {@code k1} of the formula, how slowly more of the same word counts for less: {@value}. */
    double K1 = 1.2;

    /** The {@code b} of the formula, how much a long chunk counts for less: {@value}. */
    double B = 0.75;

    /** The name under which the hits of {@link #search} carry their score: {@value}. */
    String SCORE = "keyword";

    /**
     * Finds the chunks that hold words of a text. One word in common is enough; a chunk without any is never returned.
     *
     * @param text a question or words, in any form: nothing in it is taken for syntax
     * @param options how many, among which chunks, from which score on
     * @return the hits; none if the text holds no word that counts
     * @throws StoreException if the index fails
     */
    SearchResult search(String text, SearchOptions options);
}
