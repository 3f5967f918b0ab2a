package dev.ragkit;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Picks the sentences of the passages that hold most of the question's rare words. A word is worth
 * {@code ln(1 + (N - n + 0.5) / (n + 0.5))} where n of the N sentences hold it, the inverse document frequency of BM25; it is
 * worth half where only the heading or the sentence before holds it. A sentence of an earlier passage gains, and so does one
 * that begins with what was asked for; a heading, a fragment or a very long sentence loses.
 */
final class ExtractiveGenerator implements Generator {
    private static final String MODEL = "extractive";
    private static final String NOTHING = "The documents that were found do not answer this question.";
    private static final int SENTENCES = 3;
    /** A further sentence is added only if it is worth this part of the best one. */
    private static final double WORTH_ADDING = 0.6;
    /** A sentence that repeats this part of one already picked adds nothing. */
    private static final double REPEATS = 0.7;
    /** What a word counts that stands in the heading or in the sentence before. */
    private static final double NEARBY = 0.5;
    /** What a passage loses to the one before it. */
    private static final double RANK_LOSS = 0.2;
    /** Shorter ones are labels more often than statements. */
    private static final int FEW_WORDS = 4;
    /** Longer ones lose. */
    private static final int MANY_WORDS = 30;

    /**
     * A sentence that may go into the answer.
     *
     * @param passage where it stands
     * @param place the rank of the passage, and the place in it
     * @param text in one line
     * @param words in their order
     * @param nearby the words of its heading and of the sentence before
     */
    private record Candidate(Passage passage, Place place, String text, List<String> words, Set<String> nearby) {}

    private record Place(int rank, int sentence) {}

    private record Scored(Candidate candidate, double score) {}

    @Override
    public Completion generate(Prompt prompt) {
        String text = best(prompt).stream()
                .sorted(Comparator.comparingInt((Candidate candidate) -> candidate.place.rank)
                        .thenComparingInt(candidate -> candidate.place.sentence))
                .map(candidate -> candidate.text + " " + candidate.passage.marker())
                .collect(Collectors.joining("\n"));
        return new Completion(text.isEmpty() ? NOTHING : text, Completion.Finish.STOP, TokenUsage.NONE, MODEL);
    }

    private static List<Candidate> best(Prompt prompt) {
        List<Candidate> candidates = candidates(prompt.passages());
        Map<String, Double> worth = worth(new HashSet<>(Words.of(prompt.question())), candidates);
        List<Scored> scored = candidates.stream()
                .map(candidate -> new Scored(candidate, score(candidate, worth)))
                .filter(entry -> entry.score > 0)
                .sorted(Comparator.comparingDouble(Scored::score).reversed())
                .toList();
        List<Candidate> picked = new ArrayList<>();
        for (Scored entry : scored) {
            boolean enough = picked.size() == SENTENCES || entry.score < scored.get(0).score * WORTH_ADDING;
            if (enough) {
                break;
            }
            if (citesOnlyItself(entry.candidate)
                    && picked.stream().noneMatch(earlier -> repeats(earlier, entry.candidate))) {
                picked.add(entry.candidate);
            }
        }
        return picked;
    }

    /** What stands in a document like a marker would be read as one, and an open code mark would hide the one behind it. */
    private static boolean citesOnlyItself(Candidate candidate) {
        boolean closed = candidate.text.chars().filter(c -> c == '`').count() % 2 == 0;
        return closed && Marker.all(candidate.text).isEmpty();
    }

    private static List<Candidate> candidates(List<Passage> passages) {
        List<Candidate> candidates = new ArrayList<>();
        for (int rank = 0; rank < passages.size(); rank++) {
            candidates.addAll(candidates(passages.get(rank), rank));
        }
        return candidates;
    }

    private static List<Candidate> candidates(Passage passage, int rank) {
        List<Candidate> candidates = new ArrayList<>();
        List<String> heading = List.of();
        List<String> before = List.of();
        String text = passage.hit().chunk().text();
        for (Sentences.Span span : Sentences.of(text)) {
            String sentence = text.substring(span.start(), span.end()).strip().replaceAll("\\s+", " ");
            List<String> words = Words.of(sentence);
            if (isHeading(sentence)) {
                heading = words;
                before = List.of();
                continue;
            }
            Set<String> nearby = new HashSet<>(heading);
            nearby.addAll(before);
            candidates.add(new Candidate(passage, new Place(rank, candidates.size()), sentence, words, nearby));
            before = words;
        }
        return candidates;
    }

    /** A question stands in for what comes after it, as a heading does. */
    private static boolean isHeading(String sentence) {
        return LineForm.heading(sentence, 0, sentence.length()) || sentence.endsWith("?") || sentence.endsWith("？");
    }

    private static Map<String, Double> worth(Set<String> question, List<Candidate> candidates) {
        Map<String, Double> worth = new HashMap<>();
        for (String word : question) {
            long holding =
                    candidates.stream().filter(c -> c.words.contains(word)).count();
            long near = candidates.stream().filter(c -> c.nearby.contains(word)).count();
            if (holding + near > 0) {
                worth.put(word, Math.log(1 + (candidates.size() - holding + 0.5) / (holding + 0.5)));
            }
        }
        return worth;
    }

    private static double score(Candidate candidate, Map<String, Double> worth) {
        double sum = 0;
        for (Map.Entry<String, Double> entry : worth.entrySet()) {
            int at = candidate.words.indexOf(entry.getKey());
            if (at >= 0) {
                sum += entry.getValue() * (1 + 1.0 / (2 + at));
            } else if (candidate.nearby.contains(entry.getKey())) {
                sum += entry.getValue() * NEARBY;
            }
        }
        return sum * form(candidate) / (1 + RANK_LOSS * candidate.place.rank);
    }

    /** How much it looks like a statement. */
    private static double form(Candidate candidate) {
        int words = candidate.words.size();
        double form = words < FEW_WORDS ? 0.6 : 1 / (1 + Math.max(0, words - MANY_WORDS) / 60.0);
        return endsLikeAStatement(candidate.text) ? form : form / 2;
    }

    private static boolean endsLikeAStatement(String sentence) {
        int end = sentence.length();
        while (end > 0 && "\"')]}»”’*_`".indexOf(sentence.charAt(end - 1)) >= 0) {
            end--;
        }
        return end > 0 && ".!。．！…".indexOf(sentence.charAt(end - 1)) >= 0;
    }

    private static boolean repeats(Candidate earlier, Candidate later) {
        Set<String> words = new HashSet<>(later.words);
        Set<String> others = new HashSet<>(earlier.words);
        int least = Math.min(words.size(), others.size());
        words.retainAll(others);
        return words.size() >= REPEATS * least;
    }
}
