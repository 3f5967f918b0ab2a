package dev.ragkit.benchmarks;

import dev.ragkit.Embedding;
import java.util.List;
import java.util.Map;

/** A store that is measured beside the library, on a database of its own. */
interface Peer extends AutoCloseable {
    /**
     * A row as every store takes it.
     *
     * @param row its number in the corpus
     * @param text of the chunk
     * @param metadata of the chunk
     * @param vector of the chunk; for the last row of a bad batch not a number
     */
    record Item(int row, String text, Map<String, Object> metadata, float[] vector) {
        static Item of(Corpus corpus, int row) {
            return new Item(row, Texts.of(row), new Passages(corpus).metadata(row).asMap(), corpus.row(row));
        }

        /** The same with a vector that no store can keep. */
        Item spoilt() {
            float[] values = vector.clone();
            values[0] = Float.NaN;
            return new Item(row, text, metadata, values);
        }

        Embedding embedding() {
            return Embedding.of(vector);
        }
    }

    String name();

    /** Stores the rows by one call. */
    void add(List<Item> items);

    /** Builds an HNSW index, as the store does it or, where it cannot, by hand. */
    void buildIndex();

    /** How many rows are stored. */
    long count();

    /** Searches for all rows. */
    Contender unfiltered();

    /** Searches for the rows whose key {@code hundredth} is {@code h3}: one of a hundred. */
    Contender filtered();

    @Override
    void close();
}
