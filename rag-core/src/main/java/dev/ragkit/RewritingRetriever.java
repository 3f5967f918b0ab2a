package dev.ragkit;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Searches for what a rewriter makes of a question; hits of several searches rank by the sum of their reciprocal ranks. */
final class RewritingRetriever implements Retriever {
    private final Retriever retriever;
    private final QueryRewriter rewriter;

    private record Key(String documentId, int ordinal) {}

    RewritingRetriever(Retriever retriever, QueryRewriter rewriter) {
        this.retriever = retriever;
        this.rewriter = rewriter;
    }

    @Override
    public List<Hit> retrieve(Query query) {
        List<String> texts = rewriter.rewrite(query.text());
        if (texts.size() == 1) {
            return retriever.retrieve(new Query(texts.get(0), query.options()));
        }
        SearchOptions wide = Candidates.of(query).options();
        Map<Key, Hit> found = new LinkedHashMap<>();
        for (String text : texts) {
            add(found, retriever.retrieve(new Query(text, wide)));
        }
        List<Hit> ordered = new ArrayList<>(found.values());
        ordered.sort(Hit.BEST_FIRST);
        return Candidates.best(ordered, query);
    }

    /** A hit keeps the scores of the search that found it first. */
    private static void add(Map<Key, Hit> found, List<Hit> hits) {
        double[] shares = SummedFusion.reciprocalRanks(hits);
        for (int i = 0; i < shares.length; i++) {
            Hit hit = hits.get(i).rescored(QueryRewriter.SCORE, shares[i]);
            Key key = new Key(hit.chunk().documentId(), hit.chunk().ordinal());
            found.merge(key, hit, (a, b) -> a.rescored(QueryRewriter.SCORE, a.score() + b.score()));
        }
    }
}
