package dev.ragkit.testkit;

import dev.ragkit.EmbeddingSpace;
import dev.ragkit.Metric;
import dev.ragkit.VectorStore;

/** The suite over a {@link ListStore} with one rule broken. */
abstract class WrongStore extends VectorStoreContract {
    private final StoreRules rules;

    WrongStore(StoreRules rules) {
        this.rules = rules;
    }

    @Override
    protected VectorStore create(EmbeddingSpace space, Metric metric) {
        return new ListStore(space, metric, rules);
    }
}
