package dev.ragkit;

import java.util.List;

/** More hits than are wanted, for those who put several searches together or order hits anew; and then the best of them. */
final class Candidates {
    private static final int LEAST = 50;
    private static final int FOR_EACH_HIT = 5;

    private Candidates() {}

    /** The same query for more hits. */
    static Query of(Query query) {
        int wanted = Math.max(LEAST, FOR_EACH_HIT * query.options().limit());
        int candidates = Math.min(SearchOptions.MAX_LIMIT, wanted);
        return new Query(
                query.text(), query.options().toBuilder().limit(candidates).build());
    }

    static List<Hit> best(List<Hit> hits, Query query) {
        return List.copyOf(hits.subList(0, Math.min(hits.size(), query.options().limit())));
    }
}
