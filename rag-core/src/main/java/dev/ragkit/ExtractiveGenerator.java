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
 * {@code ln(1 + (N - n + 0.5) / (n + 0.5))} where n of the N sentences hold it, the inverse document frequency of BM25; a
 * sentence of an earlier passage gains, a very long one loses.
 */
final class ExtractiveGenerator implements Generator {
    private static final String MODEL = "extractive";
    private static final String NOTHING = "The documents that were found do not answer this question.";
    private static final int SENTENCES = 3;
    /** A further sentence is added only if it is worth this part of the best one. */
    private static final double WORTH_ADDING = 0.6;
    /** A sentence that repeats this part of one already picked adds nothing. */
    private static final double REPEATS = 0.7;
    /** Shorter lines are headings or labels more often than statements. */
    private static final int FEW_WORDS = 4;

    /** A sentence that may go into the answer. */
    private record Candidate(Passage passage, int rank, String text, Set<String> words) {}

    private record Scored(Candidate candidate, double score) {}

    @Override
    public Completion generate(Prompt prompt) {
        String text = best(prompt).stream()
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
            if (picked.stream().noneMatch(earlier -> repeats(earlier, entry.candidate))) {
                picked.add(entry.candidate);
            }
        }
        return picked;
    }

    private static List<Candidate> candidates(List<Passage> passages) {
        List<Candidate> candidates = new ArrayList<>();
        for (int rank = 0; rank < passages.size(); rank++) {
            Passage passage = passages.get(rank);
            String text = passage.hit().chunk().text();
            for (Sentences.Span span : Sentences.of(text)) {
                String sentence = oneLine(text.substring(span.start(), span.end()));
                candidates.add(new Candidate(passage, rank, sentence, new HashSet<>(Words.of(sentence))));
            }
        }
        return candidates;
    }

    private static Map<String, Double> worth(Set<String> question, List<Candidate> candidates) {
        Map<String, Double> worth = new HashMap<>();
        for (String word : question) {
            long holding =
                    candidates.stream().filter(c -> c.words.contains(word)).count();
            if (holding > 0) {
                worth.put(word, Math.log(1 + (candidates.size() - holding + 0.5) / (holding + 0.5)));
            }
        }
        return worth;
    }

    private static double score(Candidate candidate, Map<String, Double> worth) {
        double sum = worth.entrySet().stream()
                .filter(entry -> candidate.words.contains(entry.getKey()))
                .mapToDouble(Map.Entry::getValue)
                .sum();
        double statement = candidate.words.size() < FEW_WORDS ? 0.5 : 1;
        double brevity = 1 / (1 + candidate.words.size() / 60.0);
        return sum * statement * brevity * (1 + 1.0 / (2 + candidate.rank));
    }

    private static boolean repeats(Candidate earlier, Candidate later) {
        long shared = later.words.stream().filter(earlier.words::contains).count();
        return shared >= REPEATS * Math.min(later.words.size(), earlier.words.size());
    }

    private static String oneLine(String sentence) {
        return sentence.strip().replaceAll("\\s+", " ");
    }
}
