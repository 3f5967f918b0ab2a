package dev.ragkit.openai;

import dev.ragkit.Completion.Finish;
import dev.ragkit.Message;
import dev.ragkit.Prompt;
import java.io.IOException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Chat completions. */
enum ChatProtocol implements Protocol {
    INSTANCE;

    @Override
    public String operation() {
        return "chat/completions";
    }

    @Override
    public void write(JsonOutput json, WritingOptions options, Prompt prompt, Delivery delivery) throws IOException {
        json.field("model", options.model());
        json.array("messages", items -> {
            for (Message message : prompt.messages()) {
                items.item(fields -> fields.field("role", role(message)).field("content", message.content()));
            }
        });
        json.field(options.ceiling().field(), options.ceiling().tokens());
        if (options.sampling().temperature().isPresent()) {
            json.field("temperature", options.sampling().temperature().getAsDouble());
        }
        if (!options.sampling().reasoningEffort().isEmpty()) {
            json.field("reasoning_effort", options.sampling().reasoningEffort());
        }
        if (options.format().isJson()) {
            json.object(
                    "response_format",
                    format -> format.field("type", "json_schema")
                            .object(
                                    "json_schema",
                                    schema -> schema.field(
                                                    "name", options.format().name())
                                            .raw("schema", options.format().schema())
                                            .yes("strict")));
        }
        if (delivery == Delivery.STREAMED) {
            json.yes("stream");
            if (options.sampling().streamUsage() == WritingOptions.StreamUsage.ASKED) {
                json.object("stream_options", stream -> stream.yes("include_usage"));
            }
        }
    }

    static String role(Message message) {
        return message.role().name().toLowerCase(Locale.ROOT);
    }

    @Override
    public void readWhole(JsonInput json, Draft draft) throws IOException {
        read(json, draft);
        if (!draft.isAnswered()) {
            throw new UnusableContent("the reply has no choice");
        }
        if (!draft.isFinished()) {
            draft.finish(Finish.OTHER);
        }
    }

    @Override
    public void readEvent(JsonInput json, Draft draft) throws IOException {
        read(json, draft);
    }

    private static void read(JsonInput json, Draft draft) throws IOException {
        json.object((name, value) -> {
            switch (name) {
                case "choices" -> choices(value, draft);
                case "usage" -> value.object(draft::usage);
                case "model" -> draft.model(value.text());
                case "error" -> Draft.error(value);
                default -> {}
            }
        });
    }

    /** Only one is asked for, and only the first is read. */
    private static void choices(JsonInput json, Draft draft) throws IOException {
        int[] count = {0};
        json.array(choice -> {
            if (count[0]++ == 0) {
                draft.answered();
                choice.object((name, value) -> {
                    switch (name) {
                        case "message", "delta" -> value.object((field, said) -> message(field, said, draft));
                        case "finish_reason" -> finish(value.text(), draft);
                        case "error" -> Draft.error(value);
                        default -> {}
                    }
                });
            }
        });
    }

    private static void message(String field, JsonInput json, Draft draft) throws IOException {
        if (field.equals("content")) {
            draft.add(json.text());
        } else if (field.equals("refusal")) {
            draft.refuse(json.text());
        }
    }

    private static void finish(@Nullable String reason, Draft draft) {
        if (reason != null && !reason.isEmpty()) {
            draft.finish(
                    switch (reason) {
                        case "stop", "eos", "end_turn" -> Finish.STOP;
                        case "length", "max_tokens" -> Finish.LENGTH;
                        case "content_filter" -> Finish.CONTENT_FILTER;
                        default -> Finish.OTHER;
                    });
        }
    }
}
