package dev.ragkit;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * One run of {@link Rag#ingest}. Works window by window: ask the store what it holds, pass over what is unchanged, chunk and
 * embed the rest with nothing held in the store, then replace. For use by one thread.
 */
final class Ingestion {
    /** A window ends here even if it holds few documents, so that memory stays bounded. */
    private static final long WINDOW_CHARACTERS = 4L << 20;

    /** The most chunks embedded in one call, and written together, unless one document alone has more. */
    private static final int GROUP_CHUNKS = 256;

    private static final int PAGE = 1_000;

    private final Embedder embedder;
    private final VectorStore store;
    private final Chunker chunker;
    private final IngestOptions options;
    private final IngestTally tally = new IngestTally();
    private final @Nullable SeenIds seen;
    private final Map<String, Document> window = new LinkedHashMap<>();
    private long characters;

    Ingestion(Embedder embedder, VectorStore store, Chunker chunker, IngestOptions options) {
        this.embedder = embedder;
        this.store = store;
        this.chunker = chunker;
        this.options = options;
        this.seen = options.deleteMissing().isPresent() ? new SeenIds() : null;
    }

    /** A document that has to be written, and what the store holds of it. */
    private record Pending(
            Document document, String fingerprint, @Nullable DocumentVersion held, List<Chunk> chunks) {}

    /** The same, embedded. */
    private record Ready(Pending pending, EmbeddedDocument document) {}

    IngestReport run(Iterator<Document> documents) {
        while (documents.hasNext()) {
            take(documents.next());
        }
        ingestWindow();
        options.deleteMissing().ifPresent(this::deleteMissing);
        return progress();
    }

    private void take(Document document) {
        if (seen != null) {
            seen.add(document.id());
        }
        if (window.containsKey(document.id())) {
            ingestWindow();
        }
        window.put(document.id(), document);
        characters += document.text().length();
        if (window.size() == options.window() || characters >= WINDOW_CHARACTERS) {
            ingestWindow();
        }
    }

    private void ingestWindow() {
        ingest(List.copyOf(window.values()));
        window.clear();
        characters = 0;
    }

    private void ingest(List<Document> window) {
        if (window.isEmpty()) {
            return;
        }
        stopIfInterrupted();
        List<Document> storable = window.stream().filter(this::isStorable).toList();
        Map<String, DocumentVersion> held = versions(storable);
        List<Pending> group = new ArrayList<>();
        int chunks = 0;
        for (Document document : storable) {
            Pending pending = pending(document, held.get(document.id()));
            if (pending == null) {
                continue;
            }
            if (chunks + pending.chunks.size() > GROUP_CHUNKS && !group.isEmpty()) {
                write(group);
                group.clear();
                chunks = 0;
            }
            group.add(pending);
            chunks += pending.chunks.size();
        }
        write(group);
    }

    private Map<String, DocumentVersion> versions(List<Document> documents) {
        return store.versions(documents.stream().map(Document::id).toList());
    }

    private boolean isStorable(Document document) {
        int at = Require.unstorableAt(document.text());
        if (at >= 0) {
            fail(
                    document,
                    new DocumentException("the text of document '" + document.id() + "' "
                            + Require.unstorableReason(document.text(), at)));
        }
        return at < 0;
    }

    private @Nullable Pending pending(Document document, @Nullable DocumentVersion held) {
        String fingerprint = Fingerprint.of(document, chunker, embedder.space());
        if (held != null && held.intact() && held.fingerprint().equals(fingerprint)) {
            tally.unchanged++;
            return null;
        }
        try {
            return new Pending(document, fingerprint, held, chunker.chunk(document));
        } catch (RagException | IllegalArgumentException e) {
            fail(document, e);
            return null;
        }
    }

    private void write(List<Pending> group) {
        if (!group.isEmpty()) {
            stopIfInterrupted();
            replace(embed(group));
        }
        progress();
    }

    /** Embeds a group; where the model refuses it for good, each document by itself, so that one cannot fail the others. */
    private List<Ready> embed(List<Pending> group) {
        try {
            return embedTogether(group);
        } catch (RagException | IllegalArgumentException e) {
            if (group.size() == 1 || isTransient(e)) {
                group.forEach(pending -> fail(pending.document, e));
                return List.of();
            }
            return group.stream()
                    .flatMap(pending -> embed(List.of(pending)).stream())
                    .toList();
        }
    }

    private List<Ready> embedTogether(List<Pending> group) {
        List<String> texts = group.stream()
                .flatMap(pending -> pending.chunks.stream())
                .map(Chunk::text)
                .toList();
        List<Outcome> outcomes = new ArrayList<>(texts.size());
        for (int from = 0; from < texts.size(); from += GROUP_CHUNKS) {
            stopIfInterrupted();
            outcomes.addAll(embedOnce(texts.subList(from, Math.min(texts.size(), from + GROUP_CHUNKS))));
        }
        Iterator<Outcome> next = outcomes.iterator();
        List<Ready> ready = new ArrayList<>(group.size());
        Map<Pending, ModelException> refused = new LinkedHashMap<>();
        for (Pending pending : group) {
            takeOutcomes(pending, next, ready, refused);
        }
        refused.forEach((pending, refusal) -> fail(pending.document, refusal));
        return ready;
    }

    /** The embedding of a chunk, or why it was refused. */
    private record Outcome(
            @Nullable Embedding embedding, @Nullable String refusal) {}

    private List<Outcome> embedOnce(List<String> texts) {
        List<Outcome> outcomes;
        TokenUsage usage;
        try {
            Embeddings embeddings = embedder.embedDocuments(texts);
            outcomes = embeddings.list().stream()
                    .map(embedding -> new Outcome(embedding, null))
                    .toList();
            usage = embeddings.usage();
        } catch (TextsRefusedException e) {
            outcomes = IntStream.range(0, e.size())
                    .mapToObj(i ->
                            new Outcome(e.embedding(i).orElse(null), e.refused().get(i)))
                    .toList();
            usage = e.usage();
        }
        if (outcomes.size() != texts.size()) {
            throw new ModelException("the embedder of " + embedder.space() + " must give one embedding a text, gave "
                    + outcomes.size() + " for " + texts.size());
        }
        tally.embedded +=
                outcomes.stream().filter(outcome -> outcome.embedding != null).count();
        tally.usage = tally.usage.plus(usage);
        return outcomes;
    }

    /** A document with a refused chunk fails by itself. */
    private void takeOutcomes(
            Pending pending, Iterator<Outcome> next, List<Ready> ready, Map<Pending, ModelException> refused) {
        List<EmbeddedChunk> chunks = new ArrayList<>(pending.chunks.size());
        for (Chunk chunk : pending.chunks) {
            Outcome outcome = next.next();
            if (outcome.embedding != null) {
                chunks.add(new EmbeddedChunk(chunk, checked(chunk, outcome.embedding)));
            } else {
                refused.putIfAbsent(
                        pending, new ModelException("the embedder refused " + chunk + ": " + outcome.refusal));
            }
        }
        if (!refused.containsKey(pending)) {
            ready.add(new Ready(pending, new EmbeddedDocument(pending.document, pending.fingerprint, chunks)));
        }
    }

    private Embedding checked(Chunk chunk, Embedding embedding) {
        if (embedding.dimensions() != embedder.space().dimensions()) {
            throw new ModelException("the embedder of " + embedder.space() + " must give embeddings of its space, gave "
                    + embedding.dimensions() + " dimensions for " + chunk);
        }
        return embedding;
    }

    private void replace(List<Ready> group) {
        if (group.isEmpty()) {
            return;
        }
        try {
            store.replace(group.stream().map(Ready::document).toList());
            group.forEach(ready -> count(ready.pending));
        } catch (RagException | IllegalArgumentException e) {
            if (group.size() == 1 || isTransient(e)) {
                group.forEach(ready -> fail(ready.pending.document, e));
                return;
            }
            group.forEach(ready -> replace(List.of(ready)));
        }
    }

    private static boolean isTransient(RuntimeException e) {
        return e instanceof RagException failure && failure.isTransient();
    }

    private void count(Pending pending) {
        if (pending.held == null) {
            tally.added++;
        } else if (pending.held.fingerprint().equals(pending.fingerprint)) {
            tally.restored++;
        } else {
            tally.updated++;
        }
    }

    private void deleteMissing(Filter scope) {
        SeenIds ids = Objects.requireNonNull(seen);
        if (ids.isEmpty()) {
            throw new DocumentException(
                    "the source gave no document at all, so nothing was deleted; an empty source is more"
                            + " often an unmounted folder than an emptied one: delete by id if it is meant");
        }
        String after = "";
        List<String> page;
        do {
            stopIfInterrupted();
            page = store.documentIds(scope, after, PAGE);
            List<String> gone = page.stream().filter(id -> !ids.mayHold(id)).toList();
            if (!gone.isEmpty()) {
                tally.deleted += store.delete(gone);
            }
            after = page.isEmpty() ? after : page.get(page.size() - 1);
        } while (page.size() == PAGE);
    }

    private void fail(Document document, RuntimeException cause) {
        tally.fail(new IngestReport.Failure(document.id(), cause));
    }

    private IngestReport progress() {
        IngestReport report = new IngestReport(tally);
        options.onProgress().accept(report);
        return report;
    }

    private static void stopIfInterrupted() {
        if (Thread.currentThread().isInterrupted()) {
            throw new CancellationException("the ingest was interrupted; what is written stays, run it again to go on");
        }
    }
}
