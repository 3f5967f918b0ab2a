package dev.ragkit;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;

/** Gives each hit something for its place in each list, and adds it up by chunk. */
final class SummedFusion implements Fusion {
    /** The constant k of reciprocal rank fusion, as published. */
    private static final double RANK_OFFSET = 60;

    private final Function<List<Hit>, double[]> vectorShares;
    private final Function<List<Hit>, double[]> keywordShares;

    private record Key(String documentId, int ordinal) {
        static Key of(Hit hit) {
            return new Key(hit.chunk().documentId(), hit.chunk().ordinal());
        }
    }

    /**
     * A fusion.
     *
     * @param vectorShares what each hit of the vector search gets, by its place in the list
     * @param keywordShares what each hit of the keyword search gets, by its place in the list
     */
    SummedFusion(Function<List<Hit>, double[]> vectorShares, Function<List<Hit>, double[]> keywordShares) {
        this.vectorShares = vectorShares;
        this.keywordShares = keywordShares;
    }

    @Override
    public List<Hit> fuse(List<Hit> vector, List<Hit> keyword) {
        Map<Key, Hit> byVector = scored(vector, VectorStore.SCORE, vectorShares.apply(vector));
        Map<Key, Hit> byKeyword = scored(keyword, KeywordIndex.SCORE, keywordShares.apply(keyword));
        byKeyword.forEach((key, hit) -> byVector.merge(key, hit, SummedFusion::sum));
        return ordered(byVector.values());
    }

    private static List<Hit> ordered(Collection<Hit> hits) {
        List<Hit> ordered = new ArrayList<>(hits);
        ordered.sort(Hit.BEST_FIRST);
        return List.copyOf(ordered);
    }

    /** A chunk that a list holds twice counts where it stands first. */
    private static Map<Key, Hit> scored(List<Hit> hits, String leg, double[] shares) {
        Map<Key, Hit> scored = new LinkedHashMap<>();
        for (int i = 0; i < shares.length; i++) {
            Hit hit = hits.get(i);
            Map<String, Double> scores = new LinkedHashMap<>(hit.scores());
            scores.putIfAbsent(leg, hit.score());
            scored.putIfAbsent(Key.of(hit), new Hit(hit.chunk(), hit.score(), scores).rescored(SCORE, shares[i]));
        }
        return scored;
    }

    private static Hit sum(Hit a, Hit b) {
        Map<String, Double> scores = new LinkedHashMap<>(a.scores());
        b.scores().forEach(scores::putIfAbsent);
        return new Hit(a.chunk(), a.score(), scores).rescored(SCORE, a.score() + b.score());
    }

    /** The scores moved and scaled so that the least is 0 and the greatest is the weight. */
    static double[] spread(List<Hit> hits, double weight) {
        double least = hits.stream().mapToDouble(Hit::score).min().orElse(0);
        double range = hits.stream().mapToDouble(Hit::score).max().orElse(0) - least;
        return hits.stream()
                .mapToDouble(hit -> range == 0 ? weight : weight * ((hit.score() - least) / range))
                .toArray();
    }

    static double[] reciprocalRanks(List<Hit> hits) {
        return IntStream.rangeClosed(1, hits.size())
                .mapToDouble(rank -> 1 / (RANK_OFFSET + rank))
                .toArray();
    }
}
