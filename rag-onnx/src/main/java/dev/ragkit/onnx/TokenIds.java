package dev.ragkit.onnx;

import java.util.Arrays;

/** A list of token ids that grows. For use by one thread. */
final class TokenIds {
    private int[] ids;
    private int size;

    TokenIds(int capacity) {
        ids = new int[capacity];
    }

    void add(int id) {
        if (size == ids.length) {
            ids = Arrays.copyOf(ids, Math.addExact(size, size / 2 + 1));
        }
        ids[size++] = id;
    }

    int size() {
        return size;
    }

    int[] toArray() {
        return Arrays.copyOf(ids, size);
    }
}
