package dev.ragkit.testkit;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A request that a {@link FakeOpenAi} received.
 *
 * @param method such as {@code POST}
 * @param path with its query, such as {@code /v1/embeddings}
 * @param headers by name in lower case; unmodifiable
 * @param body as text; empty where the reply was made to break off before the body was read
 */
public record FakeRequest(String method, String path, Map<String, String> headers, String body) {
    /**
     * Copies the headers.
     *
     * @param method such as {@code POST}
     * @param path with its query
     * @param headers by name in lower case
     * @param body as text
     */
    public FakeRequest {
        headers = Map.copyOf(headers);
    }

    /**
     * One header.
     *
     * @param name in any case
     * @return its value, empty if the request had none
     */
    public String header(String name) {
        return headers.getOrDefault(name.toLowerCase(Locale.ROOT), "");
    }

    /** Whether it asks this operation, whatever stands before it in the path. */
    boolean asks(String operation) {
        return path.split("\\?", 2)[0].endsWith("/" + operation);
    }

    /** Shows the method, the path and the length of the body. */
    @Override
    public String toString() {
        return "FakeRequest[" + method + " " + path + ", headers=" + List.copyOf(headers.keySet()) + ", characters="
                + body.length() + "]";
    }
}
