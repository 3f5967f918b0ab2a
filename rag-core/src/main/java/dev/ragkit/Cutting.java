package dev.ragkit;

import dev.ragkit.PieceSearch.Piece;
import java.util.ArrayList;
import java.util.List;

/**
 * Cuts one document: piece after piece, each beginning with what the one before may share with it.
 *
 * <p>Takes linear time with any counter whose own time is linear, see {@link PieceSearch}.
 */
final class Cutting {
    private static final int MOST_GUESSES = 4;

    private final Document document;
    private final ChunkSize size;
    private final byte whole;
    private final Boundaries boundaries;
    private final PieceSearch search;

    /**
     * Prepares a cutting.
     *
     * @param whole the level of {@link Boundaries} below which a cut is worse than a chunk without overlap; an overlap begins at
     *     a sentence or else at this level
     */
    Cutting(Document document, ChunkSize size, CutRule rule, byte whole) {
        this.document = document;
        this.size = size;
        this.whole = whole;
        this.boundaries = Boundaries.of(document.text());
        this.search = new PieceSearch(document.text(), boundaries, size, rule, whole);
    }

    List<Chunk> chunks() {
        List<Chunk> chunks = new ArrayList<>();
        int fresh = boundaries.skipBlank(0);
        Piece start = nothing(fresh);
        while (fresh < document.text().length()) {
            Piece piece = piece(start, fresh);
            chunks.add(Chunk.of(document, chunks.size(), piece.from(), piece.end()));
            fresh = boundaries.skipBlank(piece.end());
            start = shared(piece, fresh);
        }
        return List.copyOf(chunks);
    }

    private static Piece nothing(int at) {
        return new Piece(at, at, at, 0);
    }

    /** Holds some text from {@code fresh} on; begins there if with the overlap no whole word or sentence would fit. */
    private Piece piece(Piece start, int fresh) {
        if (start.from() < fresh) {
            Piece piece = search.find(start, fresh);
            if (piece != null && boundaries.level(piece.cut()) >= whole) {
                return piece;
            }
        }
        Piece piece = search.find(nothing(fresh), fresh);
        if (piece == null) {
            throw new DocumentException(
                    "cannot cut document '" + document.id() + "' into chunks of at most " + size.most() + " "
                            + size.unit() + ": the character at " + fresh + " alone measures more; raise maxSize");
        }
        return piece;
    }

    /** What the next piece repeats: the end of this one from a boundary that is near enough, or nothing. */
    private Piece shared(Piece piece, int fresh) {
        if (size.overlap() == 0 || boundaries.level(piece.cut()) >= Boundaries.SECTION) {
            return nothing(fresh);
        }
        int end = piece.end();
        long share = (long) piece.length() * size.overlap() / Math.max(1, piece.units());
        int least = (int) Math.max(piece.from() + 1L, end - share);
        for (int guesses = 1; ; guesses++) {
            int start = sharedBoundary(least, end - 1);
            if (start < 0) {
                return nothing(fresh);
            }
            int units = size.measure(document.text(), start, end);
            if (units <= size.overlap()) {
                return new Piece(start, end, end, units);
            }
            int length = end - start;
            long shorter = guesses > MOST_GUESSES ? length / 2 : (long) length * size.overlap() / units;
            least = (int) Math.max(start + 1L, end - shorter);
        }
    }

    private int sharedBoundary(int least, int most) {
        int sentence = boundaries.next(least, most, Boundaries.SENTENCE);
        return sentence >= 0 ? sentence : boundaries.next(least, most, whole);
    }
}
