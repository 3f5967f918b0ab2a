package dev.ragkit;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * Keeps documents with their embedded chunks, and finds the chunks nearest to an embedding. A store is a handle on one tenant
 * of one collection: nothing of another tenant is ever seen, changed or counted through it.
 *
 * <p>Implementations are safe for use by several threads. A reader sees a document's old chunks or its new ones, never a
 * mixture. An interrupt ends a call with {@link java.util.concurrent.CancellationException}, the interrupt flag still set.
 */
public interface VectorStore {
    /** The tenant of a store that was not told one: {@value}. */
    String DEFAULT_TENANT = "default";

    /** The order of document ids: by Unicode code point, which is also that of their UTF-8 bytes. */
    Comparator<String> ID_ORDER = CodePointOrder.INSTANCE;

    /** The name under which the hits of {@link #search} carry their score: {@value}. */
    String SCORE = "vector";

    /**
     * The space that all embeddings of the collection belong to.
     *
     * @return always the same space
     */
    EmbeddingSpace space();

    /**
     * How the store scores.
     *
     * @return always the same metric
     */
    Metric metric();

    /**
     * The same collection, for one tenant.
     *
     * @param tenant 1 to 512 characters, not blank; compared character by character
     * @return a handle that shares this one's resources
     * @throws IllegalArgumentException if the name is blank or too long
     */
    VectorStore tenant(String tenant);

    /**
     * Puts documents in the place of their older versions, or adds them. Each document is replaced atomically: after a failure
     * or a crash it is entirely old or entirely new. Doing the same again changes nothing, so a failed call may be repeated.
     *
     * @param documents with their chunks, no id twice
     * @throws IllegalArgumentException if an id is there twice, or an embedding cannot belong to the collection (wrong
     *     dimensions; zeros only, under {@link Metric#COSINE}); the message names the chunk, and nothing was written
     * @throws StoreException if the store fails
     */
    void replace(List<EmbeddedDocument> documents);

    /**
     * Removes documents with all their chunks.
     *
     * @param documentIds any number of ids; those that are not there are passed over
     * @return how many documents were removed
     * @throws StoreException if the store fails
     */
    int delete(Collection<String> documentIds);

    /**
     * Which versions the store holds.
     *
     * @param documentIds any number of ids
     * @return by id; ids that are not there are left out
     * @throws StoreException if the store fails
     */
    Map<String, DocumentVersion> versions(Collection<String> documentIds);

    /**
     * The ids of documents, a page at a time, in {@link #ID_ORDER}.
     *
     * @param filter matched against the metadata of the document
     * @param after the last id of the page before; empty for the first page
     * @param limit the size of the page, 1 to 10,000
     * @return the ids, ordered; fewer than the limit at the end
     * @throws IllegalArgumentException if the limit is out of bounds
     * @throws StoreException if the store fails
     */
    List<String> documentIds(Filter filter, String after, int limit);

    /**
     * Finds the chunks nearest to an embedding.
     *
     * @param embedding of the collection's space
     * @param options how many, among which chunks, from which score on
     * @return the hits, with the score of {@link #metric()} and no other scale
     * @throws IllegalArgumentException if the embedding cannot belong to the collection
     * @throws StoreException if the store fails
     */
    SearchResult search(Embedding embedding, SearchOptions options);

    /**
     * A store in memory with {@link Metric#COSINE}: exact search, and keywords by BM25. For tests, examples, and collections
     * that fit the heap.
     *
     * @param space of all its embeddings
     * @return an empty store
     */
    static InMemoryStore inMemory(EmbeddingSpace space) {
        return inMemory(space, Metric.COSINE);
    }

    /**
     * A store in memory: exact search, and keywords by BM25. For tests, examples, and collections that fit the heap.
     *
     * @param space of all its embeddings
     * @param metric how it scores
     * @return an empty store
     */
    static InMemoryStore inMemory(EmbeddingSpace space, Metric metric) {
        return new InMemoryStore(space, metric);
    }
}
