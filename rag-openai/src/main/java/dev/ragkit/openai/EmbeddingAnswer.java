package dev.ragkit.openai;

import dev.ragkit.Embedding;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Reads embeddings, in base64 or as numbers, whichever comes, and refuses a reply that does not have exactly one finite vector of the
 * right dimensions for each text. For one reply.
 */
final class EmbeddingAnswer implements Answer<EmbeddingAnswer> {
    private static final int BYTES_A_NUMBER = 32;
    private static final int BYTES_AN_ITEM = 256;
    private static final int BYTES_BESIDES = 64 << 10;

    private final @Nullable Embedding[] embeddings;
    private final FloatSink sink;
    private final int dimensions;
    private final WatchedCall.Limit idle;
    private int items;
    private long tokens;

    EmbeddingAnswer(int texts, int dimensions, WatchedCall.Limit idle) {
        this.embeddings = new Embedding[texts];
        this.sink = new FloatSink(dimensions);
        this.dimensions = dimensions;
        this.idle = idle;
    }

    /** The embedding of a text of the request. */
    Embedding embedding(int index) {
        return Objects.requireNonNull(embeddings[index]);
    }

    long tokens() {
        return tokens;
    }

    @Override
    public long maxBytes() {
        return BYTES_BESIDES + (long) embeddings.length * ((long) dimensions * BYTES_A_NUMBER + BYTES_AN_ITEM);
    }

    @Override
    public EmbeddingAnswer read(InputStream body, WatchedCall call) throws IOException {
        JsonInput.read(new IdleStream(body, call, idle), json -> json.object(this::field));
        if (items != embeddings.length) {
            throw new UnusableContent("the reply has " + items + " embeddings for " + embeddings.length + " texts");
        }
        return this;
    }

    private void field(String name, JsonInput json) throws IOException {
        switch (name) {
            case "data" -> json.array(this::item);
            case "usage" ->
                json.object((inner, value) -> {
                    if (inner.equals("prompt_tokens")) {
                        tokens = Math.max(0, value.count());
                    }
                });
            case "error" -> {
                ServerError error = ServerError.inReply(json);
                if (error != null) {
                    throw new ServerError.InReply(error);
                }
            }
            default -> {}
        }
    }

    private void item(JsonInput json) throws IOException {
        long[] index = {items};
        sink.clear();
        json.object((name, value) -> {
            if (name.equals("index")) {
                index[0] = value.count();
            } else if (name.equals("embedding")) {
                vector(value);
            }
        });
        place(index[0]);
        items++;
    }

    private void vector(JsonInput json) throws IOException {
        sink.clear();
        if (json.isText()) {
            json.base64(sink);
        } else {
            json.array(number -> sink.add((float) number.number()));
        }
    }

    private void place(long index) throws UnusableContent {
        if (index < 0 || index >= embeddings.length) {
            throw new UnusableContent(
                    "the reply has an embedding with index " + index + " for " + embeddings.length + " texts");
        }
        if (embeddings[(int) index] != null) {
            throw new UnusableContent("the reply has two embeddings with index " + index);
        }
        if (sink.count() != dimensions || sink.isTorn()) {
            throw new UnusableContent("the embedding with index " + index + " has " + sink.count()
                    + (sink.isTorn() ? " and a part" : "") + " dimensions, and the space has " + dimensions
                    + "; use the space of the model");
        }
        try {
            embeddings[(int) index] = Embedding.of(sink.values(), 0, dimensions);
        } catch (IllegalArgumentException notFinite) {
            throw new UnusableContent("the embedding with index " + index + " is not finite");
        }
    }
}
