package dev.ragkit;

import java.util.Arrays;

/**
 * Which slots hold a word, and how often. One thread appends while others read: a reader that knows how many slots are published
 * stops at the first one that is not.
 */
final class Postings {
    /** Pairs of slot + 1 and frequency, by ascending slot; 0 where nothing was written yet. */
    private volatile int[] pairs = new int[2];

    private int used;

    /** What is done with each posting. */
    interface Visitor {
        void visit(int slot, int frequency);
    }

    /** Appends; only for the one thread that writes. The slot is greater than all before it. */
    void add(int slot, int frequency) {
        int[] array = pairs;
        if (used == array.length) {
            array = Arrays.copyOf(array, Math.max(8, used + (used >> 2) * 2));
        }
        array[used++] = slot + 1;
        array[used++] = frequency;
        // A volatile write after the pair: a reader that sees a new array sees all that was in the old one.
        pairs = array;
    }

    /** Visits the postings of the slots below a bound, in ascending order. */
    void forEach(int slots, Visitor visitor) {
        int[] array = pairs;
        for (int i = 0; i < array.length && array[i] != 0 && array[i] <= slots; i += 2) {
            visitor.visit(array[i] - 1, array[i + 1]);
        }
    }
}
