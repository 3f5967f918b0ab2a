package dev.ragkit.benchmarks;

import dev.ragkit.Embedding;
import java.util.List;
import java.util.Map;

/** A store that is measured beside the library, on a database of its own. */
interface Peer extends AutoCloseable {
    /** A row as every store takes it. */
    final class Item {
        private final int row;
        private final String text;
        private final Map<String, Object> metadata;
        private final float[] vector;

        private Item(int row, Map<String, Object> metadata, float[] vector) {
            this.row = row;
            this.text = Texts.of(row);
            this.metadata = metadata;
            this.vector = vector;
        }

        static Item of(Corpus corpus, int row) {
            return new Item(row, new Passages(corpus).metadata(row).asMap(), corpus.row(row));
        }

        /** The same with a vector that no store can keep. */
        Item spoilt() {
            float[] values = vector.clone();
            values[0] = Float.NaN;
            return new Item(row, metadata, values);
        }

        int row() {
            return row;
        }

        String text() {
            return text;
        }

        Map<String, Object> metadata() {
            return metadata;
        }

        float[] vector() {
            return vector;
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
