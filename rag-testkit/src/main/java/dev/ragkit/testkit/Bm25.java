package dev.ragkit.testkit;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The formula of {@link dev.ragkit.KeywordIndex}, over texts whose words are apart by single spaces. */
final class Bm25 {
    private static final double K1 = 1.2;
    private static final double B = 0.75;

    private final Map<String, List<String>> words = new LinkedHashMap<>();

    Bm25(Map<String, String> texts) {
        texts.forEach((id, text) -> words.put(id, List.of(text.split(" ", -1))));
    }

    /** The scores by id, for those that have a word of the query. */
    Map<String, Double> scores(List<String> query) {
        Map<String, Double> scores = new LinkedHashMap<>();
        words.forEach((id, text) -> {
            double score = query.stream().mapToDouble(word -> score(text, word)).sum();
            if (score > 0) {
                scores.put(id, score);
            }
        });
        return scores;
    }

    private double score(List<String> text, String word) {
        double count = words.size();
        double having =
                words.values().stream().filter(each -> each.contains(word)).count();
        double average = words.values().stream().mapToInt(List::size).average().orElse(0);
        double idf = Math.log(1 + (count - having + 0.5) / (having + 0.5));
        double frequency = Collections.frequency(text, word);
        return idf * frequency * (K1 + 1) / (frequency + K1 * (1 - B + B * text.size() / average));
    }
}
