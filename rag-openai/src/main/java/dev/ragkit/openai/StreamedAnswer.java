package dev.ragkit.openai;

import dev.ragkit.Completion;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.Consumer;

/**
 * Reads a completion event by event and hands out its pieces. A stream is whole when its reason to finish came, or the mark of the end;
 * what breaks after that is nobody's loss. For one reply.
 */
final class StreamedAnswer implements Answer<Completion> {
    private static final long MAX_BYTES = 64L << 20;
    private static final String END = "[DONE]";

    private final Protocol protocol;
    private final Reading reading;
    private final WatchedCall.Limit idle;
    private final Consumer<String> onText;
    private final Draft draft = new Draft();

    /** Who is read, and what counts as the end. */
    record Reading(String model, Ending ending) {}

    /** What a stream has to end with. */
    enum Ending {
        MARKED,
        ANY
    }

    StreamedAnswer(Protocol protocol, Reading reading, WatchedCall.Limit idle, Consumer<String> onText) {
        this.protocol = protocol;
        this.reading = reading;
        this.idle = idle;
        this.onText = onText;
    }

    @Override
    public String accept() {
        return "text/event-stream";
    }

    @Override
    public long maxBytes() {
        return MAX_BYTES;
    }

    @Override
    public String partial() {
        return draft.text();
    }

    @Override
    public Completion read(InputStream body, WatchedCall call) throws IOException {
        boolean marked = false;
        try {
            marked = readEvents(new EventStream(body), call);
        } catch (UnusableContent | ServerError.InReply e) {
            throw e;
        } catch (IOException e) {
            if (!draft.isFinished() || call.end() == WatchedCall.End.CANCELLED) {
                throw e;
            }
        }
        boolean lenient = reading.ending == Ending.ANY && !draft.text().isEmpty();
        if (!marked && !draft.isFinished() && !lenient) {
            throw new EOFException("the stream was cut off: it ended without a reason to finish and without " + END);
        }
        return draft.completion(reading.model);
    }

    /** Returns whether the mark of the end came. */
    private boolean readEvents(EventStream events, WatchedCall call) throws IOException {
        while (events.next()) {
            EventStream.Bytes data = events.data();
            if (data.is(END)) {
                return true;
            }
            JsonInput.read(data.array(), data.length(), json -> protocol.readEvent(json, draft));
            String news = draft.news();
            if (!news.isEmpty()) {
                if (call.end() != null) {
                    throw new IOException("cancelled");
                }
                onText.accept(news);
                call.expect(idle);
            }
        }
        return false;
    }
}
