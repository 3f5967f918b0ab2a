package dev.ragkit;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Finds in a chunk what a statement rests on: the quoted words, or the sentence nearest to it in words. */
final class Evidence {
    /**
     * A part of a chunk.
     *
     * @param start where it begins
     * @param end where it ends, exclusive
     */
    record Span(int start, int end) {}

    /** A statement below this length may stand anywhere by chance. */
    private static final int SHORT = 20;

    private Evidence() {}

    /** Returns where the text holds the quote, white space runs and kinds of quotation marks counting as equal; else null. */
    static @Nullable Span find(String text, String quote) {
        Folded folded = new Folded(text);
        String wanted = new Folded(quote).folded.strip();
        if (wanted.isEmpty()) {
            return null;
        }
        int at = folded.folded.indexOf(wanted);
        return at < 0 ? null : new Span(folded.offsets[at], folded.offsets[at + wanted.length() - 1] + 1);
    }

    /** Returns the statement itself if the text holds it, else the sentence with most of its words, else the whole text. */
    static Span of(String text, String statement) {
        Span verbatim = statement.strip().length() < SHORT ? null : find(text, statement);
        if (verbatim != null) {
            return verbatim;
        }
        Set<String> wanted = new HashSet<>(Words.of(statement));
        Span best = new Span(0, text.length());
        double bestScore = 0;
        for (Sentences.Span sentence : Sentences.of(text)) {
            double score = overlap(wanted, Words.of(text.substring(sentence.start(), sentence.end())));
            if (score > bestScore) {
                bestScore = score;
                best = new Span(sentence.start(), sentence.end());
            }
        }
        return best;
    }

    /** Shared words, with a slight preference for the sentence that says little else. */
    private static double overlap(Set<String> wanted, List<String> words) {
        Set<String> shared = new HashSet<>(words);
        int distinct = shared.size();
        shared.retainAll(wanted);
        return shared.isEmpty() ? 0 : shared.size() - distinct / (distinct + 1000.0);
    }

    /** A text with each run of white space as one space and one kind of quotation marks, and where each character was. */
    private static final class Folded {
        private final String folded;
        private final int[] offsets;

        Folded(String text) {
            StringBuilder result = new StringBuilder(text.length());
            int[] from = new int[text.length()];
            for (int i = 0; i < text.length(); i++) {
                char c = fold(text.charAt(i));
                boolean repeatedSpace = c == ' ' && !result.isEmpty() && result.charAt(result.length() - 1) == ' ';
                if (!repeatedSpace) {
                    from[result.length()] = i;
                    result.append(c);
                }
            }
            folded = result.toString();
            offsets = from;
        }

        private static char fold(char c) {
            if (Character.isWhitespace(c) || c == '\u00a0') {
                return ' ';
            }
            if (c == '\u2018' || c == '\u2019') {
                return '\'';
            }
            return Marker.isQuotationMark(c) ? '"' : c;
        }
    }
}
