package dev.ragkit;

import java.util.List;

/**
 * What a search found, and how.
 *
 * @param hits ordered by {@link Hit#BEST_FIRST}; unmodifiable
 * @param path how the store found them
 * @param complete whether there are exactly min(limit, matching chunks) hits, before a least score takes any away; where false,
 *     chunks that match were missed
 * @param examined how many chunks were looked at, which is what the work of a search grows with: with {@link Path#EXACT} at least
 *     those that match, with {@link Path#INDEX} those that the index gave, whether they matched or not, and with {@link
 *     Path#INDEX_THEN_EXACT} those of both
 */
public record SearchResult(List<Hit> hits, Path path, boolean complete, long examined) {
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
     * @param complete whether there are exactly min(limit, matching chunks) hits
     * @param examined how many chunks were looked at
     * @throws IllegalArgumentException if fewer chunks were looked at than there are hits
     */
    public SearchResult {
        hits = List.copyOf(hits);
        if (examined < hits.size()) {
            throw new IllegalArgumentException(
                    "examined must be at least the number of hits, " + hits.size() + ", was " + examined);
        }
    }
}
