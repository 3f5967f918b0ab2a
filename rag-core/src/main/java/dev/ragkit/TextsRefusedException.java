package dev.ragkit;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * An embedder refused some texts of a call for good, such as for their length, and embedded the others. What it embedded is here, so
 * that nothing has to be paid for twice.
 */
public final class TextsRefusedException extends ModelException {
    private static final long serialVersionUID = 1L;

    private final transient SortedMap<Integer, String> refused;
    private final transient List<@Nullable Embedding> embeddings;
    private final transient TokenUsage usage;

    /**
     * A refusal of some texts.
     *
     * @param who names the embedder in the message
     * @param refused why, by the index of the text in the call; at least one
     * @param embeddings one a text of the call, null where the text was refused
     * @param usage the tokens that the others took
     */
    public TextsRefusedException(
            String who, Map<Integer, String> refused, List<@Nullable Embedding> embeddings, TokenUsage usage) {
        super(message(who, new TreeMap<>(refused), embeddings.size()));
        this.refused = Collections.unmodifiableSortedMap(new TreeMap<>(refused));
        this.embeddings = Collections.unmodifiableList(new ArrayList<>(embeddings));
        this.usage = usage;
    }

    private static String message(String who, SortedMap<Integer, String> refused, int texts) {
        int first = refused.firstKey();
        return who + " refused " + refused.size() + " of " + texts + " texts, the first of them text " + first + ": "
                + refused.get(first);
    }

    /**
     * Which texts were refused, and why.
     *
     * @return the reason by the index of the text in the call; unmodifiable
     */
    public SortedMap<Integer, String> refused() {
        return refused;
    }

    /**
     * The embedding of a text that was not refused.
     *
     * @param index of the text in the call, from 0
     * @return its embedding, or empty if it was refused
     */
    public Optional<Embedding> embedding(int index) {
        return Optional.ofNullable(embeddings.get(index));
    }

    /**
     * How many texts the call had.
     *
     * @return at least 1
     */
    public int size() {
        return embeddings.size();
    }

    /**
     * The tokens that the embedded texts took.
     *
     * @return the usage; {@link TokenUsage#NONE} where the model does not count
     */
    public TokenUsage usage() {
        return usage;
    }
}
