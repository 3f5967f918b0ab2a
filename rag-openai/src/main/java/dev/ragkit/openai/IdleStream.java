package dev.ragkit.openai;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Tells the watch with each read that the next bytes have to come within the idle timeout. */
final class IdleStream extends FilterInputStream {
    private final WatchedCall call;
    private final WatchedCall.Limit idle;

    IdleStream(InputStream in, WatchedCall call, WatchedCall.Limit idle) {
        super(in);
        this.call = call;
        this.idle = idle;
    }

    @Override
    public int read() throws IOException {
        call.expect(idle);
        return super.read();
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        call.expect(idle);
        return super.read(bytes, offset, length);
    }
}
