package dev.ragkit;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A text with two places to fill: the sources and the question. It is taken apart once, and put together once for each prompt; what is
 * filled in is never looked at.
 */
final class Template {
    private static final String SOURCES = "sources";
    private static final String QUESTION = "question";
    private static final Pattern PLACE = Pattern.compile("\\{\\{\\s*([^{}]*?)\\s*}}");

    /** What stands before, between and behind the places. */
    private final List<String> literals;

    private final boolean sourcesFirst;

    private Template(List<String> literals, boolean sourcesFirst) {
        this.literals = List.copyOf(literals);
        this.sourcesFirst = sourcesFirst;
    }

    static Template of(String text) {
        List<String> literals = new ArrayList<>();
        List<String> names = new ArrayList<>();
        Matcher place = PLACE.matcher(text);
        int end = 0;
        while (place.find()) {
            names.add(place.group(1));
            literals.add(text.substring(end, place.start()));
            end = place.end();
        }
        literals.add(text.substring(end));
        if (names.size() != 2 || !names.contains(SOURCES) || !names.contains(QUESTION)) {
            throw new IllegalArgumentException(
                    "template must have {{sources}} and {{question}}, each once, and no other place, had " + names);
        }
        return new Template(literals, names.get(0).equals(SOURCES));
    }

    /** The size of all that is not filled in. */
    int size(TokenCounter counter) {
        return literals.stream().mapToInt(counter::count).sum();
    }

    String fill(String sources, String question) {
        return literals.get(0)
                + (sourcesFirst ? sources : question)
                + literals.get(1)
                + (sourcesFirst ? question : sources)
                + literals.get(2);
    }
}
