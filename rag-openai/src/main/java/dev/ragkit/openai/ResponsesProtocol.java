package dev.ragkit.openai;

import dev.ragkit.Completion.Finish;
import dev.ragkit.Message;
import dev.ragkit.Prompt;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The newer way of OpenAI, without its state: nothing is kept on the server. */
enum ResponsesProtocol implements Protocol {
    INSTANCE;

    @Override
    public String operation() {
        return "responses";
    }

    @Override
    public void write(JsonOutput json, WritingOptions options, Prompt prompt, Delivery delivery) throws IOException {
        json.field("model", options.model());
        json.array("input", items -> {
            for (Message message : prompt.messages()) {
                items.item(fields ->
                        fields.field("role", ChatProtocol.role(message)).field("content", message.content()));
            }
        });
        json.field("max_output_tokens", options.ceiling().tokens());
        json.no("store");
        if (options.sampling().temperature().isPresent()) {
            json.field("temperature", options.sampling().temperature().getAsDouble());
        }
        if (!options.sampling().reasoningEffort().isEmpty()) {
            json.object(
                    "reasoning",
                    effort -> effort.field("effort", options.sampling().reasoningEffort()));
        }
        if (options.format().isJson()) {
            json.object(
                    "text",
                    text -> text.object(
                            "format",
                            format -> format.field("type", "json_schema")
                                    .field("name", options.format().name())
                                    .raw("schema", options.format().schema())
                                    .yes("strict")));
        }
        if (delivery == Delivery.STREAMED) {
            json.yes("stream");
        }
    }

    @Override
    public void readWhole(JsonInput json, Draft draft) throws IOException {
        response(json, draft, Delivery.WHOLE);
        if (!draft.isFinished()) {
            throw new UnusableContent("the reply has no status of an ended response");
        }
    }

    private static void response(JsonInput json, Draft draft, Delivery delivery) throws IOException {
        String[] status = {"", ""};
        json.object((name, value) -> {
            switch (name) {
                case "output" -> {
                    if (delivery == Delivery.WHOLE) {
                        value.array(item -> item.object((field, inner) -> output(field, inner, draft)));
                    }
                }
                case "status" -> status[0] = orEmpty(value.text());
                case "incomplete_details" ->
                    value.object((field, reason) -> {
                        if (field.equals("reason")) {
                            status[1] = orEmpty(reason.text());
                        }
                    });
                case "usage" -> value.object(draft::usage);
                case "model" -> draft.model(value.text());
                case "error" -> Draft.error(value);
                default -> {}
            }
        });
        finish(status[0], status[1], draft);
    }

    private static void output(String field, JsonInput json, Draft draft) throws IOException {
        if (field.equals("content")) {
            json.array(part -> part.object((name, value) -> {
                if (name.equals("text")) {
                    draft.add(value.text());
                } else if (name.equals("refusal")) {
                    draft.refuse(value.text());
                }
            }));
        }
    }

    private static void finish(String status, String reason, Draft draft) throws IOException {
        switch (status) {
            case "completed" -> draft.finish(Finish.STOP);
            case "incomplete" ->
                draft.finish(
                        switch (reason) {
                            case "max_output_tokens" -> Finish.LENGTH;
                            case "content_filter" -> Finish.CONTENT_FILTER;
                            default -> Finish.OTHER;
                        });
            case "failed", "cancelled" ->
                throw new ServerError.InReply(new ServerError(0, "", "the response is " + status));
            default -> {}
        }
    }

    /** The type may come behind what it is the type of, so both are kept until the event ends. */
    @Override
    public void readEvent(JsonInput json, Draft draft) throws IOException {
        String[] event = {"", null};
        String[] error = {"", ""};
        json.object((name, value) -> {
            switch (name) {
                case "type" -> event[0] = orEmpty(value.text());
                case "delta" -> event[1] = value.text();
                case "response" -> response(value, draft, Delivery.STREAMED);
                case "code" -> error[0] = orEmpty(value.word());
                case "message" -> error[1] = orEmpty(value.text());
                case "error" -> Draft.error(value);
                default -> {}
            }
        });
        switch (event[0]) {
            case "response.output_text.delta" -> draft.add(event[1]);
            case "response.refusal.delta" -> draft.refuse(event[1]);
            case "error" -> throw new ServerError.InReply(new ServerError(0, error[0], error[1]));
            default -> {}
        }
    }

    private static String orEmpty(@Nullable String value) {
        return value == null ? "" : value;
    }
}
