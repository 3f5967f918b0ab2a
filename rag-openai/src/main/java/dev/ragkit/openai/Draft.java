package dev.ragkit.openai;

import dev.ragkit.Completion;
import dev.ragkit.Completion.Finish;
import dev.ragkit.TokenUsage;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** What a model has written so far. For use by one thread. */
final class Draft {
    private static final int MAX_TEXT = 4 << 20;

    private final StringBuilder text = new StringBuilder();
    private int handedOut;
    private boolean refusal;
    private @Nullable Finish finish;
    private @Nullable String model;
    private long input;
    private long cached;
    private long output;
    private long reasoning;
    private boolean choices;

    void add(@Nullable String piece) throws UnusableContent {
        if (piece != null) {
            if (text.length() + piece.length() > MAX_TEXT) {
                throw new UnusableContent("the reply has more than " + MAX_TEXT + " characters");
            }
            text.append(piece);
        }
    }

    void refuse(@Nullable String piece) throws UnusableContent {
        refusal |= piece != null && !piece.isEmpty();
        add(piece);
    }

    /** There was something of an answer, be it empty. */
    void answered() {
        choices = true;
    }

    boolean isAnswered() {
        return choices;
    }

    void finish(Finish how) {
        finish = how;
    }

    boolean isFinished() {
        return finish != null;
    }

    void model(@Nullable String name) {
        if (name != null) {
            model = name;
        }
    }

    /** Reads the counts, by the names of either protocol. */
    void usage(String name, JsonInput json) throws IOException {
        switch (name) {
            case "prompt_tokens", "input_tokens" -> input = Math.max(0, json.count());
            case "completion_tokens", "output_tokens" -> output = Math.max(0, json.count());
            case "prompt_tokens_details", "input_tokens_details" ->
                json.object((inner, value) -> {
                    if (inner.equals("cached_tokens")) {
                        cached = Math.max(0, value.count());
                    }
                });
            case "completion_tokens_details", "output_tokens_details" ->
                json.object((inner, value) -> {
                    if (inner.equals("reasoning_tokens")) {
                        reasoning = Math.max(0, value.count());
                    }
                });
            default -> {}
        }
    }

    static void error(JsonInput json) throws IOException {
        ServerError error = ServerError.inReply(json);
        if (error != null) {
            throw new ServerError.InReply(error);
        }
    }

    String text() {
        return text.toString();
    }

    /** What was written since this was last asked. */
    String news() {
        String news = text.substring(handedOut);
        handedOut = text.length();
        return news;
    }

    Completion completion(String asked) {
        Finish how = finish == null ? Finish.OTHER : finish;
        return new Completion(
                text.toString(),
                refusal && how == Finish.STOP ? Finish.REFUSAL : how,
                new TokenUsage(input, cached, output, reasoning),
                model == null ? asked : model);
    }
}
