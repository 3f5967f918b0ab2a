package dev.ragkit;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The words of a text, counted.
 *
 * @param frequencies how often each word stands in the text
 * @param length how many words the text has
 */
record WordCounts(Map<String, Integer> frequencies, int length) {
    static WordCounts of(String text) {
        List<String> words = Words.of(text);
        Map<String, Integer> frequencies = new HashMap<>();
        words.forEach(word -> frequencies.merge(word, 1, Integer::sum));
        return new WordCounts(frequencies, words.size());
    }
}
