package dev.ragkit.onnx;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.TreeMap;

/**
 * The windows of the texts of one call, and the vectors that come back for them. Filled by one thread; the vectors of different
 * rows may be set by different threads.
 */
final class Rows {
    private final Windows windows;
    private final List<int[]> rows = new ArrayList<>();
    private final List<Integer> firstRows = new ArrayList<>();
    private float[][] vectors = {};
    private long tokens;

    Rows(Windows windows) {
        this.windows = windows;
    }

    /** Adds the windows of the next text. */
    void add(int[] text) {
        firstRows.add(rows.size());
        for (int[] row : windows.rows(text)) {
            rows.add(row);
            tokens += row.length;
        }
    }

    /** Returns the tokens of all rows, which is what the model reads. */
    long tokens() {
        return tokens;
    }

    /**
     * Returns the indices of the rows in batches of equal length, in the order of the texts. The longest come first, so that threads
     * which share the batches end at about the same time.
     */
    List<int[]> batches(int size) {
        vectors = new float[rows.size()][];
        TreeMap<Integer, List<Integer>> byLength = new TreeMap<>(Collections.reverseOrder());
        for (int i = 0; i < rows.size(); i++) {
            byLength.computeIfAbsent(rows.get(i).length, length -> new ArrayList<>())
                    .add(i);
        }
        List<int[]> batches = new ArrayList<>();
        for (List<Integer> same : byLength.values()) {
            for (int from = 0; from < same.size(); from += size) {
                int to = Math.min(same.size(), from + size);
                batches.add(same.subList(from, to).stream()
                        .mapToInt(Integer::intValue)
                        .toArray());
            }
        }
        return batches;
    }

    List<int[]> of(int[] batch) {
        List<int[]> found = new ArrayList<>(batch.length);
        for (int row : batch) {
            found.add(rows.get(row));
        }
        return found;
    }

    void set(int[] batch, float[][] found) {
        for (int i = 0; i < batch.length; i++) {
            vectors[batch[i]] = found[i];
        }
    }

    /** Returns the index of the text that a row is of. */
    int textOf(int row) {
        int found = Collections.binarySearch(firstRows, row);
        return found >= 0 ? found : -found - 2;
    }

    /**
     * Returns the vector of a text: that of its only window, or the mean of its windows weighted by their tokens, at length 1.
     *
     * @throws ArithmeticException if the windows cancel each other out
     */
    float[] vector(int text) {
        int from = firstRows.get(text);
        int to = text + 1 < firstRows.size() ? firstRows.get(text + 1) : rows.size();
        if (to - from == 1) {
            return vectors[from];
        }
        double[] sum = new double[vectors[from].length];
        for (int i = from; i < to; i++) {
            UnitVectors.add(sum, vectors[i], windows.textTokens(rows.get(i)));
        }
        return UnitVectors.toUnit(sum);
    }
}
