package dev.ragkit.benchmarks;

import java.util.List;

/**
 * How good the answers of a contender are.
 *
 * @param recall the share of the k best matching rows that it found, the mean over the queries
 * @param complete the share of the queries that gave min(k, matching) hits
 */
record Judged(double recall, double complete) {
    static Judged of(Contender contender, Truth truth, int limit) {
        double recall = 0;
        double complete = 0;
        try (Contender.Session session = contender.open()) {
            for (int query = 0; query < truth.queries(); query++) {
                List<Integer> rows = session.rows(query);
                recall += truth.recall(query, rows, limit);
                complete += rows.size() == Math.min(limit, truth.matching()) ? 1 : 0;
            }
        }
        return new Judged(recall / truth.queries(), complete / truth.queries());
    }
}
