package dev.ragkit;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Cites by number: {@code [1]}, {@code [1, 2]}, {@code [1: "exact words"]}. */
final class NumberedGrounding implements Grounding {
    private final PromptWriter writer;

    NumberedGrounding(PromptWriter writer) {
        this.writer = writer;
    }

    @Override
    public Prompt prompt(Query query, List<Hit> hits) {
        return writer.write(query, hits);
    }

    static String marker(int number) {
        return "[" + number + "]";
    }

    @Override
    public Answer answer(Prompt prompt, Completion completion) {
        return new Reading(prompt, completion).answer();
    }

    /** One walk through a reply. */
    private static final class Reading {
        private final Prompt prompt;
        private final Completion completion;
        private final StringBuilder text = new StringBuilder();
        private final List<Citation> citations = new ArrayList<>();
        private final List<String> rejected = new ArrayList<>();

        Reading(Prompt prompt, Completion completion) {
            this.prompt = prompt;
            this.completion = completion;
        }

        Answer answer() {
            String reply = completion.text();
            int copied = 0;
            for (Marker marker : Marker.all(reply)) {
                text.append(reply, copied, marker.start());
                copied = marker.end();
                cite(marker, Statement.before(reply, marker.start()));
            }
            text.append(reply, copied, reply.length());
            return new Answer(text.toString(), citations, rejected, completion);
        }

        private void cite(Marker marker, String statement) {
            int before = text.length();
            for (int number : marker.numbers()) {
                Citation citation = citation(number, marker.quote(), statement);
                if (citation == null) {
                    rejected.add(marker(number));
                } else {
                    citations.add(citation);
                    text.append(citation.marker());
                }
            }
            if (text.length() == before) {
                dropSpaceBeforeMarker();
            }
        }

        private @Nullable Citation citation(int number, String quote, String statement) {
            if (number < 1 || number > prompt.passages().size()) {
                return null;
            }
            Hit hit = prompt.passages().get(number - 1).hit();
            Chunk chunk = hit.chunk();
            Evidence.Span span =
                    quote.isEmpty() ? Evidence.of(chunk.text(), statement) : Evidence.find(chunk.text(), quote);
            return span == null
                    ? null
                    : new Citation(
                            marker(number),
                            hit,
                            chunk.start() + span.start(),
                            chunk.text().substring(span.start(), span.end()));
        }

        /** "word [9]." becomes "word." and not "word ." */
        private void dropSpaceBeforeMarker() {
            while (text.length() > 0 && text.charAt(text.length() - 1) == ' ') {
                text.setLength(text.length() - 1);
            }
        }
    }
}
