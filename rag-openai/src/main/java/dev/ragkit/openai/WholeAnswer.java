package dev.ragkit.openai;

import dev.ragkit.Completion;
import java.io.IOException;
import java.io.InputStream;

/** Reads a completion that comes in one piece. For one reply. */
final class WholeAnswer implements Answer<Completion> {
    private static final long MAX_BYTES = 32L << 20;

    private final Protocol protocol;
    private final String model;
    private final WatchedCall.Limit idle;

    WholeAnswer(Protocol protocol, String model, WatchedCall.Limit idle) {
        this.protocol = protocol;
        this.model = model;
        this.idle = idle;
    }

    @Override
    public long maxBytes() {
        return MAX_BYTES;
    }

    @Override
    public Completion read(InputStream body, WatchedCall call) throws IOException {
        Draft draft = new Draft();
        JsonInput.read(new IdleStream(body, call, idle), json -> {
            if (!json.isObject()) {
                throw new UnusableContent("the reply is not a JSON object");
            }
            protocol.readWhole(json, draft);
        });
        return draft.completion(model);
    }
}
