package dev.ragkit.pgvector;

import dev.ragkit.Document;
import dev.ragkit.EmbeddedDocument;
import dev.ragkit.Embedding;
import dev.ragkit.Filter;
import dev.ragkit.Metadata;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Documents of one chunk each, sorted by their distance from one query, with filters that let a known number of them through: from
 * anywhere, only the nearest, or only the farthest.
 */
final class FilteredRows {
    /** Of so many rows a filter lets one through: 100 %, 10 %, 1 %, 0.1 %, 0.01 %. */
    static final List<Integer> ONE_OF = List.of(1, 10, 100, 1_000, 10_000);

    /** Where the rows lie that a filter lets through. */
    enum Lying {
        ANYWHERE,
        NEAREST,
        FARTHEST
    }

    /** What a filter asks for. */
    enum By {
        VALUE,
        RANGE
    }

    final Embedding query;
    private final List<Embedding> nearestFirst;

    /** For each of the ways to lie, the rank of each row: the least ranks are let through first. */
    private final List<List<Integer>> ranks;

    FilteredRows(long seed, int rows) {
        Clusters clusters = new Clusters(seed, 60);
        query = clusters.queries(1).get(0);
        nearestFirst = new ArrayList<>(clusters.queries(rows));
        nearestFirst.sort(Comparator.comparingDouble(each -> -similarity(query, each)));
        List<Integer> nearest = IntStream.range(0, rows).boxed().toList();
        List<Integer> anywhere = new ArrayList<>(nearest);
        Collections.shuffle(anywhere, new Random(seed));
        List<Integer> farthest = new ArrayList<>(nearest);
        Collections.reverse(farthest);
        ranks = List.of(anywhere, nearest, farthest);
    }

    private static double similarity(Embedding one, Embedding other) {
        double sum = 0;
        for (int i = 0; i < Clusters.DIMENSIONS; i++) {
            sum += (double) one.value(i) * other.value(i);
        }
        return sum;
    }

    int size() {
        return nearestFirst.size();
    }

    /** The documents from the nearest on. */
    List<EmbeddedDocument> documents() {
        return IntStream.range(0, size()).mapToObj(this::document).toList();
    }

    private EmbeddedDocument document(int row) {
        Metadata metadata = Metadata.empty();
        for (Lying lying : Lying.values()) {
            int rank = ranks.get(lying.ordinal()).get(row);
            metadata = metadata.with(lying.name(), rank);
            for (int oneOf : ONE_OF) {
                metadata = rank < count(oneOf) ? metadata.with(lying.name() + oneOf, 1) : metadata;
            }
        }
        return TestCollection.document(Document.of("d" + row, "text").withMetadata(metadata), nearestFirst.get(row));
    }

    /** The ids of the nearest. */
    List<String> nearest(int count) {
        return IntStream.range(0, count).mapToObj(row -> "d" + row).toList();
    }

    private int count(int oneOf) {
        return size() / oneOf;
    }

    Filter filter(Lying lying, By by, int oneOf) {
        return by == By.VALUE ? Filter.eq(lying.name() + oneOf, 1) : Filter.lt(lying.name(), count(oneOf));
    }

    /** How many rows a filter lets through once the nearest have been deleted. */
    int matching(Lying lying, int oneOf, int deleted) {
        return (int) ranks.get(lying.ordinal()).stream()
                .skip(deleted)
                .filter(rank -> rank < count(oneOf))
                .count();
    }

    /** The ids of those that a filter lets through and that are nearest to another query. */
    Set<String> nearestTo(Embedding other, Lying lying, int oneOf, int limit) {
        List<Integer> ranked = ranks.get(lying.ordinal());
        return IntStream.range(0, size())
                .boxed()
                .filter(row -> ranked.get(row) < count(oneOf))
                .sorted(Comparator.comparingDouble(row -> -similarity(other, nearestFirst.get(row))))
                .limit(limit)
                .map(row -> "d" + row)
                .collect(Collectors.toSet());
    }
}
