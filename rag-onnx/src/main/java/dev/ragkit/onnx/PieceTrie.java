package dev.ragkit.onnx;

import java.util.Arrays;

/**
 * The pieces of a WordPiece vocabulary as two tries in one hash table: one for the start of a word, one for what continues it.
 * The longest piece is found in one walk over the characters, without a substring. Immutable once filled.
 */
final class PieceTrie {
    private static final int START = 0;
    private static final int CONTINUATION = 1;
    private static final int NODE_BITS = 24;
    private static final long NODE_MASK = (1L << NODE_BITS) - 1;
    private static final long HASH_FACTOR = 0x9E3779B97F4A7C15L;

    /** Entries of node (24 bits), character (16 bits), child (24 bits); 0 is free, for no child is the start. */
    private long[] edges = new long[1 << 16];

    private int[] ids = {-1, -1};
    private int nodes = 2;

    /** Adds a piece that starts a word. */
    void addStart(String piece, int id) {
        add(START, piece, id);
    }

    /** Adds a piece that continues a word, without its continuation prefix. */
    void addContinuation(String piece, int id) {
        add(CONTINUATION, piece, id);
    }

    /**
     * Splits a word into the longest known pieces from left to right.
     *
     * @return the number of pieces written, or -1 where no piece fits and the word is unknown
     */
    int split(char[] word, int length, int[] pieces) {
        int count = 0;
        int root = START;
        int from = 0;
        while (from < length) {
            int node = root;
            int end = -1;
            for (int i = from; i < length; i++) {
                node = child(node, word[i]);
                if (node == 0) {
                    break;
                }
                if (ids[node] >= 0) {
                    end = i + 1;
                    pieces[count] = ids[node];
                }
            }
            if (end < 0) {
                return -1;
            }
            count++;
            from = end;
            root = CONTINUATION;
        }
        return count;
    }

    private void add(int root, String piece, int id) {
        int node = root;
        for (int i = 0; i < piece.length(); i++) {
            int next = child(node, piece.charAt(i));
            node = next == 0 ? newChild(node, piece.charAt(i)) : next;
        }
        ids[node] = id;
    }

    private int child(int node, char c) {
        long key = key(node, c);
        int mask = edges.length - 1;
        for (int slot = slot(key); ; slot = (slot + 1) & mask) {
            long edge = edges[slot];
            if (edge == 0) {
                return 0;
            }
            if (edge >>> NODE_BITS == key) {
                return (int) (edge & NODE_MASK);
            }
        }
    }

    private int newChild(int node, char c) {
        if (nodes > NODE_MASK) {
            throw new IllegalArgumentException("the vocabulary must have at most " + NODE_MASK + " distinct prefixes");
        }
        if (nodes > edges.length / 2) {
            grow();
        }
        if (nodes == ids.length) {
            ids = Arrays.copyOf(ids, nodes * 2);
        }
        ids[nodes] = -1;
        insert(key(node, c) << NODE_BITS | nodes);
        return nodes++;
    }

    private void grow() {
        long[] old = edges;
        edges = new long[old.length * 2];
        for (long edge : old) {
            if (edge != 0) {
                insert(edge);
            }
        }
    }

    private void insert(long edge) {
        int slot = slot(edge >>> NODE_BITS);
        while (edges[slot] != 0) {
            slot = (slot + 1) & (edges.length - 1);
        }
        edges[slot] = edge;
    }

    private int slot(long key) {
        return (int) ((key * HASH_FACTOR) >>> 32) & (edges.length - 1);
    }

    private static long key(int node, char c) {
        return (long) node << 16 | c;
    }
}
