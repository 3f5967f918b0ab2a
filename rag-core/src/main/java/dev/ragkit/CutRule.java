package dev.ragkit;

/** Chooses where a chunk ends. */
@FunctionalInterface
interface CutRule {
    /**
     * The best cut in a window.
     *
     * @param after the cut lies after this index
     * @param most the cut lies here at the latest
     * @return the index, or -1 if nothing but the inside of one grapheme cluster lies between
     */
    int cut(Boundaries boundaries, int after, int most);
}
