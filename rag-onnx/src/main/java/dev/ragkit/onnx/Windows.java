package dev.ragkit.onnx;

/**
 * The rows of token ids that a model reads for one text. A text that is too long for one row is cut at token boundaries into as few
 * windows as will hold it, as equal in length as can be; each has the prefix and the special tokens.
 */
final class Windows {
    private final int[] head;
    private final int end;
    private final int room;

    /**
     * A shape of rows: {@code [CLS] prefix text [SEP]}.
     *
     * @throws IllegalArgumentException if the prefix leaves no room for text
     */
    Windows(int[] head, int end, int maxTokens) {
        this.head = head;
        this.end = end;
        this.room = maxTokens - head.length - 1;
        if (room < 1) {
            throw new IllegalArgumentException("maxTokens must be at least " + (head.length + 2)
                    + " to leave room for text after the prefix, was " + maxTokens);
        }
    }

    /** Returns how many tokens of text fit in one window. */
    int room() {
        return room;
    }

    int count(int tokens) {
        return Math.max(1, (tokens + room - 1) / room);
    }

    /** Returns the rows for a text's tokens, at least one. */
    int[][] rows(int[] tokens) {
        int count = count(tokens.length);
        int[][] rows = new int[count][];
        for (int i = 0; i < count; i++) {
            int from = (int) ((long) tokens.length * i / count);
            int to = (int) ((long) tokens.length * (i + 1) / count);
            rows[i] = row(tokens, from, to);
        }
        return rows;
    }

    /** Returns how many tokens of text a row holds, which is its weight in the mean. */
    int textTokens(int[] row) {
        return row.length - head.length - 1;
    }

    private int[] row(int[] tokens, int from, int to) {
        int[] row = new int[head.length + to - from + 1];
        System.arraycopy(head, 0, row, 0, head.length);
        System.arraycopy(tokens, from, row, head.length, to - from);
        row[row.length - 1] = end;
        return row;
    }
}
