package dev.ragkit;

import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The chunks of a tenant in numbered slots, with their vectors and words. Slots are only ever appended, and a chunk that is gone
 * keeps its slot, marked with the number of the write that removed it. So whoever knows a number of slots and a number of writes
 * sees the state of that moment, whatever the one writing thread does meanwhile. When the columns are full, a larger table takes
 * over what is in this one.
 */
final class ChunkTable {
    private static final int FIRST_CAPACITY = 16;
    private static final int MAX_BLOCK_FLOATS = 1 << 24;

    /** In the column {@link #died}; a slot that was never finished stays at 0. */
    private static final int ALIVE = Integer.MAX_VALUE;

    private final int dimensions;
    private final @Nullable Chunk[] chunks;
    private final double[] squares;
    private final int[] lengths;
    private final int[] died;
    private final VectorBlock[] blocks;
    private final Map<String, Postings> words;

    /** An empty table without room. */
    ChunkTable(int dimensions) {
        this.dimensions = dimensions;
        chunks = new Chunk[0];
        squares = new double[0];
        lengths = new int[0];
        died = new int[0];
        blocks = new VectorBlock[0];
        words = new ConcurrentHashMap<>();
    }

    private ChunkTable(ChunkTable old, int capacity) {
        dimensions = old.dimensions;
        chunks = Arrays.copyOf(old.chunks, capacity);
        squares = Arrays.copyOf(old.squares, capacity);
        lengths = Arrays.copyOf(old.lengths, capacity);
        died = Arrays.copyOf(old.died, capacity);
        blocks = extended(old.blocks, old.chunks.length, capacity, dimensions);
        words = old.words;
    }

    private static VectorBlock[] extended(VectorBlock[] blocks, int from, int to, int dimensions) {
        int rowsAtMost = Math.max(1, MAX_BLOCK_FLOATS / dimensions);
        int more = (to - from + rowsAtMost - 1) / rowsAtMost;
        VectorBlock[] all = Arrays.copyOf(blocks, blocks.length + more);
        int first = from;
        for (int i = blocks.length; i < all.length; i++) {
            all[i] = new VectorBlock(first, Math.min(rowsAtMost, to - first), dimensions);
            first = all[i].end();
        }
        return all;
    }

    /** Returns a table with room for so many slots: this one, or a larger one that takes its place. */
    ChunkTable withRoomFor(int slots) {
        int capacity = chunks.length;
        return slots <= capacity
                ? this
                : new ChunkTable(this, Math.max(Math.max(slots, FIRST_CAPACITY), capacity + (capacity >> 2)));
    }

    /** Fills a slot; nobody sees it before {@link #bringToLife} and before its slot is published. */
    void put(int slot, EmbeddedChunk embedded, WordCounts counts) {
        chunks[slot] = embedded.chunk();
        squares[slot] = embedded.embedding().dot(embedded.embedding());
        lengths[slot] = counts.length();
        block(slot).put(slot, embedded.embedding());
        counts.frequencies()
                .forEach((word, frequency) ->
                        words.computeIfAbsent(word, key -> new Postings()).add(slot, frequency));
    }

    private VectorBlock block(int slot) {
        int at = blocks.length - 1;
        while (blocks[at].first() > slot) {
            at--;
        }
        return blocks[at];
    }

    void bringToLife(int slot) {
        died[slot] = ALIVE;
    }

    void bury(int slot, int write) {
        died[slot] = write;
    }

    /** Whether the chunk was there after so many writes. */
    boolean isAlive(int slot, int writes) {
        return died[slot] > writes;
    }

    Chunk chunk(int slot) {
        return present(chunks[slot]);
    }

    private static Chunk present(@Nullable Chunk chunk) {
        if (chunk == null) {
            throw new IllegalStateException("a slot that is alive holds no chunk");
        }
        return chunk;
    }

    /** The inner product of the vector with itself. */
    double square(int slot) {
        return squares[slot];
    }

    /** How many words the chunk has. */
    int length(int slot) {
        return lengths[slot];
    }

    /** All vectors, by ascending slot. */
    VectorBlock[] blocks() {
        return blocks;
    }

    @Nullable
    Postings postings(String word) {
        return words.get(word);
    }

    /**
     * Copies what is alive.
     *
     * @param slots how many slots are in use
     * @param target takes, for each slot in use, the slot in the new table, or -1
     * @return a table with the chunks that are alive, in the same order
     */
    ChunkTable compacted(int slots, int[] target) {
        int alive = 0;
        for (int slot = 0; slot < slots; slot++) {
            target[slot] = died[slot] == ALIVE ? alive++ : -1;
        }
        ChunkTable copy = new ChunkTable(dimensions).withRoomFor(alive);
        for (VectorBlock block : blocks) {
            for (int slot = block.first(); slot < Math.min(block.end(), slots); slot++) {
                if (target[slot] >= 0) {
                    copy.take(target[slot], this, slot, block);
                }
            }
        }
        words.forEach((word, postings) -> postings.forEach(slots, (slot, frequency) -> {
            if (target[slot] >= 0) {
                copy.words.computeIfAbsent(word, key -> new Postings()).add(target[slot], frequency);
            }
        }));
        return copy;
    }

    private void take(int slot, ChunkTable source, int sourceSlot, VectorBlock sourceBlock) {
        chunks[slot] = source.chunks[sourceSlot];
        squares[slot] = source.squares[sourceSlot];
        lengths[slot] = source.lengths[sourceSlot];
        died[slot] = ALIVE;
        block(slot).put(slot, sourceBlock, sourceSlot);
    }
}
