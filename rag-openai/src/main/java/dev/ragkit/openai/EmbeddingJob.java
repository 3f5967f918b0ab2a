package dev.ragkit.openai;

import dev.ragkit.Embedding;
import dev.ragkit.Embeddings;
import dev.ragkit.ModelException;
import dev.ragkit.TextsRefusedException;
import dev.ragkit.TokenUsage;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The texts of one call: sends them batch by batch, and halves a batch that is refused for its length until the text is found that is too
 * long. Batches may be sent by several threads.
 */
final class EmbeddingJob {
    private final EmbeddingRequest request;
    private final List<String> texts;
    private final @Nullable Embedding[] embeddings;
    private final SortedMap<Integer, String> refused = new TreeMap<>();
    private final AtomicLong tokens = new AtomicLong();

    EmbeddingJob(EmbeddingRequest request, List<String> texts) {
        this.request = request;
        this.texts = texts;
        this.embeddings = new Embedding[texts.size()];
    }

    Embeddings run(Packing packing, SharedWork work) {
        List<int[]> batches = packing.pack(texts, refused);
        work.run(batches, this::embed);
        TokenUsage usage = TokenUsage.ofInput(tokens.get());
        List<@Nullable Embedding> list = Arrays.asList(embeddings);
        if (!refused.isEmpty()) {
            throw new TextsRefusedException(request.name(), refused, list, usage);
        }
        return new Embeddings(list.stream().map(Objects::requireNonNull).toList(), usage);
    }

    private void embed(int[] batch, BooleanSupplier cancelled) {
        EmbeddingAnswer answer;
        try {
            answer = request.send(texts, batch, cancelled);
        } catch (ModelException e) {
            if (!EmbeddingRequest.isAboutLength(e)) {
                throw e;
            }
            halve(batch, e, cancelled);
            return;
        }
        for (int i = 0; i < batch.length; i++) {
            embeddings[batch[i]] = answer.embedding(i);
        }
        tokens.addAndGet(answer.tokens());
    }

    private void halve(int[] batch, ModelException refusal, BooleanSupplier cancelled) {
        if (batch.length == 1) {
            String reason = refusal.getMessage();
            synchronized (refused) {
                refused.put(batch[0], reason == null ? "too long" : reason);
            }
            return;
        }
        int middle = batch.length / 2;
        embed(Arrays.copyOf(batch, middle), cancelled);
        embed(Arrays.copyOfRange(batch, middle, batch.length), cancelled);
    }
}
