package dev.ragkit.openai;

import dev.ragkit.TokenCounter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * Which texts go into one request. Texts stay in their order; as one is small beside what a request holds, that needs hardly more requests
 * than any other way.
 */
record Packing(TokenCounter counter, Limits limits) {
    /** What a server takes. */
    record Limits(int inputs, int requestTokens, int textTokens) {}

    /**
     * Packs texts into requests.
     *
     * @param refused takes the texts that no server embeds: empty, not Unicode, or longer than they may be by the counter given
     * @return indices of texts, one array a request
     */
    List<int[]> pack(List<String> texts, SortedMap<Integer, String> refused) {
        List<int[]> batches = new ArrayList<>();
        int[] batch = new int[Math.min(texts.size(), limits.inputs)];
        int size = 0;
        long tokens = 0;
        for (int i = 0; i < texts.size(); i++) {
            String text = texts.get(i);
            int length = counter.count(text);
            String refusal = refusal(text, length);
            if (refusal != null) {
                refused.put(i, refusal);
            } else if (length > limits.textTokens) {
                // Only an estimate says so: let the server decide, without risk for the others.
                batches.add(new int[] {i});
            } else {
                if (size == limits.inputs || (size > 0 && tokens + length > limits.requestTokens)) {
                    batches.add(Arrays.copyOf(batch, size));
                    size = 0;
                    tokens = 0;
                }
                batch[size++] = i;
                tokens += length;
            }
        }
        if (size > 0) {
            batches.add(Arrays.copyOf(batch, size));
        }
        return batches;
    }

    private @Nullable String refusal(String text, int length) {
        if (text.isEmpty()) {
            return "it is empty";
        }
        if (!Utf16.isWhole(text)) {
            return "it has an unpaired surrogate; remove or replace it";
        }
        return length > limits.textTokens && counter != TokenEstimate.INSTANCE
                ? "it has " + length + " tokens, and at most " + limits.textTokens
                        + " are allowed; cut it into smaller chunks"
                : null;
    }
}
