package dev.ragkit;

import org.jspecify.annotations.Nullable;

/**
 * Finds how much of a text makes the next piece: guesses a window from how much text fitted last time, lets the rule choose a
 * cut in it, measures the piece as it would become a chunk, and corrects the window. So nothing is assumed of the counter but
 * that the same text always measures the same; for one that grows with the text the piece is about as long as can be.
 *
 * <p>What is measured for a piece is a small multiple of it or of the one before: windows grow by a bounded factor, and shrink by
 * interpolation and by halves.
 */
final class PieceSearch {
    /** Text that was measured: it ends before the white space before the cut. */
    record Piece(int from, int cut, int end, int units) {
        int length() {
            return end - from;
        }
    }

    private static final int GUESSED_CHARACTERS_PER_UNIT = 4;
    private static final int MOST_GROWTH = 4;
    /** After so many guesses a piece that fills half of what may be is good enough, and so is any after twice as many. */
    private static final int ENOUGH_GUESSES = 6;

    private static final int HALVING = 3;
    private static final int FULL_PERCENT = 90;
    private static final int CAUTION_PERCENT = 3;

    private final String text;
    private final Boundaries boundaries;
    private final ChunkSize size;
    private final CutRule rule;
    private final byte whole;
    private final int aim;
    private double charactersPerUnit;
    private int lastGain;

    private int from;
    private int fresh;
    private int shared;
    /** The last cut known to fit; at first the beginning, or after white space that begins a cluster, which alone is no chunk. */
    private int low;

    private int lowUnits;
    /** Cuts from here on are known not to fit, or after the end. */
    private int high;

    private int highUnits;
    private boolean clusterTried;

    /**
     * Prepares a search.
     *
     * @param whole the level of the boundaries that the rule looks for first
     */
    PieceSearch(String text, Boundaries boundaries, ChunkSize size, CutRule rule, byte whole) {
        this.text = text;
        this.boundaries = boundaries;
        this.size = size;
        this.rule = rule;
        this.whole = whole;
        this.aim = size.isInCharacters() ? size.most() : size.most() - size.most() * CAUTION_PERCENT / 100;
        this.charactersPerUnit = size.isInCharacters() ? 1 : GUESSED_CHARACTERS_PER_UNIT;
        this.lastGain = Integer.MAX_VALUE / MOST_GROWTH;
    }

    /**
     * The next piece.
     *
     * @param start where it begins, and what of the piece before it repeats
     * @param fresh it ends after this index, where the text begins that no piece holds yet
     * @return null if nothing fits
     */
    @Nullable
    Piece find(Piece start, int fresh) {
        from = start.from;
        this.fresh = fresh;
        shared = size.isInCharacters() ? fresh - from : start.units;
        if (shared >= aim) {
            return null;
        }
        low = Character.isWhitespace(text.charAt(fresh)) ? fresh + 1 : fresh;
        lowUnits = shared;
        high = text.length() + 1;
        highUnits = -1;
        clusterTried = from < fresh || boundaries.level(fresh) == Boundaries.NONE;
        Piece found = fit();
        if (found != null) {
            learn(found);
        }
        return found;
    }

    private void learn(Piece piece) {
        if (!size.isInCharacters()) {
            lastGain = piece.cut - fresh;
            charactersPerUnit = density(piece);
        }
    }

    private double density(Piece piece) {
        return (double) (piece.end - fresh) / Math.max(1, piece.units - shared);
    }

    private @Nullable Piece fit() {
        Piece best = null;
        long next = fresh + gain(lastGain, aim);
        for (int guesses = 1; next >= 0 && isOpen(); guesses++) {
            int window = inside(next);
            Piece piece = take(window);
            if (piece.units <= size.most()) {
                best = piece;
                low = piece.cut;
                lowUnits = piece.units;
                next = isEnough(best, guesses) ? -1 : larger(piece, window, guesses);
            } else {
                high = piece.end;
                highUnits = piece.units;
                boolean givenUp = isEnough(best, guesses) || (from < fresh && guesses >= 2 * ENOUGH_GUESSES);
                next = givenUp ? -1 : between(guesses);
            }
        }
        return best;
    }

    private boolean isEnough(@Nullable Piece best, int guesses) {
        return best != null
                && guesses >= ENOUGH_GUESSES
                && (best.units * 2L >= size.most() || guesses >= 2 * ENOUGH_GUESSES);
    }

    private Piece take(int window) {
        int most = Math.min(boundaries.skipBlank(window), high - 1);
        int cut = rule.cut(boundaries, fresh, most);
        if (cut < 0 && clusterTried) {
            cut = window;
        } else if (cut < 0) {
            clusterTried = true;
            cut = boundaries.next(fresh + 1, text.length(), Boundaries.CLUSTER);
        }
        int end = boundaries.skipBlankBack(from, cut);
        return new Piece(from, cut, end, size.measure(text, from, end));
    }

    /** How much fresh text should fit, judged by the density of the text before, at most a few times what did. */
    private long gain(int fitted, int aim) {
        double gain = (aim - shared) * charactersPerUnit;
        return (long) Math.max(1, Math.min(gain, MOST_GROWTH * (double) fitted));
    }

    /** A larger window to try after a piece that fits, or -1 if it is as long as it should be. */
    private long larger(Piece piece, int window, int guesses) {
        if (size.isInCharacters()) {
            return -1;
        }
        charactersPerUnit = density(piece);
        if (whole >= Boundaries.SENTENCE && boundaries.level(piece.cut) >= whole) {
            return moreSentences(piece, guesses);
        }
        double units = shared + (window - fresh) / charactersPerUnit;
        long next = highUnits < 0 ? fresh + gain(piece.cut - fresh, aim) : between(guesses);
        return units * 100 >= (double) FULL_PERCENT * size.most() || next <= window ? -1 : next;
    }

    /** By interpolation, now and then in the middle, where the counter does not grow evenly. */
    private long between(int guesses) {
        if (guesses % HALVING == 0 || guesses > ENOUGH_GUESSES) {
            return ((long) low + high) / 2;
        }
        double share = (double) (aim - lowUnits) / Math.max(1, highUnits - lowUnits);
        return low + (long) (share * (high - low));
    }

    /** Up to the last sentence that should fit but at least the next, or -1 if that does not fit or is too far to fit. */
    private long moreSentences(Piece piece, int guesses) {
        int most = (int) Math.min(high - 1L, fresh + MOST_GROWTH * (long) (piece.cut - fresh));
        int next = boundaries.next(piece.cut + 1, most, whole);
        long full = highUnits < 0 ? fresh + gain(piece.cut - fresh, size.most()) : between(guesses);
        int guess = (int) Math.min(most, full);
        return next < 0 || next >= guess ? next : boundaries.last(next - 1, guess, whole);
    }

    /** Whether a code point ends between low and high. */
    private boolean isOpen() {
        return high - low > 2 || (high - low == 2 && boundaries.codePointStart(low + 1) == low + 1);
    }

    /** The code point boundary nearest to the guess between low and high. */
    private int inside(long guess) {
        int clamped = (int) Math.max(low + 1L, Math.min(guess, high - 1L));
        int start = boundaries.codePointStart(clamped);
        return start > low ? start : clamped + 1;
    }
}
