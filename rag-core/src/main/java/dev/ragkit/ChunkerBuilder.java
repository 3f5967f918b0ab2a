package dev.ragkit;

/**
 * Sets how long chunks may be, how much neighbours share, and in which unit both are measured. The defaults suit models of 256
 * tokens and more: 1000 characters, of which a tenth is shared.
 *
 * <p>Not safe for use by several threads; the chunkers it builds are.
 */
public final class ChunkerBuilder {
    /** How long a chunk may be unless told otherwise: {@value}, in characters unless told otherwise. */
    public static final int DEFAULT_MAX_SIZE = 1000;

    private static final int LEAST_MAX_SIZE = 16;
    private static final int MOST_MAX_SIZE = 1_000_000;
    private static final int DEFAULT_OVERLAP_DIVISOR = 10;
    private static final int MOST_OVERLAP_DIVISOR = 2;
    private static final int MOST_UNIT_LENGTH = 100;
    private static final int UNSET = -1;

    /** The ways to choose where a chunk ends. */
    enum Strategy {
        RECURSIVE,
        SENTENCES
    }

    private final Strategy strategy;
    private int maxSize = DEFAULT_MAX_SIZE;
    private int overlap = UNSET;
    private TokenCounter counter = TokenCounter.characters();
    private String unit = "characters";

    ChunkerBuilder(Strategy strategy) {
        this.strategy = strategy;
    }

    /**
     * How long a chunk may be. No chunk measures more.
     *
     * @param size 16 to 1,000,000 units; default {@value #DEFAULT_MAX_SIZE}
     * @return this builder
     * @throws IllegalArgumentException if it is out of bounds
     */
    public ChunkerBuilder maxSize(int size) {
        this.maxSize = Require.between(size, LEAST_MAX_SIZE, MOST_MAX_SIZE, "maxSize");
        return this;
    }

    /**
     * How much of a chunk's end the next chunk may repeat as its beginning, so that what belongs together is found together.
     * What is repeated measures at most this much, and less where whole sentences or words measure less; nothing is repeated
     * before a heading, or where a word or sentence would not fit any more.
     *
     * @param overlap 0 for none, at most half of {@link #maxSize}; default a tenth of it
     * @return this builder
     * @throws IllegalArgumentException if it is negative; {@link #build} refuses more than half of the maximal size
     */
    public ChunkerBuilder overlap(int overlap) {
        this.overlap = Require.between(overlap, 0, MOST_MAX_SIZE / MOST_OVERLAP_DIVISOR, "overlap");
        return this;
    }

    /**
     * Measures chunks with a counter, such as that of the embedding model, in place of characters ({@link String#length()}).
     * Set {@link #maxSize} to fit the unit.
     *
     * <p>Each chunk is measured as a whole, so the counter need not be additive. It sees a small multiple of the text altogether.
     *
     * @param counter gives the same count for the same text, always
     * @param unit names model and unit in {@link Chunker#id()}, such as {@code bge-small tokens}; another name means that
     *     documents are chunked and embedded again
     * @return this builder
     * @throws IllegalArgumentException if the unit is blank, longer than 100 characters, or contains NUL or an unpaired surrogate
     */
    public ChunkerBuilder measuredBy(TokenCounter counter, String unit) {
        Require.between(unit.length(), 1, MOST_UNIT_LENGTH, "length of unit");
        this.counter = counter;
        this.unit = Require.identifier(unit, "unit");
        return this;
    }

    /**
     * Makes the chunker.
     *
     * @return an immutable chunker
     * @throws IllegalArgumentException if the overlap is more than half of the maximal size
     */
    public Chunker build() {
        int most = maxSize / MOST_OVERLAP_DIVISOR;
        if (overlap > most) {
            throw new IllegalArgumentException(
                    "overlap must be between 0 and " + most + ", half of maxSize " + maxSize + ", was " + overlap);
        }
        int shared = overlap == UNSET ? maxSize / DEFAULT_OVERLAP_DIVISOR : overlap;
        ChunkSize size = new ChunkSize(maxSize, shared, counter, unit);
        return switch (strategy) {
            case RECURSIVE -> new RecursiveChunker(size);
            case SENTENCES -> new SentenceChunker(size);
        };
    }
}
