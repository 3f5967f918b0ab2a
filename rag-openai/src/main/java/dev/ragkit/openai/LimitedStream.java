package dev.ragkit.openai;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Ends with {@link UnusableContent} instead of reading more than a limit. */
final class LimitedStream extends FilterInputStream {
    private final long limit;
    private long left;

    LimitedStream(InputStream in, long limit) {
        super(in);
        this.limit = limit;
        this.left = limit;
    }

    @Override
    public int read() throws IOException {
        int next = super.read();
        count(next < 0 ? 0 : 1);
        return next;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        int read = super.read(bytes, offset, length);
        count(Math.max(0, read));
        return read;
    }

    @Override
    public long skip(long count) throws IOException {
        long skipped = super.skip(count);
        count(skipped);
        return skipped;
    }

    private void count(long bytes) throws IOException {
        left -= bytes;
        if (left < 0) {
            throw new UnusableContent("the reply has more than " + limit + " bytes");
        }
    }
}
