package dev.ragkit.onnx;

import ai.onnxruntime.OrtException;
import dev.ragkit.Embedder;
import dev.ragkit.Embedding;
import dev.ragkit.EmbeddingSpace;
import dev.ragkit.Embeddings;
import dev.ragkit.ModelException;
import dev.ragkit.RagException.Kind;
import dev.ragkit.TokenCounter;
import dev.ragkit.TokenUsage;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Embeds texts in the process, with an ONNX model: no key, no network, nothing leaves the machine.
 *
 * <pre>{@code
 * try (OnnxEmbedder embedder = OnnxEmbedder.builder(OnnxModel.bgeSmall()).build()) {
 *     Embedding embedding = embedder.embedQuery("Does vitamin D prevent fractures?");
 * }
 * }</pre>
 *
 * <p><b>Nothing is dropped.</b> A text that is longer than the model reads at once is cut at token boundaries into as few windows as
 * will hold it, of nearly equal length. Each is embedded, and the embedding of the text is the mean of theirs, weighted by their
 * tokens and brought to length 1. {@link Builder#refuseLongTexts()} refuses such texts instead. A chunker that measures with
 * {@link #tokenCounter()} and stays below {@link #maxDocumentTokens()} avoids both.
 *
 * <p><b>The same text has the same embedding</b>, bit for bit, on one machine with one version of the runtime, whatever is embedded
 * with it. For that each text is run by itself: the built-in models compute in 8-bit integers whose scale is that of the largest
 * value in the whole batch, so a neighbour or padding would change a vector (by about 0.01 in cosine); see
 * {@link Builder#batchSize}. Another version of the runtime or another kind of processor rounds differently, and for the same reason
 * its vectors differ about as much. That is noise of 8-bit weights: it moves nDCG@10 on SciFact by less than 0.005.
 *
 * <p>Text in the form of a special token, such as {@code [SEP]}, is text. An empty text has an embedding. Closing frees the native
 * memory, after the runs that are under way; a closed embedder throws {@link IllegalStateException}. The native library is loaded
 * once a process; Java 24 and later warn about that unless started with {@code --enable-native-access=ALL-UNNAMED}.
 *
 * <p>Safe for use by several threads. An interrupt ends a call before its next window with
 * {@link java.util.concurrent.CancellationException}, the interrupt flag still set.
 */
public final class OnnxEmbedder implements Embedder, AutoCloseable {
    private static final String PROVIDER = "onnx";
    private static final int MAX_THREADS = 256;
    private static final int MAX_BATCH = 256;

    private final EmbeddingSpace space;
    private final WordPiece tokenizer;
    private final Transformer network;
    private final Windows documents;
    private final Windows queries;
    private final LongTexts longTexts;
    private final int batchSize;
    private final SharedWork work;

    private OnnxEmbedder(Builder builder, LoadedModel loaded, Windows documents, Windows queries) {
        this.space = space(builder.model, loaded);
        this.tokenizer = loaded.tokenizer();
        this.network = loaded.network();
        this.documents = documents;
        this.queries = queries;
        this.longTexts = builder.longTexts;
        this.batchSize = builder.batchSize;
        this.work = builder.executor == null
                ? SharedWork.ofThreads(builder.threads, "rag-onnx-" + builder.model.name())
                : SharedWork.on(builder.executor, builder.threads);
    }

    private enum LongTexts {
        AVERAGED,
        REFUSED
    }

    /**
     * Starts an embedder.
     *
     * @param model the model
     * @return the builder
     */
    public static Builder builder(OnnxModel model) {
        return new Builder(model);
    }

    private static EmbeddingSpace space(OnnxModel model, LoadedModel loaded) {
        String how = model.pooling() == Pooling.MEAN ? "mean" : "cls";
        String revision = model.revision() + (model.revision().isEmpty() ? "" : ", ") + how + ", " + model.maxTokens()
                + " tokens a window, weights " + loaded.fingerprint();
        return EmbeddingSpace.builder(PROVIDER, model.name(), loaded.dimensions())
                .revision(revision)
                .normalized()
                .documentPrefix(model.documentPrefix())
                .queryPrefix(model.queryPrefix())
                .build();
    }

    /**
     * The space of the embeddings: provider {@code onnx}, the model's name, its prefixes, length 1, and as revision the
     * quantisation, pooling, tokens a window and the start of the SHA-256 of the weights.
     *
     * @return always the same space
     */
    @Override
    public EmbeddingSpace space() {
        return space;
    }

    /**
     * Counts tokens as this model does, without special tokens and prefix; for chunkers. It stays usable after {@link #close}.
     *
     * @return the counter
     */
    public TokenCounter tokenCounter() {
        return tokenizer::count;
    }

    /**
     * How many tokens of a document the model reads at once; a longer text is embedded in windows, or refused.
     *
     * @return what is left of the model's tokens after the special ones and the prefix of documents, at least 1
     */
    public int maxDocumentTokens() {
        return documents.room();
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException if a text is null
     * @throws IllegalStateException if this embedder is closed
     */
    @Override
    public Embeddings embedDocuments(List<String> texts) {
        return embed(texts, documents);
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException if a text is null
     * @throws IllegalStateException if this embedder is closed
     */
    @Override
    public Embeddings embedQueries(List<String> texts) {
        return embed(texts, queries);
    }

    private Embeddings embed(List<String> texts, Windows windows) {
        if (texts.isEmpty()) {
            return new Embeddings(List.of(), TokenUsage.NONE);
        }
        Rows rows = new Rows(windows);
        for (int i = 0; i < texts.size(); i++) {
            rows.add(tokens(texts.get(i), i, windows));
        }
        List<int[]> batches = rows.batches(batchSize);
        work.run(batches.size(), i -> runBatch(rows, batches.get(i)));
        List<Embedding> embeddings = new ArrayList<>(texts.size());
        for (int i = 0; i < texts.size(); i++) {
            float[] vector = rows.vector(i);
            embeddings.add(Embedding.of(vector, 0, vector.length));
        }
        return new Embeddings(embeddings, TokenUsage.ofInput(rows.tokens()));
    }

    private int[] tokens(String text, int index, Windows windows) {
        if (text == null) {
            throw new IllegalArgumentException("text " + index + " must not be null");
        }
        int[] tokens = tokenizer.tokenize(text).toArray();
        if (longTexts == LongTexts.REFUSED && tokens.length > windows.room()) {
            throw new ModelException(
                    name() + " refused text " + index + ": it has " + tokens.length + " tokens, and at most "
                            + windows.room()
                            + " are allowed; cut it into smaller chunks, measured with tokenCounter(), or leave"
                            + " refuseLongTexts() out");
        }
        return tokens;
    }

    private void runBatch(Rows rows, int[] batch) {
        try {
            rows.set(batch, network.run(rows.of(batch)));
        } catch (OrtException | ArithmeticException e) {
            throw new ModelException(
                    name() + " failed to embed text " + rows.textOf(batch[0]) + ": " + e.getMessage(),
                    Kind.PERMANENT,
                    e);
        }
    }

    private String name() {
        return space.provider() + "/" + space.model();
    }

    /** Frees the model's native memory, after the runs that are under way. Closing again does nothing. */
    @Override
    public void close() {
        network.close();
        work.close();
    }

    /** Shows the space. */
    @Override
    public String toString() {
        return "OnnxEmbedder[" + space + "]";
    }

    /** Collects how to run a model. For use by one thread. */
    public static final class Builder {
        private final OnnxModel model;
        private int threads = Math.min(2, Runtime.getRuntime().availableProcessors());
        private @Nullable Executor executor;
        private int batchSize = 1;
        private LongTexts longTexts = LongTexts.AVERAGED;

        private Builder(OnnxModel model) {
            this.model = model;
        }

        /**
         * Sets how many windows of one call are run at once: one on the caller's thread, the others on the {@link #executor}. Each takes one processor and, while it runs, up to 40 MB. A single query uses the caller's thread only.
         * Default: 2, or 1 on a machine with one processor.
         *
         * @param threads 1 to 256
         * @return this
         * @throws IllegalArgumentException if it is out of bounds
         */
        public Builder threads(int threads) {
            this.threads = bounded("threads", threads, MAX_THREADS);
            return this;
        }

        /**
         * Sets who runs the windows beside the caller's, up to {@link #threads} minus one at a time for each call. The caller never
         * waits for the executor to become free: what it does not begin, or refuses, the caller's thread does. Default: daemon
         * threads of the embedder that end when idle.
         *
         * @param executor of the caller, who ends it; {@link OnnxEmbedder#close} leaves it alone
         * @return this
         */
        public Builder executor(Executor executor) {
            this.executor = Objects.requireNonNull(executor, "executor must not be null");
            return this;
        }

        /**
         * Sets how many windows of equal length are run as one batch; there is never padding. Default: 1, which the contract of
         * {@link Embedder} wants of models quantised on the fly, as the built-in ones are: in a batch their vectors depend on the
         * neighbours. More is for models in floating point, and gains for short texts only (16 texts of 30 tokens run up to 1.6 times
         * as fast; long texts run slower).
         *
         * @param windows 1 to 256
         * @return this
         * @throws IllegalArgumentException if it is out of bounds
         */
        public Builder batchSize(int windows) {
            this.batchSize = bounded("batchSize", windows, MAX_BATCH);
            return this;
        }

        /**
         * Refuses texts that are longer than the model reads at once, with a {@link ModelException} before any text of the call is
         * embedded. Default: such texts are embedded in windows, whose mean is taken.
         *
         * @return this
         */
        public Builder refuseLongTexts() {
            this.longTexts = LongTexts.REFUSED;
            return this;
        }

        /**
         * Reads the model and runs it once.
         *
         * @return the embedder, to be closed by the caller
         * @throws ModelException if a file of the model is missing, which names the jar to add, or is not what it should be, or the
         *     native library cannot be loaded
         */
        public OnnxEmbedder build() {
            LoadedModel loaded = LoadedModel.load(model);
            boolean built = false;
            try {
                OnnxEmbedder embedder = new OnnxEmbedder(
                        this, loaded, windows(loaded, model.documentPrefix()), windows(loaded, model.queryPrefix()));
                built = true;
                return embedder;
            } finally {
                if (!built) {
                    loaded.network().close();
                }
            }
        }

        private Windows windows(LoadedModel loaded, String prefix) {
            TokenIds head = new TokenIds(prefix.length() + 1);
            head.add(loaded.start());
            for (int id : loaded.tokenizer().tokenize(prefix).toArray()) {
                head.add(id);
            }
            return new Windows(head.toArray(), loaded.end(), model.maxTokens());
        }

        private static int bounded(String name, int value, int most) {
            if (value < 1 || value > most) {
                throw new IllegalArgumentException(name + " must be between 1 and " + most + ", was " + value);
            }
            return value;
        }
    }
}
