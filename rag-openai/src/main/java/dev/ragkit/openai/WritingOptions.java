package dev.ragkit.openai;

import java.util.OptionalDouble;

/** How a model is to write. Immutable. */
record WritingOptions(String model, Ceiling ceiling, Format format, Sampling sampling) {
    /** The most tokens, and in which field a server wants to be told. */
    record Ceiling(int tokens, String field) {}

    /** The JSON schema that the text is to follow; both empty for free text. */
    record Format(String name, String schema) {
        static final Format TEXT = new Format("", "");

        boolean isJson() {
            return !schema.isEmpty();
        }
    }

    /** Optional fields, sent where set only. */
    record Sampling(OptionalDouble temperature, String reasoningEffort, StreamUsage streamUsage) {}

    /** Whether a stream is asked to end with the tokens it took. */
    enum StreamUsage {
        ASKED,
        UNSAID
    }
}
