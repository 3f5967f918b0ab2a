package dev.ragkit.eval;

import dev.ragkit.Hit;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * What people judged relevant for one query, and how well a ranking agrees. The measures of a set of queries are the means over
 * its queries; the mean of {@link #reciprocalRank} is known as MRR.
 *
 * <p>A ranking is a list of ids, the best first, none twice. What nobody judged counts as not relevant, and so does a relevance
 * of 0 or below. All measures are from 0 to 1, higher is better, and 0 where nothing is relevant, as in trec_eval.
 *
 * <p>Immutable and safe for use by several threads.
 */
public final class Judgements {
    private final Map<String, Integer> relevance;
    private final int[] ideal;

    private Judgements(Map<String, Integer> relevance) {
        this.relevance = Map.copyOf(relevance);
        this.ideal = this.relevance.values().stream()
                .filter(gain -> gain > 0)
                .sorted((a, b) -> Integer.compare(b, a))
                .mapToInt(Integer::intValue)
                .toArray();
    }

    /**
     * The judgements of one query.
     *
     * @param relevance by id: 0 or below for not relevant, higher is more relevant
     * @return the judgements
     */
    public static Judgements of(Map<String, Integer> relevance) {
        return new Judgements(relevance);
    }

    /**
     * The ranking of documents that a ranking of chunks amounts to: each document at the place of its best hit.
     *
     * @param hits the best first
     * @return the ids of the documents, the best first, none twice
     */
    public static List<String> ranking(List<Hit> hits) {
        return hits.stream().map(hit -> hit.chunk().documentId()).distinct().toList();
    }

    /**
     * Normalised discounted cumulative gain, nDCG@k: the sum over the first k of {@code relevance / log2(rank + 1)}, divided by
     * the same sum for the best ranking of all that was judged (Järvelin and Kekäläinen, Cumulated gain-based evaluation of IR
     * techniques, 2002; gain and discount as in trec_eval's ndcg_cut and BEIR).
     *
     * @param ranking ids, the best first
     * @param k how many of them count, at least 1
     * @return 0 to 1
     * @throws IllegalArgumentException if k is below 1 or an id is there twice
     */
    public double ndcg(List<String> ranking, int k) {
        check(ranking, k);
        if (ideal.length == 0) {
            return 0;
        }
        double gained =
                discounted(ranking.stream().mapToInt(this::gain).limit(k).toArray());
        return gained / discounted(IntStream.of(ideal).limit(k).toArray());
    }

    private static double discounted(int[] gains) {
        double sum = 0;
        for (int i = 0; i < gains.length; i++) {
            sum += gains[i] * Math.log(2) / Math.log(i + 2);
        }
        return sum;
    }

    /**
     * Recall@k: how much of what is relevant is among the first k.
     *
     * @param ranking ids, the best first
     * @param k how many of them count, at least 1
     * @return 0 to 1
     * @throws IllegalArgumentException if k is below 1 or an id is there twice
     */
    public double recall(List<String> ranking, int k) {
        return ideal.length == 0 ? zero(ranking, k) : (double) relevantAmong(ranking, k) / ideal.length;
    }

    private static double zero(List<String> ranking, int k) {
        check(ranking, k);
        return 0;
    }

    /**
     * Precision@k: how much of the first k is relevant. A ranking shorter than k counts as filled up with what is not, as in
     * trec_eval.
     *
     * @param ranking ids, the best first
     * @param k how many of them count, at least 1
     * @return 0 to 1
     * @throws IllegalArgumentException if k is below 1 or an id is there twice
     */
    public double precision(List<String> ranking, int k) {
        return (double) relevantAmong(ranking, k) / k;
    }

    private long relevantAmong(List<String> ranking, int k) {
        check(ranking, k);
        return ranking.stream().limit(k).filter(id -> gain(id) > 0).count();
    }

    /**
     * Reciprocal rank: 1 divided by the rank of the first relevant id, the rank counted from 1; 0 if none is relevant (Voorhees,
     * The TREC-8 Question Answering Track Report, 1999).
     *
     * @param ranking ids, the best first
     * @return 0 to 1
     * @throws IllegalArgumentException if an id is there twice
     */
    public double reciprocalRank(List<String> ranking) {
        check(ranking, 1);
        for (int i = 0; i < ranking.size(); i++) {
            if (gain(ranking.get(i)) > 0) {
                return 1.0 / (i + 1);
            }
        }
        return 0;
    }

    private int gain(String id) {
        return Math.max(0, relevance.getOrDefault(id, 0));
    }

    private static void check(List<String> ranking, int k) {
        if (k < 1) {
            throw new IllegalArgumentException("k must be at least 1, was " + k);
        }
        Set<String> seen = new HashSet<>();
        for (String id : ranking) {
            if (!seen.add(id)) {
                throw new IllegalArgumentException(
                        "a ranking must hold each id once, held '" + id + "' twice; see Judgements.ranking");
            }
        }
    }

    /** Shows how many ids were judged and how many of them are relevant. */
    @Override
    public String toString() {
        return "Judgements[judged=" + relevance.size() + ", relevant=" + ideal.length + "]";
    }
}
