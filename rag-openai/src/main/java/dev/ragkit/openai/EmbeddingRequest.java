package dev.ragkit.openai;

import dev.ragkit.EmbeddingSpace;
import dev.ragkit.ModelException;
import java.io.IOException;
import java.util.List;
import java.util.function.BooleanSupplier;

/** How a model is asked for embeddings. Safe for use by several threads. */
record EmbeddingRequest(Wire wire, EmbeddingSpace space, Shortening shortening, Encoding encoding) {
    /** Whether the server is asked to shorten its vectors to the dimensions of the space. */
    enum Shortening {
        ASKED,
        NONE
    }

    /** What is asked for; what comes is read either way. */
    enum Encoding {
        BASE64,
        UNSAID
    }

    EmbeddingAnswer send(List<String> texts, int[] batch, BooleanSupplier cancelled) {
        Ask ask = new Ask("embeddings", space.model(), json -> write(json, texts, batch), cancelled);
        WatchedCall.Limit call = new WatchedCall.Limit("call", wire.timeouts().call());
        WatchedCall.Limit idle = new WatchedCall.Limit("idle", wire.timeouts().idle());
        return wire.post(ask, call, new EmbeddingAnswer(batch.length, space.dimensions(), idle));
    }

    private void write(JsonOutput json, List<String> texts, int[] batch) throws IOException {
        json.field("model", space.model());
        if (encoding == Encoding.BASE64) {
            json.field("encoding_format", "base64");
        }
        if (shortening == Shortening.ASKED) {
            json.field("dimensions", space.dimensions());
        }
        json.array("input", items -> {
            for (int index : batch) {
                items.item(texts.get(index));
            }
        });
    }

    static boolean isAboutLength(ModelException e) {
        String message = e.getMessage() == null ? "" : e.getMessage();
        return e.status().isPresent()
                && new ServerError(e.status().getAsInt(), e.code().orElse(""), message).isAboutLength();
    }

    String name() {
        return "embeddings by " + space.model() + " at " + wire.endpoint().host();
    }
}
