package dev.ragkit;

/** Finds what a marker in a reply speaks of: the sentence it stands in or behind. */
final class Statement {
    private static final int MAX_LENGTH = 1_000;
    private static final String ENDS = ".!?\u3002\uff01\uff1f\n";

    private Statement() {}

    /** Returns the text from the start of the sentence, or from the marker before it in the same sentence, to the marker. */
    static String before(String reply, int marker) {
        int end = skipMarkersAndSpace(reply, marker);
        int start = end;
        while (start > 0 && ENDS.indexOf(reply.charAt(start - 1)) >= 0) {
            start--;
        }
        int least = Math.max(0, start - MAX_LENGTH);
        while (start > least && !endsSentence(reply, start - 1)) {
            start--;
        }
        return reply.substring(start, end);
    }

    /** Passes over what stands between the statement and its marker. */
    private static int skipMarkersAndSpace(String reply, int from) {
        int at = from;
        while (at > 0) {
            int open = markerStart(reply, at - 1);
            if (open >= 0) {
                at = open;
            } else if (Character.isWhitespace(reply.charAt(at - 1))) {
                at--;
            } else {
                break;
            }
        }
        return at;
    }

    private static boolean endsSentence(String reply, int at) {
        char c = reply.charAt(at);
        if (markerStart(reply, at) >= 0) {
            return true;
        }
        boolean followedBySpace = at + 1 >= reply.length() || Character.isWhitespace(reply.charAt(at + 1));
        return ENDS.indexOf(c) >= 0 && (c == '\n' || c > 0x3000 || followedBySpace);
    }

    /** Returns where the marker begins that ends here, else -1: the brackets of a link or a list are part of the statement. */
    private static int markerStart(String reply, int last) {
        int open = reply.charAt(last) == ']' ? reply.lastIndexOf('[', last) : -1;
        boolean numbered = open >= 0 && reply.charAt(open + 1) >= '0' && reply.charAt(open + 1) <= '9';
        return numbered ? open : -1;
    }
}
