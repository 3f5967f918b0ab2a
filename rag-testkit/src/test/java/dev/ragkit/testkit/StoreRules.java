package dev.ragkit.testkit;

import dev.ragkit.Chunk;
import dev.ragkit.DocumentVersion;
import dev.ragkit.EmbeddedChunk;
import dev.ragkit.EmbeddedDocument;
import dev.ragkit.Embedding;
import dev.ragkit.EmbeddingSpace;
import dev.ragkit.Filter;
import dev.ragkit.Hit;
import dev.ragkit.Metadata;
import dev.ragkit.Metric;
import dev.ragkit.SearchOptions;
import dev.ragkit.SearchResult;
import dev.ragkit.testkit.ListStore.Kept;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The steps of {@link ListStore}, done right. A wrong store overrides one. */
class StoreRules {
    /** A chunk that a search may return. */
    record Candidate(Kept kept, Chunk chunk, double score) {}

    EmbeddingSpace space(EmbeddingSpace space, String tenant) {
        return space;
    }

    String tenant(String name) {
        if (name.isBlank()) {
            throw new IllegalArgumentException("tenant must not be blank");
        }
        if (name.length() > 512) {
            throw new IllegalArgumentException("tenant must have at most 512 characters, had " + name.length());
        }
        return name;
    }

    void checkIds(List<EmbeddedDocument> documents) {
        Set<String> ids = new HashSet<>();
        for (EmbeddedDocument document : documents) {
            if (!ids.add(document.document().id())) {
                throw new IllegalArgumentException(
                        "document '" + document.document().id() + "' must not be there twice");
            }
        }
    }

    /** The documents, after all of them were checked. */
    Iterable<EmbeddedDocument> checked(EmbeddingSpace space, Metric metric, List<EmbeddedDocument> documents) {
        documents.forEach(document -> check(space, metric, document));
        return documents;
    }

    final void check(EmbeddingSpace space, Metric metric, EmbeddedDocument document) {
        for (EmbeddedChunk chunk : document.chunks()) {
            checkDimensions(space, chunk);
            checkDirection(metric, chunk);
        }
    }

    void checkDimensions(EmbeddingSpace space, EmbeddedChunk chunk) {
        if (chunk.embedding().dimensions() != space.dimensions()) {
            throw new IllegalArgumentException("the embedding of " + chunk.chunk() + " must have " + space.dimensions()
                    + " dimensions, had " + chunk.embedding().dimensions());
        }
    }

    void checkDirection(Metric metric, EmbeddedChunk chunk) {
        if (metric == Metric.COSINE && chunk.embedding().norm() == 0) {
            throw new IllegalArgumentException("the embedding of " + chunk.chunk() + " must not be all zeros");
        }
    }

    void checkQuery(EmbeddingSpace space, Metric metric, Embedding embedding) {
        space.check(embedding);
        if (metric == Metric.COSINE && embedding.norm() == 0) {
            throw new IllegalArgumentException("the embedding to search for must not be all zeros");
        }
    }

    void put(Map<String, Map<String, Kept>> next, String tenant, EmbeddedDocument document) {
        Map<String, Kept> own = next.computeIfAbsent(tenant, name -> new TreeMap<>());
        String id = document.document().id();
        own.put(id, kept(own.get(id), document));
    }

    /** What is kept of a document that takes the place of another one, or of none. */
    Kept kept(Kept old, EmbeddedDocument document) {
        return Kept.of(document);
    }

    void publish(
            ListStore.Shared shared,
            Map<String, Map<String, Kept>> next,
            String tenant,
            List<EmbeddedDocument> documents) {
        shared.publish(next);
    }

    int delete(Map<String, Map<String, Kept>> next, String tenant, Collection<String> ids) {
        Map<String, Kept> own = next.getOrDefault(tenant, new TreeMap<>());
        int before = own.size();
        own.keySet().removeAll(Set.copyOf(ids));
        return before - own.size();
    }

    Map<String, Kept> visible(Map<String, Map<String, Kept>> tenants, String tenant) {
        return tenants.getOrDefault(tenant, Map.of());
    }

    /** What {@link ListStore#versions} and {@link ListStore#documentIds} read. */
    Map<String, Kept> ledger(Map<String, Map<String, Kept>> tenants, String tenant) {
        return visible(tenants, tenant);
    }

    Map<String, DocumentVersion> versions(Map<String, Kept> own, Collection<String> ids) {
        Map<String, DocumentVersion> versions = new HashMap<>();
        for (String id : ids) {
            if (own.containsKey(id)) {
                versions.put(id, new DocumentVersion(own.get(id).document().fingerprint(), true));
            }
        }
        return versions;
    }

    void checkPage(int limit) {
        if (limit < 1 || limit > 10_000) {
            throw new IllegalArgumentException("limit must be between 1 and 10000, was " + limit);
        }
    }

    List<String> page(List<String> ids, String after) {
        return ids.stream()
                .filter(id -> Found.CODE_POINT_ORDER.compare(id, after) > 0)
                .toList();
    }

    boolean matches(Filter filter, Metadata metadata) {
        return filter.matches(metadata);
    }

    Metadata metadata(Candidate candidate) {
        return candidate.chunk.metadata();
    }

    List<Candidate> candidates(Embedding query, ListStore store, Map<String, Map<String, Kept>> tenants) {
        return candidates(query, store.metric(), store.own().values());
    }

    final List<Candidate> candidates(Embedding query, Metric metric, Collection<Kept> documents) {
        List<Candidate> candidates = new ArrayList<>();
        for (Kept kept : documents) {
            for (EmbeddedChunk chunk : kept.chunks()) {
                candidates.add(new Candidate(kept, chunk.chunk(), score(metric, query, chunk.embedding())));
            }
        }
        return candidates;
    }

    double score(Metric metric, Embedding query, Embedding embedding) {
        return metric.score(query, embedding);
    }

    SearchResult chosen(List<Candidate> candidates, SearchOptions options, String origin) {
        List<Hit> hits = candidates.stream()
                .filter(candidate -> matches(options.filter(), metadata(candidate)))
                .filter(candidate -> reaches(candidate.score, options.minScore()))
                .map(candidate -> Hit.of(read(candidate.chunk), origin, candidate.score))
                .sorted(order())
                .toList();
        return result(hits, options.limit());
    }

    SearchResult result(List<Hit> hits, int limit) {
        return new SearchResult(
                hits.subList(0, Math.min(limit, hits.size())), SearchResult.Path.EXACT, true, hits.size());
    }

    boolean reaches(double score, double minScore) {
        return score >= minScore;
    }

    Comparator<Hit> order() {
        return Hit.BEST_FIRST;
    }

    Chunk read(Chunk chunk) {
        return chunk;
    }

    List<Candidate> candidates(String text, Collection<Kept> own, Map<String, Map<String, Kept>> tenants) {
        List<List<String>> counted = new ArrayList<>();
        counted(own, tenants)
                .forEach(kept -> kept.chunks()
                        .forEach(chunk -> counted.add(words(chunk.chunk().text()))));
        Map<String, Double> idf = new HashMap<>();
        for (String word : new HashSet<>(queryWords(text))) {
            idf.put(
                    word,
                    idf(
                            counted.size(),
                            counted.stream()
                                    .filter(words -> words.contains(word))
                                    .count()));
        }
        double average = counted.stream().mapToInt(List::size).average().orElse(0);
        List<Candidate> candidates = new ArrayList<>();
        for (Kept kept : own) {
            for (EmbeddedChunk chunk : kept.chunks()) {
                List<String> words = words(chunk.chunk().text());
                if (qualifies(idf.keySet(), words)) {
                    candidates.add(new Candidate(kept, chunk.chunk(), bm25(idf, words, average)));
                }
            }
        }
        return candidates;
    }

    List<String> words(String text) {
        return Arrays.stream(text.toLowerCase(Locale.ROOT).split("[^\\p{L}\\p{M}\\p{N}]+", -1))
                .filter(word -> !word.isEmpty())
                .toList();
    }

    List<String> queryWords(String text) {
        return words(text);
    }

    boolean qualifies(Set<String> query, List<String> words) {
        return query.stream().anyMatch(words::contains);
    }

    double idf(long count, long having) {
        return Math.log(1 + (count - having + 0.5) / (having + 0.5));
    }

    /** The documents whose chunks the statistics are made of. */
    Collection<Kept> counted(Collection<Kept> own, Map<String, Map<String, Kept>> tenants) {
        return own;
    }

    private static double bm25(Map<String, Double> idf, List<String> words, double average) {
        double norm = 1.2 * (0.25 + 0.75 * words.size() / average);
        return idf.entrySet().stream()
                .mapToDouble(entry -> {
                    long frequency =
                            words.stream().filter(entry.getKey()::equals).count();
                    return entry.getValue() * frequency * 2.2 / (frequency + norm);
                })
                .sum();
    }
}
