package dev.ragkit.openai;

import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a server says went wrong. Servers word it in many ways; what is not understood is left out.
 *
 * @param status of the reply, or 0 for an error inside a stream
 * @param code the server's word for it, may be empty
 * @param message for people, may be empty
 */
record ServerError(int status, String code, String message) {
    private static final Set<Integer> TRANSIENT = Set.of(408, 409, 425, 429, 500, 502, 503, 504, 529);

    private static final Set<String> TRANSIENT_CODES = Set.of(
            "server_error",
            "internal_server_error",
            "internal_error",
            "rate_limit_exceeded",
            "rate_limit_error",
            "overloaded",
            "overloaded_error",
            "service_unavailable",
            "timeout");

    private static final int READ = 16 << 10;

    /** An error inside a reply that began well. */
    static final class InReply extends IOException {
        private static final long serialVersionUID = 1L;

        private final transient ServerError error;

        InReply(ServerError error) {
            super("the server reported an error");
            this.error = error;
        }

        ServerError error() {
            return error;
        }
    }

    /** Whether trying again may help, unless the server says so itself. */
    boolean isTransient() {
        String word = code.toLowerCase(Locale.ROOT);
        if (word.contains("insufficient_quota") || word.contains("billing")) {
            return false;
        }
        return status == 0 ? TRANSIENT_CODES.contains(word) : TRANSIENT.contains(status);
    }

    /** Whether one of several texts was too long, or all of them together. */
    boolean isAboutLength() {
        if (status != 400 && status != 413 && status != 422) {
            return false;
        }
        String words = (code + " " + message).toLowerCase(Locale.ROOT);
        return status == 413
                || words.contains("context_length")
                || words.contains("context length")
                || words.contains("max_tokens_per_request")
                || words.contains("above_max_length")
                || words.contains("maximum number of tokens")
                || words.contains("too long")
                || words.contains("too many tokens")
                || words.contains("must have less than")
                || words.contains("exceeds");
    }

    /** Reads the error that a reply with a bad status holds. */
    static ServerError read(int status, InputStream body) throws IOException {
        byte[] start = body.readNBytes(READ);
        Parts parts = new Parts();
        try {
            JsonInput.read(start, start.length, parts::read);
        } catch (UnusableContent | java.io.EOFException e) {
            // HTML of a proxy, or nothing: the status says it.
        }
        return parts.error(status);
    }

    /** Reads the value of a field {@code error}; null if it holds none. */
    static @Nullable ServerError inReply(JsonInput json) throws IOException {
        if (!json.isObject() && !json.isText()) {
            return null;
        }
        Parts parts = new Parts();
        parts.readError(json);
        int status = parts.code.matches("[45]\\d\\d") ? Integer.parseInt(parts.code) : 0;
        return parts.error(status);
    }

    /** The fields, wherever they stand. */
    private static final class Parts {
        private String code = "";
        private String type = "";
        private String message = "";

        void read(JsonInput json) throws IOException {
            if (json.isObject()) {
                json.object(this::field);
            } else {
                json.array(item -> item.object(this::field));
            }
        }

        void readError(JsonInput json) throws IOException {
            if (json.isText()) {
                message = orEmpty(json.text());
            } else {
                json.object(this::field);
            }
        }

        private void field(String name, JsonInput json) throws IOException {
            switch (name) {
                case "error" -> readError(json);
                case "code", "status" -> code = orElse(json.word(), code);
                case "type", "error_type" -> type = orElse(json.word(), type);
                case "message", "detail" -> message = orElse(json.text(), message);
                default -> {}
            }
        }

        private static String orElse(@Nullable String value, String otherwise) {
            return value == null || value.isEmpty() ? otherwise : value;
        }

        private static String orEmpty(@Nullable String value) {
            return value == null ? "" : value;
        }

        /** The type stands for a missing code, and adds to one that says less: a quota may be told in either. */
        ServerError error(int status) {
            boolean telling = code.isEmpty() || type.contains("insufficient_quota") || type.contains("billing");
            return new ServerError(status, telling ? type : code, message);
        }
    }
}
