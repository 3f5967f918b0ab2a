package dev.ragkit.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The usual replies to requests for a completion, by chat completions and by responses, whole and as streams. */
final class FakeWriting {
    private final Map<String, @Nullable Object> json;
    private final String model;
    private final String text;
    private final boolean refuses;
    private final boolean responses;
    private final int input;

    FakeWriting(Map<String, @Nullable Object> json, FakeReply scripted, boolean responses) {
        this.json = json;
        this.responses = responses;
        this.model = JsonTree.quote(String.valueOf(json.get("model")));
        String prompt = prompt(json.get(responses ? "input" : "messages"));
        this.input = FakeModel.tokens(prompt);
        this.refuses = scripted.refusal() != null;
        String said = refuses ? scripted.refusal() : scripted.text();
        this.text = said != null ? said : usual(prompt);
    }

    private static String prompt(@Nullable Object messages) {
        StringBuilder all = new StringBuilder();
        if (messages instanceof List<?> list) {
            for (Object message : list) {
                all.append(message instanceof Map<?, ?> map ? map.get("content") : "")
                        .append('\n');
            }
        }
        return all.toString();
    }

    private static String usual(String prompt) {
        return "The fake model read " + prompt.length() + " characters" + (prompt.contains("[1]") ? " [1]." : ".");
    }

    FakeReply reply() {
        boolean streams = Boolean.TRUE.equals(json.get("stream"));
        if (responses) {
            return streams ? events(responseEvents()) : FakeReply.of(200, response("completed"));
        }
        return streams ? events(chatEvents()) : FakeReply.of(200, completion());
    }

    private static FakeReply events(List<String> events) {
        return FakeReply.events(events.toArray(String[]::new));
    }

    private List<String> pieces() {
        return List.of(text.split("(?<= )", -1));
    }

    private String completion() {
        String said = refuses
                ? "\"content\":null,\"refusal\":" + JsonTree.quote(text)
                : "\"content\":" + JsonTree.quote(text) + ",\"refusal\":null";
        return "{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion\",\"model\":" + model
                + ",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\"," + said
                + "},\"finish_reason\":\"stop\"}],\"usage\":" + chatUsage() + "}";
    }

    private String chatUsage() {
        int output = FakeModel.tokens(text);
        return "{\"prompt_tokens\":" + input + ",\"completion_tokens\":" + output + ",\"total_tokens\":"
                + (input + output)
                + ",\"prompt_tokens_details\":{\"cached_tokens\":0},\"completion_tokens_details\":{\"reasoning_tokens\":0}}";
    }

    private List<String> chatEvents() {
        List<String> events = new ArrayList<>();
        events.add(chunk("{\"role\":\"assistant\",\"content\":\"\"}", "null"));
        for (String piece : pieces()) {
            events.add(chunk("{\"" + (refuses ? "refusal" : "content") + "\":" + JsonTree.quote(piece) + "}", "null"));
        }
        events.add(chunk("{}", "\"stop\""));
        if (json.get("stream_options") instanceof Map<?, ?> options
                && Boolean.TRUE.equals(options.get("include_usage"))) {
            events.add("{\"object\":\"chat.completion.chunk\",\"model\":" + model + ",\"choices\":[],\"usage\":"
                    + chatUsage() + "}");
        }
        events.add("[DONE]");
        return events;
    }

    private String chunk(String delta, String finish) {
        return "{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"model\":" + model
                + ",\"choices\":[{\"index\":0,\"delta\":" + delta + ",\"finish_reason\":" + finish + "}]}";
    }

    private String response(String status) {
        String part = refuses
                ? "{\"type\":\"refusal\",\"refusal\":" + JsonTree.quote(text) + "}"
                : "{\"type\":\"output_text\",\"text\":" + JsonTree.quote(text) + ",\"annotations\":[]}";
        int output = FakeModel.tokens(text);
        return "{\"id\":\"resp_1\",\"object\":\"response\",\"status\":\"" + status + "\",\"error\":null,\"model\":"
                + model
                + ",\"output\":[{\"type\":\"reasoning\",\"summary\":[]},{\"type\":\"message\",\"role\":\"assistant\",\"content\":["
                + part + "]}],\"usage\":{\"input_tokens\":" + input
                + ",\"input_tokens_details\":{\"cached_tokens\":0},\"output_tokens\":" + output
                + ",\"output_tokens_details\":{\"reasoning_tokens\":0}}}";
    }

    private List<String> responseEvents() {
        List<String> events = new ArrayList<>();
        events.add("{\"type\":\"response.created\",\"response\":{\"status\":\"in_progress\"}}");
        String kind = refuses ? "response.refusal.delta" : "response.output_text.delta";
        for (String piece : pieces()) {
            events.add("{\"type\":\"" + kind + "\",\"delta\":" + JsonTree.quote(piece) + "}");
        }
        events.add("{\"type\":\"response.completed\",\"response\":" + response("completed") + "}");
        return events;
    }
}
