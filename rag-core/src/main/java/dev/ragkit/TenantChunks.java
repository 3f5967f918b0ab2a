package dev.ragkit;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What one tenant of a store in memory holds. Writers take turns; each write publishes a new {@link ChunkSnapshot}, and readers
 * keep the one that they began with.
 */
final class TenantChunks {
    /** Below so many dead slots the space is not worth the work. */
    private static final int FEWEST_DEAD = 1_024;

    private final ReentrantLock writing = new ReentrantLock();
    private final NavigableMap<String, Stored> documents = new ConcurrentSkipListMap<>(CodePointOrder.INSTANCE);
    private final Metric metric;
    private volatile ChunkSnapshot now;

    /** What follows is for the writing thread: the table of the last snapshot or a larger one, and the next free slot. */
    private ChunkTable table;

    private int used;

    /** A document; its chunks lie in {@code count} slots from {@code first} on. */
    private record Stored(DocumentVersion version, Metadata metadata, int first, int count) {}

    TenantChunks(int dimensions, Metric metric) {
        this.metric = metric;
        this.table = new ChunkTable(dimensions);
        this.now = new ChunkSnapshot(table, metric, new ChunkSnapshot.Extent(0, 0, 0, 0));
    }

    ChunkSnapshot now() {
        return now;
    }

    void replace(List<EmbeddedDocument> incoming) {
        List<List<WordCounts>> counts = new ArrayList<>();
        for (EmbeddedDocument document : incoming) {
            counts.add(document.chunks().stream()
                    .map(chunk -> WordCounts.of(chunk.chunk().text()))
                    .toList());
        }
        writing.lock();
        try {
            Map<String, Stored> arriving = new LinkedHashMap<>();
            for (int i = 0; i < incoming.size(); i++) {
                arriving.put(incoming.get(i).document().id(), append(incoming.get(i), counts.get(i)));
            }
            publish(documents(arriving.keySet()), arriving.values());
            documents.putAll(arriving);
            compactIfWorthIt();
        } finally {
            writing.unlock();
        }
    }

    private Stored append(EmbeddedDocument document, List<WordCounts> counts) {
        List<EmbeddedChunk> chunks = document.chunks();
        int first = used;
        table = table.withRoomFor(first + chunks.size());
        // Before the slots are filled: should that fail, they are never used again.
        used += chunks.size();
        for (int i = 0; i < chunks.size(); i++) {
            table.put(first + i, chunks.get(i), counts.get(i));
        }
        DocumentVersion version = new DocumentVersion(document.fingerprint(), true);
        return new Stored(version, document.document().metadata(), first, chunks.size());
    }

    int delete(Set<String> ids) {
        writing.lock();
        try {
            List<Stored> leaving = documents(ids);
            if (!leaving.isEmpty()) {
                publish(leaving, List.of());
                ids.forEach(documents::remove);
                compactIfWorthIt();
            }
            return leaving.size();
        } finally {
            writing.unlock();
        }
    }

    private List<Stored> documents(Collection<String> ids) {
        List<Stored> found = new ArrayList<>();
        for (String id : ids) {
            Stored document = documents.get(id);
            if (document != null) {
                found.add(document);
            }
        }
        return found;
    }

    private void publish(Collection<Stored> leaving, Collection<Stored> arriving) {
        ChunkSnapshot.Extent before = now.extent();
        int write = before.writes() + 1;
        int chunks = before.chunks();
        long words = before.words();
        for (Stored document : leaving) {
            for (int slot = document.first; slot < document.first + document.count; slot++) {
                table.bury(slot, write);
                words -= table.length(slot);
            }
            chunks -= document.count;
        }
        for (Stored document : arriving) {
            for (int slot = document.first; slot < document.first + document.count; slot++) {
                table.bringToLife(slot);
                words += table.length(slot);
            }
            chunks += document.count;
        }
        now = new ChunkSnapshot(table, metric, new ChunkSnapshot.Extent(used, write, chunks, words));
    }

    private void compactIfWorthIt() {
        ChunkSnapshot.Extent extent = now.extent();
        int dead = used - extent.chunks();
        boolean countedOut = extent.writes() > Integer.MAX_VALUE - 2;
        if (!countedOut && (dead < FEWEST_DEAD || dead <= extent.chunks())) {
            return;
        }
        int[] target = new int[used];
        ChunkTable compacted = table.compacted(used, target);
        documents.replaceAll((id, document) -> document.count == 0
                ? document
                : new Stored(document.version, document.metadata, target[document.first], document.count));
        table = compacted;
        used = extent.chunks();
        now = new ChunkSnapshot(table, metric, new ChunkSnapshot.Extent(used, 0, used, extent.words()));
    }

    Map<String, DocumentVersion> versions(Collection<String> ids) {
        Map<String, DocumentVersion> versions = new LinkedHashMap<>();
        for (String id : ids) {
            Stored document = documents.get(id);
            if (document != null) {
                versions.put(id, document.version);
            }
        }
        return versions;
    }

    List<String> documentIds(Filter filter, String after, int limit) {
        return documents.tailMap(after, false).entrySet().stream()
                .filter(entry -> filter.matches(entry.getValue().metadata))
                .limit(limit)
                .map(Map.Entry::getKey)
                .toList();
    }
}
