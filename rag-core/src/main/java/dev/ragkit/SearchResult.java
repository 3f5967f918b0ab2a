package dev.ragkit;

import java.util.List;

/**
 * What a search found, and how.
 *
 * @param hits ordered by {@link Hit#BEST_FIRST}; unmodifiable
 * @param path how the store found them
 * @param complete whether there are exactly min(limit, matching chunks) hits; where false, chunks that match were missed
 */
public record SearchResult(List<Hit> hits, Path path, boolean complete) {
    /** How a store found the hits. */
    public enum Path {
        /** Every chunk that matches was looked at: the hits are the true nearest. */
        EXACT,
        /** Through an approximate index: a nearer chunk may have been missed. */
        INDEX,
        /** The approximate index gave too few, so every chunk that matches was looked at. */
        INDEX_THEN_EXACT
    }

    /**
     * Copies the hits.
     *
     * @param hits ordered by {@link Hit#BEST_FIRST}
     * @param path how the store found them
     * @param complete whether there are exactly min
     */
    public SearchResult {
        hits = List.copyOf(hits);
    }
}
