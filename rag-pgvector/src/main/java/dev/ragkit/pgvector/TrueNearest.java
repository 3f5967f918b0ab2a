package dev.ragkit.pgvector;

import dev.ragkit.Embedding;
import dev.ragkit.Hit;
import dev.ragkit.SearchOptions;
import dev.ragkit.SearchResult;
import dev.ragkit.SearchResult.Path;
import dev.ragkit.StoreException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Sample queries with what an exact search finds for each, to compare other searches with. */
final class TrueNearest {
    /** Scores that differ by no more than this are taken for equal. */
    private static final double NEARLY = 1e-6;

    private final Question question;
    private final Measuring measuring;
    private final List<Nearest> nearest;
    private final long medianNanos;

    /** What is asked, of which store; the search reads as it is measured. */
    record Question(VectorSearch search, String tenant, List<Embedding> queries, SearchOptions options) {}

    /** How many hits there are for a query, at least 1, and the score of the last. */
    private record Nearest(int hits, double last) {
        double shareOf(List<Hit> found) {
            long among =
                    found.stream().filter(hit -> hit.score() >= last - NEARLY).count();
            return (double) Math.min(among, hits) / hits;
        }
    }

    private TrueNearest(Question question, Measuring measuring, List<Nearest> nearest, long medianNanos) {
        this.question = question;
        this.measuring = measuring;
        this.nearest = nearest;
        this.medianNanos = medianNanos;
    }

    /** Searches exactly, one query after another. */
    static TrueNearest of(Question question, Measuring measuring) {
        List<Nearest> nearest = new ArrayList<>();
        long[] nanos = new long[question.queries.size()];
        for (int i = 0; i < nanos.length; i++) {
            Embedding query = question.queries.get(i);
            SearchResult result = question.search.exact(question.tenant, query, question.options);
            nanos[i] = measuring.nanos();
            nearest.add(nearest(result.hits()));
        }
        return new TrueNearest(question, measuring, nearest, median(nanos));
    }

    /** Refuses what cannot be measured, before anything is searched for. */
    static void check(List<Embedding> queries, SearchOptions options, Definition definition) {
        if (queries.isEmpty()) {
            throw new IllegalArgumentException("sampleQueries must hold at least 1 embedding, was empty");
        }
        if (options.minScore() != Double.NEGATIVE_INFINITY) {
            throw new IllegalArgumentException(
                    "recall is measured without minScore, which cuts after the search and cannot lose a hit; was "
                            + options.minScore());
        }
        for (int i = 0; i < queries.size(); i++) {
            Batch.check(queries.get(i), "sample query " + i, definition);
        }
    }

    private static Nearest nearest(List<Hit> hits) {
        if (hits.isEmpty()) {
            throw new StoreException(
                    "the tenant has no chunk, or none that the filter matches, so there is nothing to find: load"
                            + " documents first, or measure with a filter that some chunks match");
        }
        return new Nearest(hits.size(), hits.get(hits.size() - 1).score());
    }

    /** Searches with the settings of a plan, one query after another. */
    Recall recall(SearchPlan plan) {
        int count = nearest.size();
        VectorSearch search = question.search.by(plan);
        double[] shares = new double[count];
        long[] nanos = new long[count];
        int indexed = 0;
        int inForce = 0;
        for (int i = 0; i < count; i++) {
            Embedding query = question.queries.get(i);
            SearchResult result = search.search(question.tenant, query, question.options);
            nanos[i] = measuring.nanos();
            inForce = Math.max(inForce, measuring.inForce());
            shares[i] = nearest.get(i).shareOf(result.hits());
            indexed += result.path() == Path.INDEX ? 1 : 0;
        }
        int k = question.options.limit();
        return new Recall(
                new Recall.Sample(count, k, indexed),
                new Recall.Effort(search.effort(k).setting(), inForce),
                new Recall.Times(medianNanos, median(nanos)),
                shares,
                nearest.stream().mapToLong(Nearest::hits).sum());
    }

    private static long median(long[] nanos) {
        long[] sorted = nanos.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
