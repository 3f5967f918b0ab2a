package dev.ragkit.testkit;

import dev.ragkit.Embedder;
import dev.ragkit.Embedding;
import dev.ragkit.EmbeddingSpace;
import dev.ragkit.Embeddings;
import dev.ragkit.ModelException;
import dev.ragkit.TokenUsage;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * An embedder without a model: each word of a text turns a few components up or down, so texts that share words are near, and
 * the same text always has the same embedding. Counts what it is asked for, and fails when told to.
 *
 * <pre>{@code
 * FakeEmbedder embedder = FakeEmbedder.ofDimensions(64).failNext(2, new ModelException("overloaded", Duration.ZERO, null));
 * }</pre>
 *
 * <p>Safe for use by several threads.
 */
public final class FakeEmbedder implements Embedder {
    private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{M}\\p{N}]+");
    private static final int COMPONENTS_A_WORD = 4;

    private final EmbeddingSpace space;
    private final Failures failures = new Failures();
    private final List<List<String>> calls = new ArrayList<>();
    private Predicate<String> refused = text -> false;

    private FakeEmbedder(EmbeddingSpace space) {
        this.space = space;
    }

    /**
     * An embedder of a normalised space of its own.
     *
     * @param dimensions of its embeddings; with fewer than about 32 unrelated texts are near each other too
     * @return the embedder
     * @throws IllegalArgumentException if the dimensions are out of bounds
     */
    public static FakeEmbedder ofDimensions(int dimensions) {
        return in(EmbeddingSpace.builder("fake", "hashed-words", dimensions)
                .normalized()
                .build());
    }

    /**
     * An embedder of a given space. Its embeddings have length 1, whether or not the space says so.
     *
     * @param space of its embeddings
     * @return the embedder
     */
    public static FakeEmbedder in(EmbeddingSpace space) {
        return new FakeEmbedder(space);
    }

    /**
     * Makes the next calls fail.
     *
     * @param calls how many, 1 or more
     * @param failure what they throw
     * @return this
     */
    public FakeEmbedder failNext(int calls, RuntimeException failure) {
        failures.next(calls, failure);
        return this;
    }

    /**
     * Makes each call fail that holds a certain text, with a permanent {@link ModelException}.
     *
     * @param refused tells the text
     * @return this
     */
    public synchronized FakeEmbedder failOn(Predicate<String> refused) {
        this.refused = refused;
        return this;
    }

    /**
     * The texts it was asked for, one list a call, failed calls included; a call for no texts is not counted.
     *
     * @return a copy
     */
    public synchronized List<List<String>> calls() {
        return List.copyOf(calls);
    }

    /**
     * How many texts it was asked for in all calls.
     *
     * @return 0 or more
     */
    public int texts() {
        return calls().stream().mapToInt(List::size).sum();
    }

    @Override
    public EmbeddingSpace space() {
        return space;
    }

    @Override
    public Embeddings embedDocuments(List<String> texts) {
        return embed(texts);
    }

    @Override
    public Embeddings embedQueries(List<String> texts) {
        return embed(texts);
    }

    @Override
    public String toString() {
        return "FakeEmbedder[" + space + "]";
    }

    private Embeddings embed(List<String> texts) {
        if (texts.isEmpty()) {
            return new Embeddings(List.of(), TokenUsage.NONE);
        }
        accept(texts);
        long words = texts.stream()
                .mapToLong(text -> WORD.matcher(text).results().count())
                .sum();
        return new Embeddings(texts.stream().map(this::embedding).toList(), TokenUsage.ofInput(words));
    }

    private synchronized void accept(List<String> texts) {
        calls.add(List.copyOf(texts));
        failures.throwIfDue();
        for (int i = 0; i < texts.size(); i++) {
            if (refused.test(texts.get(i))) {
                throw new ModelException("fake embedder: text " + i + " of the call is refused, as failOn says");
            }
        }
    }

    private Embedding embedding(String text) {
        float[] values = new float[space.dimensions()];
        WORD.matcher(text.toLowerCase(Locale.ROOT))
                .results()
                .forEach(word -> add(values, word.group().hashCode(), 1));
        // Tells texts of the same words apart, and gives one without words a direction.
        add(values, text.hashCode(), 0.01f);
        values[0] += 0.001f;
        return Embedding.of(values).normalized();
    }

    private static void add(float[] values, int hash, float weight) {
        long state = hash;
        for (int i = 0; i < COMPONENTS_A_WORD; i++) {
            state = mix(state + i);
            values[Math.floorMod(state, values.length)] += state < 0 ? -weight : weight;
        }
    }

    /** The finaliser of SplitMix64 (Steele, Lea and Flood, Fast Splittable Pseudorandom Number Generators, 2014). */
    private static long mix(long value) {
        long z = value + 0x9e3779b97f4a7c15L;
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}
