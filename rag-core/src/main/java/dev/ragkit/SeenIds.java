package dev.ragkit;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The ids that a source gave, as 64-bit hashes in an open-addressing table: 11 to 21 bytes an id, whatever its length. Two ids
 * with one hash make it say "may hold" wrongly, which keeps a document that could go; it never deletes one that is there. For use
 * by one thread.
 */
final class SeenIds {
    private long[] table = new long[1_024];
    private int size;

    void add(String id) {
        if (insert(table, hash(id))) {
            size++;
        }
        if (size > table.length / 4 * 3) {
            grow();
        }
    }

    boolean mayHold(String id) {
        long hash = hash(id);
        int mask = table.length - 1;
        for (int slot = (int) hash & mask; table[slot] != 0; slot = (slot + 1) & mask) {
            if (table[slot] == hash) {
                return true;
            }
        }
        return false;
    }

    boolean isEmpty() {
        return size == 0;
    }

    private void grow() {
        long[] larger = new long[table.length * 2];
        Arrays.stream(table).filter(hash -> hash != 0).forEach(hash -> insert(larger, hash));
        table = larger;
    }

    private static boolean insert(long[] table, long hash) {
        int mask = table.length - 1;
        int slot = (int) hash & mask;
        while (table[slot] != 0) {
            if (table[slot] == hash) {
                return false;
            }
            slot = (slot + 1) & mask;
        }
        table[slot] = hash;
        return true;
    }

    /** FNV-1a, finished with the mixer of MurmurHash3, as the low bits choose the slot; never 0, which marks a free slot. */
    private static long hash(String id) {
        long hash = 0xcbf29ce484222325L;
        ByteBuffer bytes = StandardCharsets.UTF_8.encode(id);
        while (bytes.hasRemaining()) {
            hash = (hash ^ (bytes.get() & 0xff)) * 0x100000001b3L;
        }
        hash = (hash ^ (hash >>> 33)) * 0xff51afd7ed558ccdL;
        hash = (hash ^ (hash >>> 33)) * 0xc4ceb9fe1a85ec53L;
        hash ^= hash >>> 33;
        return hash == 0 ? 1 : hash;
    }
}
