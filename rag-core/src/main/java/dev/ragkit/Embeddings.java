package dev.ragkit;

import java.util.List;

/**
 * What an {@link Embedder} gave for a list of texts.
 *
 * @param list one embedding a text, in the order of the texts; unmodifiable
 * @param usage the tokens it took; {@link TokenUsage#NONE} where the model does not count
 */
public record Embeddings(List<Embedding> list, TokenUsage usage) {
    /**
     * Copies the list.
     *
     * @param list one embedding a text
     * @param usage the tokens it took
     */
    public Embeddings {
        list = List.copyOf(list);
    }

    /**
     * The number of embeddings.
     *
     * @return as many as there were texts
     */
    public int size() {
        return list.size();
    }

    /**
     * The embedding of one text.
     *
     * @param index of the text, from 0
     * @return its embedding
     */
    public Embedding get(int index) {
        return list.get(index);
    }
}
