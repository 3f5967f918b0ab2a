package dev.ragkit;

import java.util.ArrayList;
import java.util.List;

/**
 * What was asked and answered before. A search knows nothing of it, so a question such as "and for part-time staff?" has to be made
 * one that stands alone:
 *
 * <pre>
 * String question = conversation.standalone("And for part-time staff?", generator);
 * Answer answer = rag.ask(question);
 * conversation = conversation.with(question, answer.text());
 * </pre>
 *
 * <p>Immutable and safe for use by several threads.
 */
public final class Conversation {
    private static final Conversation EMPTY = new Conversation(List.of());

    private static final String RULES = """
            Rewrite the last question so that it can be understood without the conversation before it: put names and things in the \
            place of what refers to them. Do not answer it. Where it can be understood as it is, repeat it. Reply with the question \
            alone.""";

    private final List<Turn> turns;

    /**
     * A question and its answer.
     *
     * @param question what the person asked
     * @param answer what was answered
     */
    public record Turn(String question, String answer) {
        /** Shows the lengths, not the words. */
        @Override
        public String toString() {
            return "Turn[characters=" + question.length() + " and " + answer.length() + "]";
        }
    }

    private Conversation(List<Turn> turns) {
        this.turns = List.copyOf(turns);
    }

    /**
     * A conversation in which nothing was said.
     *
     * @return the empty conversation
     */
    public static Conversation empty() {
        return EMPTY;
    }

    /**
     * A copy with one more turn.
     *
     * @param question what the person asked
     * @param answer what was answered
     * @return the copy
     */
    public Conversation with(String question, String answer) {
        List<Turn> more = new ArrayList<>(turns);
        more.add(new Turn(question, answer));
        return new Conversation(more);
    }

    /**
     * A copy with the last turns only, so that a long conversation does not fill the prompt.
     *
     * @param count how many, 0 or more
     * @return the copy, or this if it has no more
     * @throws IllegalArgumentException if the count is negative
     */
    public Conversation recent(int count) {
        Require.between(count, 0, Integer.MAX_VALUE, "count");
        return count >= turns.size() ? this : new Conversation(turns.subList(turns.size() - count, turns.size()));
    }

    /**
     * What was said.
     *
     * @return the turns, the earliest first; unmodifiable
     */
    public List<Turn> turns() {
        return turns;
    }

    /**
     * Has a model make a question of this conversation one that stands alone. In an empty conversation it does already, and no model
     * is asked.
     *
     * @param question what the person asks now
     * @param generator writes the question
     * @return the question to search for
     * @throws ModelException if the model fails, or gives nothing that can be searched for
     */
    public String standalone(String question, Generator generator) {
        return standalone(generator).rewrite(question).get(0);
    }

    /**
     * The same as a rewriter, for {@link Retriever#rewritten} or with {@link QueryRewriter#orQuestionOnFailure()}.
     *
     * @param generator writes the question
     * @return a rewriter that gives one text
     */
    public QueryRewriter standalone(Generator generator) {
        return question -> List.of(turns.isEmpty() ? question : Rewrite.ask(generator, messages(question), question));
    }

    /** Each turn as it was: nothing that was said, and no text that an answer quotes, comes among the rules. */
    private List<Message> messages(String question) {
        List<Message> messages = new ArrayList<>(List.of(Message.system(RULES)));
        for (Turn turn : turns) {
            messages.add(Message.user(turn.question));
            messages.add(Message.assistant(turn.answer));
        }
        messages.add(Message.user(question));
        return messages;
    }

    /** Shows the number of turns, not the words. */
    @Override
    public String toString() {
        return "Conversation[turns=" + turns.size() + "]";
    }
}
