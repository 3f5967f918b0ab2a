package dev.ragkit.pgvector;

import java.util.List;
import java.util.stream.Collectors;

/**
 * The words of a query that count, rarest first, hence the heaviest first.
 *
 * @param terms the words
 * @param lengthFactor what the length of a chunk weighs: k1 * b / average length
 */
record Terms(List<Term> terms, double lengthFactor) {
    private static final int MAX_CONDITIONS = 256;
    private static final int MAX_WORDS_TOGETHER = 4;

    /**
     * A word.
     *
     * @param lexeme the word as the index has it
     * @param chunks how many chunks of the tenant have it
     * @param weight what its part of a score stays below: idf * (k1 + 1)
     */
    record Term(String lexeme, long chunks, double weight) {
        /** As the text form of a tsquery takes it. */
        String quoted() {
            return "'" + lexeme.replace("\\", "\\\\").replace("'", "''") + "'";
        }
    }

    /** How many of the rarest words are in at most so many chunks together; at least one. */
    int rarest(long chunks) {
        int count = 1;
        long sum = terms.get(0).chunks();
        while (count < terms.size() && sum + terms.get(count).chunks() <= chunks) {
            sum += terms.get(count).chunks();
            count++;
        }
        return count;
    }

    /** A tsquery for the chunks that have any of so many of the rarest words. */
    String anyOf(int count) {
        return terms.stream().limit(count).map(Term::quoted).collect(Collectors.joining(" | "));
    }

    /** What all but so many of the rarest words can give together. */
    double weightAfter(int count) {
        return terms.stream().skip(count).mapToDouble(Term::weight).sum();
    }

    /**
     * A tsquery for the chunks whose words weigh more than this together; no other chunk can have such a score. Where that takes
     * too many conditions, words beyond the first few are left open, which lets more chunks in but never fewer.
     */
    String above(double score) {
        for (int together = MAX_WORDS_TOGETHER; together > 1; together--) {
            StringBuilder out = new StringBuilder();
            if (above(out, 0, score, together) <= MAX_CONDITIONS) {
                return out.toString();
            }
        }
        StringBuilder out = new StringBuilder();
        above(out, 0, score, 1);
        return out.toString();
    }

    /** Any word that can be the heaviest one there is, and with it enough of those after it. Returns the number of conditions. */
    private int above(StringBuilder out, int from, double score, int together) {
        int conditions = 0;
        for (int i = from; i < terms.size() && weightAfter(i) > score; i++) {
            Term term = terms.get(i);
            out.append(conditions == 0 ? "" : " | ").append(term.quoted());
            conditions++;
            if (together > 1 && term.weight() <= score) {
                StringBuilder others = new StringBuilder();
                int more = above(others, i + 1, score - term.weight(), together - 1);
                out.append(more == 0 ? "" : " & (" + others + ")");
                conditions += more;
            }
            if (together > 1 && conditions > MAX_CONDITIONS) {
                return conditions;
            }
        }
        return conditions;
    }
}
