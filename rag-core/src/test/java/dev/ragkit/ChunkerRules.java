package dev.ragkit;

import java.util.BitSet;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What holds for the chunks of any text. Written without the code under test, but for one thing: which cluster alone is too
 * large, for which {@code \X} of older Java versions sees smaller clusters than there are.
 */
final class ChunkerRules {
    private static final Pattern CLUSTER = Pattern.compile("\\X");

    private final String text;
    private final List<Chunk> chunks;
    private final ChunkSize size;
    private final BitSet borders = new BitSet();

    private ChunkerRules(String text, List<Chunk> chunks, ChunkSize size) {
        this.text = text;
        this.chunks = chunks;
        this.size = size;
        for (Matcher matcher = CLUSTER.matcher(text); matcher.find(); ) {
            borders.set(matcher.start());
        }
        borders.set(text.length());
    }

    /** Returns what is wrong, or null. */
    static @Nullable String broken(String text, List<Chunk> chunks, ChunkSize size) {
        ChunkerRules rules = new ChunkerRules(text, chunks, size);
        for (int ordinal = 0; ordinal < chunks.size(); ordinal++) {
            String broken = rules.brokenBy(chunks.get(ordinal), ordinal);
            if (broken != null) {
                return broken + " by " + chunks.get(ordinal);
            }
        }
        return rules.lost();
    }

    private @Nullable String brokenBy(Chunk chunk, int ordinal) {
        if (chunk.ordinal() != ordinal) {
            return "ordinal";
        }
        if (!text.substring(chunk.start(), chunk.end()).equals(chunk.text())) {
            return "offsets";
        }
        if (size.counter().count(chunk.text()) > size.most()) {
            return "limit";
        }
        if (chunk.text().isBlank() || hasBlankEdge(chunk)) {
            return "white space at an edge";
        }
        if (!mayCutAt(chunk.start()) || !mayCutAt(chunk.end())) {
            return "grapheme split";
        }
        return ordinal == 0 ? null : brokenBy(chunks.get(ordinal - 1), chunk);
    }

    private @Nullable String brokenBy(Chunk before, Chunk chunk) {
        if (chunk.start() <= before.start() || chunk.end() <= before.end()) {
            return "order";
        }
        if (chunk.start() >= before.end()) {
            return null;
        }
        String shared = text.substring(chunk.start(), before.end());
        if (size.counter().count(shared) > size.overlap()) {
            return "overlap";
        }
        return beginsWord(chunk.start()) ? null : "overlap from inside a word";
    }

    /** Only a mark may hold white space at the beginning, only a prefixed sign at the end. */
    private boolean hasBlankEdge(Chunk chunk) {
        int last = chunk.end() - 1;
        return (Character.isWhitespace(text.charAt(chunk.start())) && isBorder(chunk.start() + 1))
                || (Character.isWhitespace(text.charAt(last)) && isBorder(last));
    }

    private boolean isBorder(int at) {
        return borders.get(at);
    }

    private boolean mayCutAt(int at) {
        if (isBorder(at)) {
            return true;
        }
        boolean pair = Character.isHighSurrogate(text.charAt(at - 1)) && Character.isLowSurrogate(text.charAt(at));
        return !pair && isInLargeCluster(at);
    }

    private boolean isInLargeCluster(int cut) {
        Graphemes graphemes = new Graphemes();
        int start = 0;
        int at = 0;
        while (at < text.length()) {
            if (graphemes.begins(text.codePointAt(at))) {
                if (at > cut) {
                    break;
                }
                start = at;
            }
            at += Character.charCount(text.codePointAt(at));
        }
        return size.counter().count(text.substring(start, at)) > size.most();
    }

    /** No letter or digit of a script that puts spaces between words stands on both sides. */
    private boolean beginsWord(int at) {
        return at == 0 || !isSpaced(text.codePointBefore(at)) || !isSpaced(text.codePointAt(at));
    }

    private static boolean isSpaced(int codePoint) {
        return codePoint < 0xE00 && Character.isLetterOrDigit(codePoint);
    }

    private @Nullable String lost() {
        BitSet held = new BitSet(text.length());
        chunks.forEach(chunk -> held.set(chunk.start(), chunk.end()));
        for (int at = 0; at < text.length(); at++) {
            if (!held.get(at) && !Character.isWhitespace(text.charAt(at))) {
                return "character " + at + " lost";
            }
        }
        return null;
    }
}
