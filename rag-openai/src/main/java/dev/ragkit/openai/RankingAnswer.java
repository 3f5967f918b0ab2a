package dev.ragkit.openai;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/** Reads scores in either dialect, and refuses a reply without exactly one finite score for each text. For one reply. */
final class RankingAnswer implements Answer<double[]> {
    private static final long MAX_BYTES = 64L << 20;

    private final double[] scores;
    private final WatchedCall.Limit idle;
    private int count;

    RankingAnswer(int texts, WatchedCall.Limit idle) {
        this.scores = new double[texts];
        this.idle = idle;
        Arrays.fill(scores, Double.NaN);
    }

    @Override
    public long maxBytes() {
        return MAX_BYTES;
    }

    @Override
    public double[] read(InputStream body, WatchedCall call) throws IOException {
        JsonInput.read(new IdleStream(body, call, idle), json -> {
            if (json.isObject()) {
                json.object((name, value) -> {
                    switch (name) {
                        case "results", "data" -> value.array(this::item);
                        case "error" -> Draft.error(value);
                        default -> {}
                    }
                });
            } else {
                json.array(this::item);
            }
        });
        if (count != scores.length) {
            throw new UnusableContent("the reply has " + count + " scores for " + scores.length + " texts");
        }
        return scores;
    }

    private void item(JsonInput json) throws IOException {
        long[] index = {-1};
        double[] score = {Double.NaN};
        json.object((name, value) -> {
            switch (name) {
                case "index" -> index[0] = value.count();
                case "relevance_score", "score" -> score[0] = value.number();
                default -> {}
            }
        });
        if (index[0] < 0 || index[0] >= scores.length || !Double.isNaN(scores[(int) index[0]])) {
            throw new UnusableContent("the reply has a score with index " + index[0] + ", twice or beyond the "
                    + scores.length + " texts");
        }
        if (!Double.isFinite(score[0])) {
            throw new UnusableContent("the score with index " + index[0] + " is not finite");
        }
        scores[(int) index[0]] = score[0];
        count++;
    }
}
