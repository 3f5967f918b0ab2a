package dev.ragkit;

import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;

/** The best hits of a scan, as many as the options want. For use by one thread. */
final class TopHits {
    private final SearchOptions options;
    private final String origin;
    private final PriorityQueue<Hit> worstFirst;
    private double bar;
    private long offered;

    TopHits(SearchOptions options, String origin) {
        this.options = options;
        this.origin = origin;
        this.worstFirst = new PriorityQueue<>(Hit.BEST_FIRST.reversed());
        this.bar = options.minScore();
    }

    /** Looks at the filter last: most chunks fail on the score, which is at hand. */
    void offer(Chunk chunk, double score) {
        offered++;
        if (score < bar || !options.filter().matches(chunk.metadata())) {
            return;
        }
        worstFirst.add(Hit.of(chunk, origin, score));
        if (worstFirst.size() > options.limit()) {
            worstFirst.poll();
        }
        Hit worst = worstFirst.peek();
        if (worst != null && worstFirst.size() == options.limit()) {
            bar = worst.score();
        }
    }

    /** What an exact search gives that looked at all that was offered. */
    SearchResult result() {
        List<Hit> hits = new ArrayList<>(worstFirst);
        hits.sort(Hit.BEST_FIRST);
        return new SearchResult(hits, SearchResult.Path.EXACT, true, offered);
    }
}
