package dev.ragkit;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** Asks a model for texts to search for, and takes what can be searched for out of its reply. */
final class Rewrite {
    static final String REPHRASE = """
            Rewrite the question as one search query over a collection of documents: the words such documents would use, no \
            greeting, no explanation. Reply with the query alone, on one line.""";

    static final String MAKE_UP = """
            Write a short passage, three to five sentences, as it might stand in a document that answers the question. Reply with \
            the passage alone.""";

    private static final Pattern BULLET = Pattern.compile("^\\s*(?:[-*\u2022]|\\(?\\d{1,2}[.):])\\s+");
    private static final Pattern LINE = Pattern.compile("\\R");

    private Rewrite() {}

    static String one(Generator generator, String rules, String question) {
        return ask(generator, List.of(Message.system(rules), Message.user(question)), question);
    }

    static List<String> several(Generator generator, String question, int count) {
        String rules =
                "Write " + count + " search queries that ask for the same as the question in other words, or for a part"
                        + " of it. Reply with one query a line and nothing else.";
        String reply = one(generator, rules, question);
        Set<String> queries = new LinkedHashSet<>(List.of(question));
        for (String line : LINE.split(reply)) {
            String query = BULLET.matcher(line).replaceFirst("").strip();
            if (!query.isEmpty() && queries.size() <= count) {
                queries.add(query);
            }
        }
        if (queries.size() == 1) {
            throw unusable("nothing but the question itself");
        }
        return List.copyOf(queries);
    }

    /** The reply, if it is a whole text that a search takes. */
    static String ask(Generator generator, List<Message> messages, String question) {
        Completion completion = generator.generate(new Prompt(question, List.of(), messages));
        String text = completion.text().strip();
        if (completion.finish() != Completion.Finish.STOP && completion.finish() != Completion.Finish.OTHER) {
            throw unusable("a reply that ended with " + completion.finish());
        }
        if (text.isEmpty()) {
            throw unusable("no text");
        }
        if (text.length() > Query.MAX_LENGTH || Require.unstorableAt(text) >= 0) {
            throw unusable("a text that is too long, or has NUL or an unpaired surrogate");
        }
        return text;
    }

    private static ModelException unusable(String what) {
        return new ModelException("the model that was to rewrite a question gave " + what
                + ": use another model or prompt, or search for the question with orQuestionOnFailure()");
    }
}
