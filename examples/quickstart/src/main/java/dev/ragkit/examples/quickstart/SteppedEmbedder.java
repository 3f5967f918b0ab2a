package dev.ragkit.examples.quickstart;

import dev.ragkit.Embedder;
import dev.ragkit.Embedding;
import dev.ragkit.EmbeddingSpace;
import dev.ragkit.Embeddings;
import dev.ragkit.TokenUsage;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * Hands another embedder a few documents at a time and tells after each step, so that a long document shows progress.
 *
 * @param embedder does the work
 * @param onStep takes the number of texts of each step
 */
record SteppedEmbedder(Embedder embedder, IntConsumer onStep) implements Embedder {
    private static final int STEP = 16;

    @Override
    public EmbeddingSpace space() {
        return embedder.space();
    }

    @Override
    public Embeddings embedDocuments(List<String> texts) {
        List<Embedding> embeddings = new ArrayList<>(texts.size());
        TokenUsage usage = TokenUsage.NONE;
        for (int from = 0; from < texts.size(); from += STEP) {
            List<String> step = texts.subList(from, Math.min(from + STEP, texts.size()));
            Embeddings done = embedder.embedDocuments(step);
            embeddings.addAll(done.list());
            usage = usage.plus(done.usage());
            onStep.accept(step.size());
        }
        return new Embeddings(embeddings, usage);
    }

    @Override
    public Embeddings embedQueries(List<String> texts) {
        return embedder.embedQueries(texts);
    }
}
